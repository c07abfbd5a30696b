package bgzf

import (
	"context"
	"errors"
	"io"

	"github.com/klauspost/compress/flate"

	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/pipeline"
)

// DefaultLevel is the compression level that -1 stands for.
const DefaultLevel = 6

// WriterOptions of a Writer; the zero value is good.
type WriterOptions struct {
	Threads int               // 0: GOMAXPROCS; 1: no goroutines; n: n compressors
	Limiter *pipeline.Limiter // shared bound on compressing; may be nil
	Index   *Index            // gets the places of the blocks, whole after Close; may be nil
}

// Writer writes a file of blocks, each of 65280 bytes of text as bgzip makes
// them. What it writes depends on text, level and calls of Flush, not on
// Threads. One goroutine uses it. The first error is given by all calls from
// then on.
type Writer struct {
	w      io.Writer
	index  *Index
	ctx    context.Context // its cause is what ended the writing
	cancel context.CancelCauseFunc
	pipe   *pipeline.Pipe[*Batch]

	batch *Batch      // being filled; the text behind its last block is that of the next one
	full  chan *Batch // to the pipe; nil where Threads is 1
	empty chan *Batch // back from it
	ended chan struct{}
	rest  []byte // text of the block under way, on its way to another batch

	closed  bool
	offset  int64 // stored bytes written; the drain's, where there is one
	text    int64 // their text
	known   int64 // offset behind all blocks
	unknown bool  // blocks have ended since known was found
}

var errClosed = errors.New("write to a closed bgzf.Writer")

// NewWriter writes to w until Close. The level is one of flate's: 1 to 9, 0 for
// stored text, -1 for [DefaultLevel], -2 for Huffman codes alone. The end of
// ctx makes all calls fail.
func NewWriter(ctx context.Context, w io.Writer, level int, opt WriterOptions) (*Writer, error) {
	if level == flate.DefaultCompression {
		level = DefaultLevel
	}
	if level < flate.HuffmanOnly || level > flate.BestCompression {
		return nil, errs.At(errs.Validation, errs.Pos{}, "compression level %d, want -2 to 9", level)
	}
	z := &Writer{w: w, index: opt.Index, batch: NewBatch()}
	z.batch.empty()
	z.ctx, z.cancel = context.WithCancelCause(ctx)
	threads := pipeline.Threads(opt.Threads)
	if threads > 1 {
		z.full, z.empty, z.ended = make(chan *Batch), make(chan *Batch, 1), make(chan struct{})
	}
	z.pipe = pipeline.Start(z.ctx, pipeline.Stage[*Batch]{
		Threads: threads,
		Slots:   Slots(threads),
		Limiter: opt.Limiter,
		New:     NewBatch,
		Fill:    z.fill,
		Worker: func() func(*Batch) error {
			d := newDeflater(level)
			return func(b *Batch) error { return b.deflate(d) }
		},
	})
	if threads > 1 {
		go z.drain()
	}
	return z, nil
}

// Write adds text. It keeps nothing of p.
func (z *Writer) Write(p []byte) (n int, err error) {
	for n < len(p) {
		if z.ctx.Err() != nil {
			return n, context.Cause(z.ctx)
		}
		k := min(len(p)-n, BlockText-len(z.batch.open()))
		z.batch.Text = append(z.batch.Text, p[n:n+k]...)
		n += k
		if len(z.batch.open()) == BlockText {
			if err := z.endBlock(); err != nil {
				return n, err
			}
		}
	}
	return n, nil
}

// Flush ends the block under way, so that what is written next begins another
// one. It makes no empty block and waits for nothing.
func (z *Writer) Flush() error {
	if z.ctx.Err() != nil {
		return context.Cause(z.ctx)
	}
	if len(z.batch.open()) == 0 {
		return nil
	}
	return z.endBlock()
}

// Offset gives the virtual offset of what is written next. It waits for all
// blocks before to be written, once for each block: who needs the places of
// many things notes their places in the text, and after Close has them from
// the Index.
func (z *Writer) Offset() (uint64, error) {
	if z.ctx.Err() != nil {
		return 0, context.Cause(z.ctx)
	}
	if z.unknown {
		if err := z.settle(); err != nil {
			return 0, err
		}
	}
	return uint64(z.known)<<16 | uint64(len(z.batch.open())), nil
}

