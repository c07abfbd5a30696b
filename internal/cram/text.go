package cram

import (
	"context"
	"io"

	"github.com/seqlode/seqlode/internal/bam"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/pipeline"
	"github.com/seqlode/seqlode/internal/sam"
)

// Text gives the records of a file as SAM text, made by several workers: some
// decode slices, some make text of runs of their records.
type Text struct {
	slices chunks
	runs   *pipeline.Pipe[*TextChunk]
	cancel context.CancelFunc // of both
	ended  bool

	slot slot   // the slice that runs are cut from, while there is a rest
	rest []byte // of its records
	next int64  // their first in the slice
}

// TextChunk is the text of a run of records.
type TextChunk struct {
	Text []byte // whole lines
	bam.Stats
	// Places is what a slice adds to the file's index; nil but in the first chunk
	// of each slice.
	Places *Places

	slot  slot // until the text is made
	run   []byte
	first int64 // its first record in the slice
	last  bool  // nothing of the region follows
}

// NewText makes text of what reader has left, until the end of ctx or Close.
func NewText(ctx context.Context, reader *Reader) *Text {
	ctx, cancel := context.WithCancel(ctx)
	t := &Text{slices: startSlices(ctx, reader), cancel: cancel}
	threads := pipeline.Threads(reader.opt.Threads)
	t.runs = pipeline.Start(ctx, pipeline.Stage[*TextChunk]{
		Threads: threads,
		Slots:   threads + 2,
		Limiter: reader.opt.Limiter,
		New:     func() *TextChunk { return new(TextChunk) },
		Fill:    func(_ context.Context, c *TextChunk) (bool, error) { return true, t.cut(c) },
		Worker: func() func(*TextChunk) error {
			return func(c *TextChunk) error {
				defer c.slot.drop()
				return c.render(reader.names, reader.want)
			}
		},
		Holds: func(c *TextChunk) bool { return len(c.Text) > 0 },
	})
	return t
}

// cut cuts the next run.
func (t *Text) cut(c *TextChunk) error {
	*c = TextChunk{Text: c.Text[:0]}
	if len(t.rest) == 0 {
		s, err := nextSlot(t.slices)
		if err != nil {
			return err
		}
		t.slot, t.rest, t.next = s, s.Unit.raw, 0
		c.Places = s.Unit.places.clone()
	}
	n := int64(0)
	c.run, t.rest, n = cutRun(t.rest)
	c.slot, c.first = t.slot.share(), t.next
	t.next += n
	if len(t.rest) == 0 {
		t.slot.drop()
	}
	return nil
}

// Next gives the next text, which the caller releases, or what ended it: io.EOF
// or a fault, which comes after the text of all records before it.
func (t *Text) Next() (*pipeline.Slot[*TextChunk], error) {
	if t.ended {
		return nil, io.EOF
	}
	slot, err := t.runs.Next()
	if err == nil {
		t.ended = slot.Unit.last
	}
	return slot, err
}

// Close ends the work and waits for its goroutines.
func (t *Text) Close() {
	t.cancel()
	t.runs.Close()
	t.slices.Close()
}

// render makes the text of the run.
func (c *TextChunk) render(names [][]byte, want *region) error {
	i := c.first
	for r := range eachRecord(c.run) {
		switch want.record(r) {
		case behind:
			c.last = true
			return nil
		case inside:
			var err error
			if c.Text, err = sam.AppendText(c.Text, r, names); err != nil {
				return errs.In(err, c.slot.Unit.posOf(i))
			}
			c.Stats.Count(r)
		}
		i++
	}
	return nil
}
