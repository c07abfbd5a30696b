package cram

import (
	"context"
	"io"
	"iter"

	"github.com/seqlode/seqlode/internal/bam"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/pipeline"
	"github.com/seqlode/seqlode/internal/sam"
)

// eachRecord gives the records of bytes where each stands behind its size.
func eachRecord(raw []byte) iter.Seq[sam.Record] {
	return func(yield func(sam.Record) bool) {
		for len(raw) > 0 {
			end := sizeWord + int(le.Uint32(raw))
			if !yield(sam.Record(raw[sizeWord:end:end])) {
				return
			}
			raw = raw[end:]
		}
	}
}

// Records gives the records of a file one by one, decoded by several workers.
// One goroutine uses it.
type Records struct {
	pipe  *pipeline.Pipe[*recordChunk]
	names int
	want  *region
	slot  *pipeline.Slot[*recordChunk]
	rest  []byte
	place bam.Place
	at    int64
	ended bool // nothing of the region follows
}

type recordChunk struct {
	raw   []byte
	slice Slice
}

// NewRecords decodes what reader has left, until the end of ctx or Close.
func NewRecords(ctx context.Context, reader *Reader) *Records {
	threads := pipeline.Threads(reader.opt.Threads)
	return &Records{names: len(reader.names), want: reader.want, pipe: pipeline.Start(ctx, pipeline.Stage[*recordChunk]{
		Threads: threads,
		Slots:   threads + 2,
		Limiter: reader.opt.Limiter,
		New:     func() *recordChunk { return new(recordChunk) },
		Fill: func(_ context.Context, c *recordChunk) (bool, error) {
			return true, reader.Next(&c.slice)
		},
		Worker: func() func(*recordChunk) error {
			d := reader.newDecoder(ctx)
			return func(c *recordChunk) (err error) {
				c.raw, err = d.decode(&c.slice, c.raw[:0])
				return err
			}
		},
	})}
}

// Next gives the next record, which stands until the next call, or what ended
// them: io.EOF or a fault. Records are good: see [sam.Record.Check].
func (r *Records) Next() (sam.Record, error) {
	for {
		record, err := r.next()
		if err != nil {
			return nil, err
		}
		switch r.want.record(record) {
		case inside:
			return record, nil
		case behind:
			r.ended = true
		}
	}
}

// next gives the next record of any place.
func (r *Records) next() (sam.Record, error) {
	if r.ended {
		return nil, io.EOF
	}
	for len(r.rest) == 0 {
		if r.slot != nil {
			r.slot.Release()
			r.slot = nil
		}
		slot, err := r.pipe.Next()
		if err != nil {
			return nil, err
		}
		r.slot, r.rest = slot, slot.Unit.raw
		r.place.Number, r.at = slot.Unit.slice.number-1, slot.Unit.slice.at
	}
	end := sizeWord + int(le.Uint32(r.rest))
	record := sam.Record(r.rest[sizeWord:end:end])
	r.rest = r.rest[end:]
	r.place.Number++
	if err := record.Check(r.names); err != nil {
		return nil, errs.In(err, r.Pos())
	}
	return record, nil
}

// Pos is the place of the last record: its number in the file and its
// container.
func (r *Records) Pos() errs.Pos {
	return errs.Pos{Record: r.place.Number, Offset: errs.Byte(r.at)}
}

// Place is that of the last record; it has a number and no virtual offsets.
func (r *Records) Place() bam.Place { return r.place }

// Close ends the work and waits for its goroutines.
func (r *Records) Close() {
	if r.slot != nil {
		r.slot.Release()
		r.slot = nil
	}
	r.pipe.Close()
}
