package cram

import (
	"context"
	"io"

	"github.com/seqlode/seqlode/internal/bam"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/pipeline"
	"github.com/seqlode/seqlode/internal/sam"
)

// Text gives the records of a file as SAM text, made by several workers.
type Text struct {
	pipe  *pipeline.Pipe[*TextChunk]
	ended bool
}

// TextChunk is the text of a slice.
type TextChunk struct {
	Text []byte // whole lines
	bam.Stats
	Places Places
	slice  Slice
	last   bool // nothing of the region follows
}

// NewText makes text of what reader has left, until the end of ctx or Close.
func NewText(ctx context.Context, reader *Reader) *Text {
	t := &Text{}
	threads := pipeline.Threads(reader.opt.Threads)
	t.pipe = pipeline.Start(ctx, pipeline.Stage[*TextChunk]{
		Threads: threads,
		Slots:   threads + 2, // one at each worker, one ahead, one with the consumer
		Limiter: reader.opt.Limiter,
		New:     func() *TextChunk { return new(TextChunk) },
		Fill: func(_ context.Context, c *TextChunk) (bool, error) {
			c.Text, c.Stats, c.last = c.Text[:0], bam.Stats{}, false
			return true, reader.Next(&c.slice)
		},
		Worker: func() func(*TextChunk) error {
			d := reader.newDecoder(ctx)
			var raw []byte
			return func(c *TextChunk) (err error) {
				if raw, err = d.decode(&c.slice, raw[:0]); err != nil {
					return err
				}
				c.Places.take(d, &c.slice)
				return c.render(raw, reader.names, reader.want)
			}
		},
		Holds: func(c *TextChunk) bool { return len(c.Text) > 0 },
	})
	return t
}

// Next gives the next text, which the caller releases, or what ended it: io.EOF
// or a fault, which comes after the text of all slices before it.
func (t *Text) Next() (*pipeline.Slot[*TextChunk], error) {
	if t.ended {
		return nil, io.EOF
	}
	slot, err := t.pipe.Next()
	if err == nil {
		t.ended = slot.Unit.last
	}
	return slot, err
}

// Close ends the work and waits for its goroutines.
func (t *Text) Close() { t.pipe.Close() }

// render makes the text of records.
func (c *TextChunk) render(raw []byte, names [][]byte, want *region) error {
	var err error
	for r := range eachRecord(raw) {
		if place := want.record(r); place != inside {
			if c.last = place == behind; c.last {
				break
			}
			continue
		}
		if c.Text, err = sam.AppendText(c.Text, r, names); err != nil {
			pos := c.slice.pos()
			pos.Record = c.slice.number + c.Records
			return errs.In(err, pos)
		}
		c.Stats.Count(r)
	}
	return nil
}
