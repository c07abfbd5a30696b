package bam

import (
	"context"
	"encoding/binary"
	"io"
	"math"

	"github.com/seqlode/seqlode/internal/bgzf"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/sam"
)

// Writer writes a BAM file. As in files that htslib writes, the header has its
// own blocks, and a record begins a new block if it does not fit in the one
// under way. One goroutine uses it.
type Writer struct {
	blocks  *bgzf.Writer
	scratch []byte
	used    int // of the block under way
}

// NewWriter writes a header to w and is ready for records. The level and the
// end of ctx are as in [bgzf.NewWriter].
func NewWriter(ctx context.Context, w io.Writer, h *sam.Header, level int, opt Options) (*Writer, error) {
	blocks, err := bgzf.NewWriter(ctx, w, level, bgzf.WriterOptions{Threads: opt.Threads, Limiter: opt.Limiter})
	if err != nil {
		return nil, err
	}
	out := &Writer{blocks: blocks}
	if err := out.header(h); err != nil {
		_ = blocks.Close() // the first error is the one that matters
		return nil, err
	}
	return out, nil
}

// header writes the header (SAMv1 §4.2).
func (w *Writer) header(h *sam.Header) error {
	if len(h.Text) > math.MaxInt32 {
		return errs.At(errs.Validation, errs.Pos{}, "header text of %d bytes, more than BAM holds", len(h.Text))
	}
	p := binary.LittleEndian.AppendUint32([]byte(Magic), uint32(len(h.Text)))
	p = append(p, h.Text...)
	p = binary.LittleEndian.AppendUint32(p, uint32(len(h.Refs)))
	for _, ref := range h.Refs {
		p = binary.LittleEndian.AppendUint32(p, uint32(len(ref.Name)+1))
		p = append(append(p, ref.Name...), 0)
		p = binary.LittleEndian.AppendUint32(p, ref.Length)
	}
	if _, err := w.blocks.Write(p); err != nil {
		return err
	}
	return w.blocks.Flush()
}

// Write writes a record.
func (w *Writer) Write(r sam.Record) error {
	size := sizeWord + len(r)
	if w.used > 0 && w.used+size > bgzf.BlockText {
		if err := w.blocks.Flush(); err != nil {
			return err
		}
		w.used = 0
	}
	w.used = (w.used + size) % bgzf.BlockText
	w.scratch = binary.LittleEndian.AppendUint32(w.scratch[:0], uint32(len(r)))
	w.scratch = append(w.scratch, r...)
	_, err := w.blocks.Write(w.scratch)
	return err
}

// Close ends the file with its EOF block.
func (w *Writer) Close() error { return w.blocks.Close() }
