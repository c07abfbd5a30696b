package bam

import (
	"context"
	"slices"

	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/pipeline"
	"github.com/seqlode/seqlode/internal/sam"
)

// Text gives the records of a file as SAM text, made by several workers.
type Text struct {
	reader *Reader
	pipe   *pipeline.Pipe[*TextChunk]
}

// TextChunk is the text of a run of records.
type TextChunk struct {
	Text []byte // whole lines
	Stats
	run   Run
	large bool // Text lies in the memory of large texts
}

// Stats is what is counted on the way.
type Stats struct {
	Records int64
	Bases   int64
	Mapped  int64 // records whose flag does not say unmapped
	Order   Order
}

// Count adds a record behind those of s.
func (s *Stats) Count(r sam.Record) {
	s.Records++
	s.Bases += int64(r.SeqLen())
	if !r.Unmapped() {
		s.Mapped++
	}
	s.Order.add(r)
}

// Add adds what was counted in the records behind those of s.
func (s *Stats) Add(next Stats) {
	s.Records += next.Records
	s.Bases += next.Bases
	s.Mapped += next.Mapped
	s.Order.Follow(next.Order)
}

// NewText makes text of what reader has left, until the end of ctx or Close.
// Where each is not nil, it is called with each run, in order and by one
// goroutine at a time, before its text is made; its error is a fault that comes
// behind the text of the runs before.
func NewText(ctx context.Context, reader *Reader, opt Options, each func(*Run) error) *Text {
	names := reader.Names()
	threads := pipeline.Threads(opt.Threads)
	// The memory of large texts: one such text is under way at a time.
	large := make(chan []byte, 1)
	large <- nil
	return &Text{reader, pipeline.Start(ctx, pipeline.Stage[*TextChunk]{
		Threads: threads,
		Slots:   threads + 2, // one at each worker, one ahead, one with the consumer: records can be large
		Limiter: opt.Limiter,
		New:     func() *TextChunk { return new(TextChunk) },
		Fill: func(ctx context.Context, c *TextChunk) (bool, error) {
			c.Text, c.Stats = c.Text[:0], Stats{}
			if err := reader.Next(&c.run); err != nil {
				return false, err
			}
			if each != nil {
				if err := each(&c.run); err != nil {
					c.run.Release()
					return false, err
				}
			}
			if c.run.Size() <= largeRun {
				return true, nil
			}
			select {
			case c.Text = <-large:
				c.Text, c.large = slices.Grow(c.Text[:0], c.run.textSize()), true
				return true, nil
			case <-ctx.Done():
				c.run.Release()
				return false, context.Cause(ctx)
			}
		},
		Worker: func() func(*TextChunk) error {
			return func(c *TextChunk) error { return c.render(names) }
		},
		Holds: func(c *TextChunk) bool { return len(c.Text) > 0 },
		Released: func(c *TextChunk) {
			if c.large {
				large <- c.Text
				c.Text, c.large = nil, false
			}
		},
	})}
}

// largeRun is the bytes of records from which a run's text is large.
const largeRun = 4 << 20

// textSize is about the bytes of text of the run's records: two for a base with
// its quality, which take 1.5 there, and little more than what the rest takes.
func (run *Run) textSize() int { return run.Size() + run.Size()*3/8 }

// Next gives the next text, which the caller releases, or what ended it: io.EOF
// or a fault, which comes after the text of all records before it.
func (t *Text) Next() (*pipeline.Slot[*TextChunk], error) { return t.pipe.Next() }

// Close ends the work and waits for its goroutines; the reader is left open.
func (t *Text) Close() { t.pipe.Close() }

// render makes the text of the run and gives the run back.
func (c *TextChunk) render(names [][]byte) error {
	defer c.run.Release()
	var err error
	for r := range c.run.Records() {
		if c.Text, err = sam.AppendText(c.Text, r, names); err != nil {
			return errs.In(err, c.run.place(c.Records).Pos())
		}
		c.Count(r)
	}
	return nil
}

// place is that of record i of the run, from 0.
func (run *Run) place(i int64) Place {
	for p := range run.Placed() {
		if p.Number == run.first+i {
			return p
		}
	}
	return Place{}
}