// settle has all ended blocks written and notes the place behind them.
func (z *Writer) settle() error {
	open := z.batch.open()
	z.rest = append(z.rest[:0], open...)
	z.batch.Text = z.batch.Text[:len(z.batch.Text)-len(open)]
	written := make(chan int64, 1)
	z.batch.written = written
	if err := z.handOver(); err != nil {
		return err
	}
	z.batch.Text = append(z.batch.Text, z.rest...)
	select {
	case z.known = <-written:
		z.unknown = false
		return nil
	case <-z.ctx.Done():
		return context.Cause(z.ctx)
	}
}

// endBlock makes a block of the text behind the last one.
func (z *Writer) endBlock() error {
	b := z.batch
	b.Blocks = append(b.Blocks, Block{Start: len(b.Text) - len(b.open()), End: len(b.Text)})
	z.unknown = true
	if len(b.Blocks) < batchBlocks {
		return nil
	}
	return z.handOver()
}

// handOver gives the batch to the pipe and takes an empty one.
func (z *Writer) handOver() error {
	if z.full == nil {
		s, err := z.pipe.Next()
		if err == nil {
			err = z.put(s.Unit)
			s.Release()
		}
		if err != nil {
			z.cancel(err)
		}
		return err
	}
	select {
	case z.full <- z.batch:
		z.batch = <-z.empty
		return nil
	case <-z.ctx.Done():
		return context.Cause(z.ctx)
	}
}

// fill takes the writer's batch into a unit of the pipe, and gives what the unit
// had, emptied, for the next one.
func (z *Writer) fill(ctx context.Context, b *Batch) (bool, error) {
	if z.full == nil {
		*b, *z.batch = *z.batch, *b
		z.batch.empty()
		return true, nil
	}
	select {
	case full, ok := <-z.full:
		if !ok {
			return false, io.EOF
		}
		*b, *full = *full, *b
		full.empty()
		z.empty <- full
		return true, nil
	case <-ctx.Done():
		return false, context.Cause(ctx)
	}
}

// drain writes batches until the pipe ends.
func (z *Writer) drain() {
	defer close(z.ended)
	for {
		s, err := z.pipe.Next()
		if err == io.EOF {
			return
		}
		if err == nil {
			err = z.put(s.Unit)
			s.Release()
		}
		if err != nil {
			z.cancel(err)
			return
		}
	}
}

// put writes the blocks of a batch.
func (z *Writer) put(b *Batch) error {
	if err := z.store(b.raw); err != nil {
		return err
	}
	for _, blk := range b.Blocks {
		if z.index != nil && z.offset > 0 {
			*z.index = append(*z.index, IndexEntry{z.offset, z.text})
		}
		z.offset += int64(blk.Size)
		z.text += int64(blk.End - blk.Start)
	}
	if b.written != nil {
		b.written <- z.offset
	}
	return nil
}

// store writes bytes at offset.
func (z *Writer) store(p []byte) error {
	if len(p) == 0 {
		return nil
	}
	n, err := z.w.Write(p)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	if err != nil {
		at := z.offset + int64(max(0, min(n, len(p))))
		return errs.At(errs.Internal, errs.Pos{Offset: errs.Byte(at)}, "cannot write on: %w", err)
	}
	return nil
}

// Close writes what is left and the EOF block, and waits for the writer's
// goroutines; w stays open. A file whose Close fails is not whole. To abandon
// one, end ctx before Close.
func (z *Writer) Close() error {
	if z.closed {
		if err := context.Cause(z.ctx); err != errClosed {
			return err
		}
		return nil
	}
	z.closed = true
	err := z.finish()
	z.cancel(errClosed)
	if z.full != nil {
		<-z.ended // before the pipe is closed, as it may be in Next
	}
	z.pipe.Close()
	return err
}

// finish writes what is left and the EOF block.
func (z *Writer) finish() error {
	if err := z.Flush(); err != nil {
		return err
	}
	if len(z.batch.Blocks) > 0 {
		if err := z.handOver(); err != nil {
			return err
		}
	}
	if z.full != nil {
		close(z.full)
		<-z.ended
	}
	if z.ctx.Err() != nil {
		return context.Cause(z.ctx)
	}
	if err := z.store([]byte(EOFBlock)); err != nil {
		z.cancel(err)
		return err
	}
	return nil
}
