package bgzf

import (
	"context"
	"io"
	"math"

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
	ctx     context.Context
	src     io.Reader
	threads int
	limiter *pipeline.Limiter
	decoder func() Inflater

	in      *Input
	batches []*Batch // made so far, to be used again after a Seek
	used    int      // of them, since the last Seek
	most    int      // blocks of the next batch
	stop    int64    // blocks from here on are not wanted

	pipe      *pipeline.Pipe[*Batch]
	interrupt func()

	eof         bool // the last batch ended in the EOF block
	secondLooks int

	slot  *pipeline.Slot[*Batch] // that Read is in
	at    int                    // in its text
	limit int                    // of its text that Read gives
	err   error                  // that Read gives from now on
	begin uint64                 // virtual offset at which Read begins
	end   uint64                 // and ends
	skip  int                    // text before begin in the first batch; then 0
	past  uint64                 // virtual offset behind the batches that Read is done with
}

// endless is a virtual offset behind every file.
const endless = math.MaxUint64

// NewReader reads blocks from src, which stands at its beginning, until ctx
// ends or Close.
func NewReader(ctx context.Context, src io.Reader, opt Options) *Reader {
	return newReader(ctx, src, opt, func() Inflater { return new(deflate.Decoder) })
}

func newReader(ctx context.Context, src io.Reader, opt Options, decoder func() Inflater) *Reader {
	r := &Reader{
		ctx: ctx, src: src, in: NewInput(src, 0),
		threads: pipeline.Threads(opt.Threads), limiter: opt.Limiter, decoder: decoder,
	}
	r.start(0, endless)
	return r
}

// start begins to read at virtual offset begin, in whose block src stands.
func (r *Reader) start(begin, end uint64) {
	r.begin, r.end, r.past = begin, end, begin
	r.slot, r.err, r.eof = nil, nil, false
	r.used, r.most, r.skip = 0, 1, 0
	if begin < end {
		r.skip = int(begin & 0xffff)
	}
	r.stop = int64(end >> 16)
	if end&0xffff > 0 {
		r.stop++
	}
	r.pipe = pipeline.Start(r.ctx, pipeline.Stage[*Batch]{
		Threads: r.threads,
		Slots:   Slots(r.threads),
		Limiter: r.limiter,
		New:     r.batch,
		Fill:    r.fill,
		Worker: func() func(*Batch) error {
			d := r.decoder()
			return func(b *Batch) error { return b.Inflate(d) }
		},
		Holds: func(b *Batch) bool { return len(b.Text) > 0 },
	})
	r.interrupt = Interrupt(r.pipe.Context(), r.src)
}

// batch gives an unused batch.
func (r *Reader) batch() *Batch {
	if r.used == len(r.batches) {
		r.batches = append(r.batches, NewBatch())
	}
	r.used++
	return r.batches[r.used-1]
}

// fill cuts the next batch; what is no block is trailing garbage or no BGZF.
// Batches grow from one block on, so that little is decoded in vain where
// little is read from a place.
func (r *Reader) fill(_ context.Context, b *Batch) (bool, error) {
	err := b.cut(r.in, r.most, r.stop)
	r.most = min(2*r.most, batchBlocks)
	if err != ErrNotBlock {
		return err == nil, err
	}
	if r.in.Offset() == 0 {
		return false, errs.At(errs.Corrupt, r.in.Pos(), "%w", ErrNotBlock)
	}
	return false, errs.At(errs.Corrupt, r.in.Pos(), "trailing bytes: %w", ErrNotBlock)
}

// Next gives the next batch, which the caller releases, or io.EOF. After a
// Seek, the first batch begins with the block sought, and batches are whole:
// it is for the caller to skip what lies before the place in it, and behind
// the end.
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
	for r.slot == nil || r.at == r.limit {
		if err := r.advance(); err != nil {
			return 0, err
		}
	}
	n := copy(p, r.slot.Unit.Text[r.at:r.limit])
	r.at += n
	return n, nil
}

// advance moves Read to the next batch.
func (r *Reader) advance() error {
	if r.err != nil {
		return r.err
	}
	if r.slot != nil {
		r.past = r.Offset()
		r.slot.Release()
		r.slot = nil
	}
	s, err := r.Next()
	if err == io.EOF && r.skip > 0 {
		err = errs.At(errs.RangeNotSatisfiable, errs.Pos{Offset: errs.Virtual(r.begin)}, "beyond the end of the file")
	}
	if err != nil {
		r.err = err
		return err
	}
	b := s.Unit
	if r.skip > b.Blocks[0].End {
		s.Release()
		r.err = errs.At(errs.RangeNotSatisfiable, errs.Pos{Offset: errs.Virtual(r.begin)}, "the block has %d bytes of text", b.Blocks[0].End)
		return r.err
	}
	r.slot, r.at, r.limit = s, r.skip, len(b.Text)
	if last := b.Blocks[len(b.Blocks)-1]; uint64(last.Offset) == r.end>>16 {
		r.limit = max(r.at, min(r.limit, last.Start+int(r.end&0xffff)))
	}
	r.skip = 0
	return nil
}

// Offset is the virtual offset of the place behind what Read has given, which
// is that of what it gives next unless empty blocks lie between.
func (r *Reader) Offset() uint64 {
	if r.slot == nil || r.at == 0 {
		return r.past
	}
	return r.slot.Unit.Virtual(r.at)
}

// Seek makes the reader go on at a virtual offset; src is an io.Seeker. All
// batches are released before. An offset that is not in the file makes the
// next Read fail.
func (r *Reader) Seek(virtual uint64) error { return r.SeekChunk(virtual, endless) }

// SeekChunk is Seek to the virtual offset begin of a chunk, as indexes give
// them: Read ends at the virtual offset end with io.EOF, and no block behind it
// is read or decoded.
func (r *Reader) SeekChunk(begin, end uint64) error {
	s, ok := r.src.(io.Seeker)
	if !ok {
		return errs.At(errs.NotSupported, errs.Pos{}, "the source cannot seek")
	}
	r.Close()
	offset := int64(begin >> 16)
	if _, err := s.Seek(offset, io.SeekStart); err != nil {
		return errs.At(errs.Internal, errs.Pos{Offset: errs.Virtual(begin)}, "cannot seek: %w", err)
	}
	r.in.Reset(r.src, offset)
	r.start(begin, end)
	return nil
}

// Close ends the reading and waits for the reader's goroutines. A Read of src
// that is under way is interrupted if src has read deadlines, else waited for.
func (r *Reader) Close() {
	r.pipe.Close()
	r.interrupt()
	r.slot = nil
	if r.err == nil {
		r.err = io.ErrClosedPipe
	}
}
