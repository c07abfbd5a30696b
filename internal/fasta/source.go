package fasta

import (
	"bytes"
	"context"
	"io"

	"github.com/seqlode/seqlode/internal/bgzf"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/gzip"
	"github.com/seqlode/seqlode/internal/pipeline"
)

// chunkSize is how much text is read at once where it is not compressed.
const chunkSize = 512 << 10

// chunk is a piece of the text and the bases in it.
type chunk struct {
	text   []byte
	room   []byte                      // of text that is not compressed
	slot   *pipeline.Slot[*bgzf.Batch] // that text lies in; nil where it lies in room
	stored int64                       // bytes of the file up to its end
	bases  gathered
}

// release lets go of the text.
func (c *chunk) release() {
	if c.slot != nil {
		c.slot.Release()
		c.slot = nil
	}
	c.text = nil
}

// source gives the text of a file, plain or bgzipped.
type source struct {
	r       io.Reader
	opt     bgzf.Options
	started bool
	blocks  *bgzf.Reader // nil where it is plain
	gzi     blockIndex
	stored  int64
	err     error // that comes next
}

// start finds out what the file is.
func (s *source) start(ctx context.Context) error {
	s.started = true
	head := make([]byte, len(gzip.Magic))
	n, err := fill(s.r, head)
	if err == nil && string(head) == gzip.Magic {
		more, err := io.ReadAll(io.LimitReader(s.r, bgzf.MaxBlockSize))
		if err != nil {
			return s.broken(err)
		}
		head = append(head, more...)
		if block, err := bgzf.AtBlock(bgzf.NewInput(bytes.NewReader(head), 0)); err == nil && !block {
			return errs.At(errs.NotSupported, errs.Pos{},
				"compressed by gzip, whose files can be read only from their beginning: decompress it and compress it with bgzip")
		}
		s.r = io.MultiReader(bytes.NewReader(head), s.r)
		s.blocks = bgzf.NewReader(ctx, s.r, s.opt)
		return nil
	}
	if err != nil && err != io.EOF {
		s.stored = int64(n)
		return s.broken(err)
	}
	s.r = io.MultiReader(bytes.NewReader(head[:n]), s.r)
	return nil
}

// fill reads until p is full, or gives what ended the source: an io.ErrUnexpectedEOF
// is the source's own, as of a connection that broke off, and no end of the file.
func fill(r io.Reader, p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		var k int
		k, err = r.Read(p[n:])
		n += k
	}
	if n == len(p) {
		err = nil // it comes again
	}
	return n, err
}

// broken says that the source failed.
func (s *source) broken(err error) error {
	return errs.At(errs.Internal, errs.Pos{Offset: errs.Byte(s.stored)}, "cannot read on: %w", err)
}

// next puts the next text into c, or gives io.EOF.
func (s *source) next(ctx context.Context, c *chunk) error {
	if !s.started {
		s.err = s.start(ctx)
	}
	if s.err != nil {
		return s.err
	}
	if s.blocks != nil {
		slot, err := s.blocks.Next()
		if err != nil {
			return err
		}
		c.slot, c.text = slot, slot.Unit.Text
		for _, b := range slot.Unit.Blocks {
			s.gzi.add(b.Offset, b.End-b.Start)
			s.stored = b.Offset + int64(b.Size)
		}
		c.stored = s.stored
		return nil
	}
	if c.room == nil {
		c.room = make([]byte, chunkSize)
	}
	n, err := fill(s.r, c.room)
	s.stored += int64(n)
	switch err {
	case nil:
	case io.EOF:
		s.err = err
	default:
		s.err = s.broken(err)
	}
	if n == 0 {
		return s.err
	}
	c.text, c.stored = c.room[:n], s.stored
	return nil
}

// close joins the goroutines.
func (s *source) close() {
	if s.blocks != nil {
		s.blocks.Close()
	}
}

// end tells what was seen of a bgzipped file by its end.
func (s *source) end() (e gzip.End) {
	if s.blocks != nil {
		e.NoEOFBlock, e.SecondLooks = !s.blocks.HasEOF(), s.blocks.SecondLooks()
	}
	return e
}

// blockIndex makes a .gzi index out of blocks in the order of the file.
type blockIndex struct {
	x    bgzf.Index
	text int64
}

// add adds a block with so much text.
func (b *blockIndex) add(stored int64, text int) {
	if text > 0 && b.text > 0 {
		b.x = append(b.x, bgzf.IndexEntry{Stored: stored, Text: b.text})
	}
	b.text += int64(text)
}
