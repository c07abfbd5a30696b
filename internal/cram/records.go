package cram

import (
	"context"
	"io"

	"github.com/seqlode/seqlode/internal/bam"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/pipeline"
	"github.com/seqlode/seqlode/internal/sam"
)

// Records gives the records of a file one by one, decoded by several workers.
// One goroutine uses it.
type Records struct {
	slices chunks
	names  int
	want   *region
	slot   *pipeline.Slot[*chunk]
	rest   []byte
	i      int64 // the last record, in the slice, from 0
	ended  bool  // nothing of the region follows
}

// NewRecords decodes what reader has left, until the end of ctx or Close.
func NewRecords(ctx context.Context, reader *Reader) *Records {
	return &Records{slices: startSlices(ctx, reader), names: len(reader.names), want: reader.want}
}

// Next gives the next record, which stands until the next call, or what ended
// them: io.EOF or a fault. Records are good: see [sam.Record.Check].
func (r *Records) Next() (sam.Record, error) {
	for !r.ended {
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
	return nil, io.EOF
}

// next gives the next record of any place.
func (r *Records) next() (sam.Record, error) {
	for len(r.rest) == 0 {
		r.release()
		slot, err := r.slices.Next()
		if err != nil {
			return nil, err
		}
		r.slot, r.rest, r.i = slot, slot.Unit.raw, -1
	}
	end := sizeWord + int(le.Uint32(r.rest))
	record := sam.Record(r.rest[sizeWord:end:end])
	r.rest = r.rest[end:]
	r.i++
	if err := record.Check(r.names); err != nil {
		return nil, errs.In(err, r.Pos())
	}
	return record, nil
}

// Pos is the place of the last record: its container, and its number where the
// reader is not restricted to a region.
func (r *Records) Pos() errs.Pos { return r.slot.Unit.posOf(r.i) }

// Place is that of the last record: it has no virtual offsets, and a number as
// Pos.
func (r *Records) Place() bam.Place { return bam.Place{Number: r.Pos().Record} }

func (r *Records) release() {
	r.rest = nil
	if r.slot != nil {
		r.slot.Release()
		r.slot = nil
	}
}

// Close ends the work and waits for its goroutines.
func (r *Records) Close() {
	r.release()
	r.slices.Close()
}
