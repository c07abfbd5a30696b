package bgzf

import (
	"context"
	"io"

	"github.com/seqlode/seqlode/internal/deflate"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/pipeline"
)

// Options of a Reader; the zero value is good.
type Options struct {
	Threads int               // 0: GOMAXPROCS; 1: no goroutines; n: n decoders
	Limiter *pipeline.Limiter // shared bound on decoding; may be nil
}

// Slots is how many batches are in flight for a number of threads: one at
// each worker, as many decoded or cut ahead, one with the consumer. A batch
// takes up to 1 MiB.
func Slots(threads int) int { return 2*threads + 2 }

// Reader decodes a file of blocks. One goroutine uses it.
type Reader struct {
	ctx context.Context
	src io.Reader
	opt Options

	in        *Input
	interrupt func()
	pipe      *pipeline.Pipe[*Batch]
	skip      int  // bytes of text before the place sought
	eof       bool // the last batch ended in the EOF block

	slot        *pipeline.Slot[*Batch] // that Read is in
	at          int
	end         uint64 // virtual offset behind what has been read
	secondLooks int
}

// NewReader reads blocks from src until ctx ends or Close.
func NewReader(ctx context.Context, src io.Reader, opt Options) *Reader {
	r := &Reader{ctx: ctx, src: src, opt: opt}
	r.start(0)
	return r
}

// start begins to read at a block that begins at offset, where src stands.
func (r *Reader) start(offset int64) {
	r.in = NewInput(r.src, offset)
	r.interrupt = r.in.Interrupt(r.ctx)
	r.end, r.eof = uint64(offset)<<16, false
	threads := pipeline.Threads(r.opt.Threads)
	r.pipe = pipeline.Start(r.ctx, pipeline.Stage[*Batch]{
		Threads: threads,
		Slots:   Slots(threads),
		Limiter: r.opt.Limiter,
		New:     NewBatch,
		Fill:    r.fill,
		Worker: func() func(*Batch) error {
			d := new(deflate.Decoder)
			return func(b *Batch) error { return b.Inflate(d) }
		},
	})
}

// fill cuts the next batch; what is no block is trailing garbage or no BGZF.
func (r *Reader) fill(_ context.Context, b *Batch) (bool, error) {
	err := b.Cut(r.in)
	if err != ErrNotBlock {
		return err == nil, err
	}
	if r.in.Offset() == 0 {
		return false, errs.At(errs.Corrupt, r.in.Pos(), "%w", ErrNotBlock)
	}
	return false, errs.At(errs.Corrupt, r.in.Pos(), "trailing bytes: %w", ErrNotBlock)
}

// Next gives the next batch, which the caller releases, or io.EOF.
func (r *Reader) Next() (*pipeline.Slot[*Batch], error) {
	s, err := r.pipe.Next()
	if err != nil {
		return nil, err
	}
	r.eof = s.Unit.EndsWithEOF()
	r.secondLooks += s.Unit.SecondLooks
	return s, nil
}

// HasEOF reports, after io.EOF, whether the file ends in [EOFBlock], the proof
// that it was not cut between blocks.
func (r *Reader) HasEOF() bool { return r.eof }

// SecondLooks counts the blocks that only the standard library could decode.
func (r *Reader) SecondLooks() int { return r.secondLooks }

// Read gives text, for callers that want no batches. It is not to be mixed
// with Next.
func (r *Reader) Read(p []byte) (int, error) {
	for r.slot == nil || r.at == len(r.slot.Unit.Text) {
		if err := r.advance(); err != nil {
			return 0, err
		}
	}
	n := copy(p, r.slot.Unit.Text[r.at:])
	r.at += n
	return n, nil
}

// advance moves Read to the next batch.
func (r *Reader) advance() error {
	r.drop()
	s, err := r.Next()
	if err != nil {
		return err
	}
	r.slot, r.at = s, 0
	b := s.Unit
	last := b.Blocks[len(b.Blocks)-1]
	r.end = uint64(last.Offset+int64(last.Size)) << 16
	if r.skip > 0 {
		if r.skip > b.Blocks[0].End {
			return errs.At(errs.Validation, errs.Pos{Offset: errs.Virtual(uint64(b.Blocks[0].Offset)<<16 | uint64(r.skip))},
				"the block has %d bytes of text", b.Blocks[0].End)
		}
		r.at, r.skip = r.skip, 0
	}
	return nil
}

// drop gives Read's batch back.
func (r *Reader) drop() {
	if r.slot != nil {
		r.slot.Release()
		r.slot = nil
	}
}

// Offset is the virtual offset of what Read gives next.
func (r *Reader) Offset() uint64 {
	if r.slot == nil || r.at == len(r.slot.Unit.Text) {
		return r.end
	}
	return r.slot.Unit.Virtual(r.at)
}

// Seek makes Read go on at a virtual offset. The source is an io.Seeker.
func (r *Reader) Seek(virtual uint64) error {
	s, ok := r.src.(io.Seeker)
	if !ok {
		return errs.At(errs.NotSupported, errs.Pos{}, "the source cannot seek")
	}
	r.Close()
	r.slot = nil
	if _, err := s.Seek(int64(virtual>>16), io.SeekStart); err != nil {
		return errs.At(errs.Internal, errs.Pos{Offset: errs.Virtual(virtual)}, "%w", err)
	}
	r.start(int64(virtual >> 16))
	r.skip = int(virtual & 0xffff)
	r.end = virtual
	return nil
}

// Close ends the reading and waits for the reader's goroutines.
func (r *Reader) Close() {
	r.pipe.Close()
	r.interrupt()
}
