package cram

import (
	"context"
	"errors"
	"io"
	"slices"

	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/pipeline"
)

// ErrUnsorted is why a file has no index.
var ErrUnsorted = errors.New("not sorted by coordinate")

// Places is what a slice adds to an index.
type Places struct {
	entries  Index
	ref      int32 // of the container
	start    int64
	pos      errs.Pos
	unsorted bool // within the slice
}

// take notes the places of a slice and its records; of one with a single
// reference, or none, they stand in its header.
func (p *Places) take(records []record, s *Slice) {
	*p = Places{entries: p.entries[:0], ref: s.container.refID, start: s.container.start, pos: s.pos()}
	e := Entry{Ref: s.refID, Start: s.start, Span: s.span, Container: s.at, Slice: s.landmark, Size: int32(s.stored)}
	if s.refID != multiRef {
		p.entries = append(p.entries, e)
		return
	}
	end := int64(0)
	for i := range records {
		r := &records[i]
		if i > 0 {
			if last := &records[i-1]; r.ref == last.ref {
				p.unsorted = p.unsorted || r.pos < last.pos
				end = max(end, r.end)
				continue
			}
			e.Span = end - e.Start + 1
			p.entries = append(p.entries, e)
		}
		e.Ref, e.Start, end = r.ref, r.pos, r.end
	}
	if len(records) > 0 {
		e.Span = end - e.Start + 1
		p.entries = append(p.entries, e)
	}
}

// clone gives a copy that shares nothing.
func (p *Places) clone() *Places {
	c := *p
	c.entries = slices.Clone(p.entries)
	return &c
}

// Indexer makes an index of the places of slices. The zero value is ready.
type Indexer struct {
	Index Index
	ref   int32
	start int64
	any   bool
}

// Add adds the places of the next slice. Places that are out of order give
// [ErrUnsorted], where `samtools index` finds them so: between containers of one
// reference and within slices of several.
func (x *Indexer) Add(p *Places) error {
	if p.unsorted || x.any && p.ref == x.ref && p.start < x.start {
		return errs.At(errs.Validation, p.pos, "%w", ErrUnsorted)
	}
	x.any, x.ref, x.start = true, p.ref, p.start
	x.Index = append(x.Index, p.entries...)
	return nil
}

// MakeIndex indexes the slices that reader has left. No more is decoded than
// the places of records in slices of several references, and no bases are asked
// for. tell, if it is not nil, is called after each slice.
func MakeIndex(ctx context.Context, reader *Reader, tell func()) (Index, error) {
	type unit struct {
		Places
		slice Slice
	}
	reader.heads = true
	threads := pipeline.Threads(reader.opt.Threads)
	pipe := startStage(ctx, reader, pipeline.Stage[*unit]{
		Threads: threads,
		Slots:   2 * threads,
		Limiter: reader.opt.Limiter,
		New:     func() *unit { return new(unit) },
		Fill: func(_ context.Context, u *unit) (bool, error) {
			err := reader.Next(&u.slice)
			if err == nil && u.slice.refID != multiRef {
				u.take(nil, &u.slice)
			}
			return u.slice.refID == multiRef, err
		},
		Worker: func() func(*unit) error {
			var o opened
			blocks, d := reader.newBlockDecoder(), reader.newDecoder(ctx)
			d.place = true
			return func(u *unit) error {
				wanted, _ := u.slice.comp.placesOnly()
				if err := o.open(&u.slice, blocks, reader.opt.MaxSlice, wanted); err != nil {
					return err
				}
				if _, err := d.decode(&u.slice, &o, nil); err != nil {
					return err
				}
				u.take(d.records, &u.slice)
				return nil
			}
		},
	})
	defer pipe.Close()
	var x Indexer
	for {
		slot, err := pipe.Next()
		if err == io.EOF {
			return x.Index, nil
		}
		if err != nil {
			return nil, err
		}
		err = x.Add(&slot.Unit.Places)
		slot.Release()
		if err != nil {
			return nil, err
		}
		if tell != nil {
			tell()
		}
	}
}
