package bam

import (
	"bytes"
	"context"
	"io"

	"github.com/seqlode/seqlode/internal/bgzf"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/sam"
)

// Rehead gives the stored form of the BAM file src with another header: the one
// that edit makes of its own. All blocks behind the one where the header ends
// stay as they are; what that one holds of records has a block of its own. The
// file is not read further than the header before the reader that is returned
// asks for it. A file that is not in BGZF is of kind Validation.
func Rehead(ctx context.Context, src io.Reader, edit func(*sam.Header) (*sam.Header, error)) (io.Reader, error) {
	var stored bytes.Buffer // what has been read of src
	r, err := NewReader(ctx, io.TeeReader(src, &stored), Options{Threads: 1})
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if r.slot == nil || r.slot.Unit.Batch() == nil {
		return nil, errs.At(errs.Validation, errs.Pos{}, "BAM in ordinary gzip or not compressed, where BGZF is wanted: make one with samtools view -b")
	}
	h, err := edit(r.header)
	if err != nil {
		return nil, err
	}
	shared, behind := r.headerEnd()
	head, err := headBlocks(ctx, h, shared)
	if err != nil {
		return nil, err
	}
	return io.MultiReader(bytes.NewReader(head), bytes.NewReader(stored.Bytes()[behind:]), src), nil
}

// headerEnd gives, before the first Next, the text that lies behind the header
// in the block where it ends, and the place in the file behind that block.
func (r *Reader) headerEnd() (text []byte, behind int64) {
	for _, b := range r.slot.Unit.Batch().Blocks {
		if b.End >= r.from {
			return r.slot.Unit.Text[r.from:b.End], b.Offset + int64(b.Size)
		}
	}
	return nil, 0 // not reached: the header ends inside this batch
}

// headBlocks makes the blocks of a header, and of the text that shared a block
// with it.
func headBlocks(ctx context.Context, h *sam.Header, shared []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := NewWriter(ctx, &out, h, bgzf.DefaultLevel, Options{Threads: 1})
	if err != nil {
		return nil, err
	}
	if _, err = w.blocks.Write(shared); err == nil {
		err = w.Close()
	}
	return bytes.TrimSuffix(out.Bytes(), []byte(bgzf.EOFBlock)), err
}
