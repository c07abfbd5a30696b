package cram

import (
	"context"
	"iter"
	"math"
	"sync"
	"sync/atomic"

	"github.com/seqlode/seqlode/internal/bgzf"
	"github.com/seqlode/seqlode/internal/pipeline"
	"github.com/seqlode/seqlode/internal/sam"
)

// chunk is a slice on its way: stored, then as records.
type chunk struct {
	slice  Slice
	raw    []byte // records, each behind its size, as BAM has them
	places Places
	weight int64
	users  atomic.Int32 // beside whoever holds the slot: runs of its records
}

// enoughAtOnce is the bytes of slices under way that are enough. Two of any
// size are let be.
const enoughAtOnce = 96 << 20

// stage is a stage that reads a source. Closing it ends a Read under way, where
// the source has read deadlines.
type stage[T any] struct {
	*pipeline.Pipe[T]
	undo func()
}

func startStage[T any](ctx context.Context, reader *Reader, s pipeline.Stage[T]) stage[T] {
	pipe := pipeline.Start(ctx, s)
	return stage[T]{pipe, bgzf.Interrupt(pipe.Context(), reader.in.src)}
}

// Close ends the work and waits for its goroutines.
func (s stage[T]) Close() {
	s.Pipe.Close()
	s.undo()
}

// startSlices decodes the slices of a reader, in their order. The memory of a chunk
// is used again for another.
func startSlices(ctx context.Context, reader *Reader) stage[*chunk] {
	threads := pipeline.Threads(reader.opt.Threads)
	room := &rooms{threads: threads, freed: make(chan struct{}, 1)}
	return startStage(ctx, reader, pipeline.Stage[*chunk]{
		Threads: threads,
		Slots:   threads + 2, // one at each worker, one ahead, one with the consumer
		Limiter: reader.opt.Limiter,
		New:     func() *chunk { return new(chunk) },
		Fill: func(ctx context.Context, c *chunk) (bool, error) {
			room.lend(c)
			if err := reader.Next(&c.slice); err != nil {
				return true, err
			}
			return true, room.enter(ctx, c)
		},
		Worker: func() func(*chunk) error {
			d := reader.newDecoder(ctx)
			return func(c *chunk) (err error) {
				if c.raw, err = d.decode(&c.slice, c.raw[:0]); err == nil {
					c.places.take(d, &c.slice)
				}
				return err
			}
		},
		Released: room.leave,
	})
}

// rooms is the memory of chunks, and how much of it is taken.
type rooms struct {
	threads int
	freed   chan struct{} // tells Fill that something has been freed

	mu     sync.Mutex
	within int // chunks
	weight int64
	spare  []chunkRoom
}

// chunkRoom is the memory that a chunk leaves behind.
type chunkRoom struct{ stored, raw []byte }

// lend gives an empty chunk the memory that was used last.
func (r *rooms) lend(c *chunk) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if last := len(r.spare) - 1; last >= 0 {
		c.slice.buf, c.raw = r.spare[last].stored, r.spare[last].raw
		r.spare = r.spare[:last]
	}
}

// enter waits until there is room for a chunk that has been cut.
func (r *rooms) enter(ctx context.Context, c *chunk) error {
	c.weight = c.slice.weight()
	for {
		r.mu.Lock()
		if r.within < 2 || r.threads == 1 || r.weight+c.weight <= enoughAtOnce {
			r.within++
			r.weight += c.weight
			r.mu.Unlock()
			return nil
		}
		r.mu.Unlock()
		select {
		case <-r.freed:
		case <-ctx.Done():
			c.weight = 0
			return context.Cause(ctx)
		}
	}
}

// leave takes a chunk's memory back.
func (r *rooms) leave(c *chunk) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.spare = append(r.spare, chunkRoom{c.slice.buf, c.raw})
	c.slice.buf, c.raw = nil, nil
	if c.weight > 0 {
		r.within--
		r.weight -= c.weight
		c.weight = 0
		select {
		case r.freed <- struct{}{}:
		default:
		}
	}
}

// weight is about the bytes that a slice takes on its way, without what its
// decoder has.
func (s *Slice) weight() int64 { return int64(len(s.buf)+s.recordBytes()) + 1 }

// recordBytes is about the bytes that the records of a slice take.
func (s *Slice) recordBytes() int {
	n := int64(0)
	for i := range s.blocks {
		n += int64(s.blocks[i].size)
	}
	// Bases that the reference has are in no block, half a byte for each quality.
	return int(min(n*3/2+64*int64(s.records), math.MaxInt32))
}

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

// runSize is the bytes of records that a run has, or one record.
const runSize = 512 << 10

// cutRun cuts a run of whole records off raw, and counts them.
func cutRun(raw []byte) (run, rest []byte, records int64) {
	n := 0
	for n < len(raw) {
		end := n + sizeWord + int(le.Uint32(raw[n:]))
		if n > 0 && end > runSize {
			break
		}
		n = end
		records++
	}
	return raw[:n], raw[n:], records
}

// slot is a chunk that is held by several.
type slot struct {
	*pipeline.Slot[*chunk]
}

// nextSlot gives the next chunk to its first holder.
func nextSlot(slices stage[*chunk]) (slot, error) {
	s, err := slices.Next()
	if err != nil {
		return slot{}, err
	}
	s.Unit.users.Store(1)
	return slot{s}, nil
}

// share gives the chunk to one holder more.
func (s slot) share() slot {
	s.Unit.users.Add(1)
	return s
}

// drop ends the holding; the last one frees the chunk.
func (s slot) drop() {
	if s.Slot != nil && s.Unit.users.Add(-1) == 0 {
		s.Release()
	}
}
