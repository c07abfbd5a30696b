package cram

import (
	"context"
	"iter"
	"sync/atomic"

	"github.com/seqlode/seqlode/internal/bgzf"
	"github.com/seqlode/seqlode/internal/pipeline"
	"github.com/seqlode/seqlode/internal/sam"
)

// sliceBlocks is a slice on its way: stored, then with its blocks decoded.
type sliceBlocks struct {
	slice Slice
	opened
	weight int64
}

// chunk is a slice on the rest of its way: as records.
type chunk struct {
	slicePlace
	chunkRoom
	places Places
	blocks *pipeline.Slot[*sliceBlocks] // until the records are decoded
	weight int64
	users  atomic.Int32 // beside whoever holds the slot: runs of its records
}

// chunkRoom is the memory of a chunk.
type chunkRoom struct {
	raw     []byte   // records, each behind its size, as BAM has them
	records []record // while they are decoded
}

// enough is the bytes of slices, with their blocks decoded, that are enough to
// have under way for a number of threads, and as many with their records. One of
// any size is let be.
func enough(threads int) int64 {
	if threads == 1 {
		return 0 // nobody else could make room
	}
	return int64(threads) * (24 << 20)
}

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

// startBlocks decodes the blocks of the slices of a reader, in their order.
func startBlocks(ctx context.Context, reader *Reader) stage[*sliceBlocks] {
	threads := pipeline.Threads(reader.opt.Threads)
	stored, decoded := newRoom[[]byte](0), newRoom[[]byte](reader.enough)
	return startStage(ctx, reader, pipeline.Stage[*sliceBlocks]{
		Threads: threads,
		Slots:   threads + 2, // one at each worker, one ahead, one whose records are decoded
		Limiter: reader.opt.Limiter,
		New:     func() *sliceBlocks { return new(sliceBlocks) },
		Fill: func(ctx context.Context, b *sliceBlocks) (_ bool, err error) {
			if b.slice.buf, err = stored.enter(ctx, 0); err != nil {
				return true, err
			}
			if err = reader.Next(&b.slice); err != nil {
				return true, err
			}
			b.weight = int64(len(b.slice.buf)) + b.slice.blockBytes()
			b.opened.memory, err = decoded.enter(ctx, b.weight)
			return true, err
		},
		Worker: func() func(*sliceBlocks) error {
			d := reader.newBlockDecoder()
			return func(b *sliceBlocks) error { return b.open(&b.slice, d, reader.opt.MaxSlice, nil) }
		},
		Released: func(b *sliceBlocks) {
			stored.leave(0, b.slice.buf)
			decoded.leave(b.weight, b.opened.memory)
			b.slice.buf, b.opened.memory = nil, nil
		},
	})
}

// chunks is a running stage that decodes slices.
type chunks struct {
	blocks stage[*sliceBlocks]
	*pipeline.Pipe[*chunk]
	cancel context.CancelFunc // of both
}

// startSlices decodes the slices of a reader, in their order: some workers decode
// blocks, some records.
func startSlices(ctx context.Context, reader *Reader) chunks {
	ctx, cancel := context.WithCancel(ctx)
	blocks := startBlocks(ctx, reader)
	threads := pipeline.Threads(reader.opt.Threads)
	rooms := newRoom[chunkRoom](reader.enough)
	return chunks{blocks, pipeline.Start(ctx, pipeline.Stage[*chunk]{
		Threads: threads,
		Slots:   threads + 2, // one at each worker, one ahead, one with the consumer
		Limiter: reader.opt.Limiter,
		New:     func() *chunk { return new(chunk) },
		Fill: func(ctx context.Context, c *chunk) (_ bool, err error) {
			if c.blocks, err = blocks.Next(); err != nil {
				return true, err
			}
			s := &c.blocks.Unit.slice
			c.slicePlace, c.weight = s.slicePlace, s.recordBytes()
			c.chunkRoom, err = rooms.enter(ctx, c.weight)
			return true, err
		},
		Worker: func() func(*chunk) error {
			d := reader.newDecoder(ctx)
			return func(c *chunk) error {
				defer c.blocks.Release()
				return c.decode(d, &c.blocks.Unit.slice, &c.blocks.Unit.opened)
			}
		},
		Released: func(c *chunk) {
			rooms.leave(c.weight, c.chunkRoom)
			c.chunkRoom = chunkRoom{}
		},
	}), cancel}
}

// decode decodes the records of a slice, and notes their places.
func (c *chunk) decode(d *decoder, s *Slice, o *opened) (err error) {
	d.records = c.records
	// How many records there are is only said; the bytes of blocks are there.
	if room := min(c.weight, takeAtOnce+4*o.size, 1<<28); int64(cap(c.raw)) < room/2 {
		c.raw = nil // so that it can go
		c.raw = make([]byte, 0, room)
	}
	c.raw, err = d.decode(s, o, c.raw[:0])
	c.records, d.records = d.records, nil
	if err == nil {
		c.places.take(c.records, s)
	}
	return err
}

// Close ends the work and waits for its goroutines.
func (s chunks) Close() {
	s.cancel()
	s.Pipe.Close()
	s.blocks.Close()
}

// blockBytes is how many bytes the blocks of a slice have when decoded.
func (s *Slice) blockBytes() int64 {
	n := int64(0)
	for i := range s.blocks {
		n += int64(s.blocks[i].size)
	}
	return n
}

// recordBytes is about the bytes that the records of a slice take.
func (s *Slice) recordBytes() int64 {
	// Bases that the reference has are in no block, half a byte for each quality.
	return s.blockBytes()*3/2 + 64*int64(s.records)
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
func nextSlot(all chunks) (slot, error) {
	s, err := all.Next()
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
	if s.Unit.users.Add(-1) == 0 {
		s.Release()
	}
}
