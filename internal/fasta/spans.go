package fasta

import (
	"cmp"
	"context"
	"io"
	"iter"
	"slices"

	"github.com/seqlode/seqlode/internal/pipeline"
)

// Span is the bases [Beg, End) of a sequence of an index, counted from 0.
type Span struct {
	Sequence *Sequence
	Beg, End int64
}

const (
	spanGroup = 64      // spans that one worker reads
	spanBytes = 1 << 20 // about the most bases of theirs, but for a single span
)

// Spans gives the bases of spans as [File.AppendRaw] does, in the order of spans.
// Threads as in [Options] read ahead; what is given holds until the next is asked
// for. Some 1 MiB a thread is in flight, and more where a span is longer: long
// spans are for the caller to cut. The first error ends the spans.
func (f *File) Spans(ctx context.Context, spans []Span, threads int) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		threads = pipeline.Threads(threads)
		pipe := pipeline.Start(ctx, pipeline.Stage[*group]{
			Threads: threads,
			Slots:   threads + 2,
			New:     func() *group { return new(group) },
			Fill: func(_ context.Context, g *group) (bool, error) {
				g.places = g.places[:0]
				n := groupSize(spans)
				if n == 0 {
					return false, io.EOF
				}
				g.spans, spans = spans[:n], spans[n:]
				return true, nil
			},
			Worker: func() func(*group) error {
				return func(g *group) error { return g.read(ctx, f) }
			},
			Holds: func(g *group) bool { return len(g.places) > 0 },
		})
		defer pipe.Close()
		for {
			slot, err := pipe.Next()
			if err != nil {
				if err != io.EOF {
					yield(nil, err)
				}
				return
			}
			g := slot.Unit
			for _, at := range g.places {
				if !yield(g.bases[at[0]:at[1]], nil) {
					return
				}
			}
			slot.Release()
		}
	}
}

// groupSize says how many of the spans are read together.
func groupSize(spans []Span) int {
	size := int64(0)
	for i, s := range spans {
		if size += s.End - s.Beg; i == spanGroup || i > 0 && size > spanBytes {
			return i
		}
	}
	return len(spans)
}

// group is some spans and their bases.
type group struct {
	spans  []Span
	bases  []byte
	places [][2]int // of each span in bases
	order  []int
}

// read reads the spans in the order of the file, so that each block is decoded
// once. Where one fails, those before it remain.
func (g *group) read(ctx context.Context, f *File) error {
	g.bases, g.order = g.bases[:0], g.order[:0]
	g.places = append(g.places[:0], make([][2]int, len(g.spans))...)
	for i := range g.spans {
		g.order = append(g.order, i)
	}
	slices.SortFunc(g.order, func(a, b int) int {
		s, t := &g.spans[a], &g.spans[b]
		return cmp.Or(cmp.Compare(s.Sequence.Offset, t.Sequence.Offset), cmp.Compare(s.Beg, t.Beg))
	})
	failed, first := len(g.spans), error(nil)
	for _, i := range g.order {
		if i > failed {
			continue
		}
		at, s := len(g.bases), &g.spans[i]
		var err error
		if g.bases, err = f.AppendRaw(ctx, g.bases, s.Sequence, s.Beg, s.End); err != nil {
			failed, first = i, err
		}
		g.places[i] = [2]int{at, len(g.bases)}
	}
	g.places = g.places[:failed]
	return first
}
