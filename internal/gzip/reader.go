package gzip

import (
	"bytes"
	"context"
	"io"
	"slices"

	"github.com/seqlode/seqlode/internal/bgzf"
	"github.com/seqlode/seqlode/internal/deflate"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/pipeline"
)

// Options of a Reader; the zero value is good.
type Options struct {
	Threads int               // 0: GOMAXPROCS; 1: no goroutines; n: n decoders
	Limiter *pipeline.Limiter // shared bound on decoding; may be nil
}

// Chunk is a piece of the text, at most 544 KiB. A reader has up to
// bgzf.Slots(threads) of them.
type Chunk struct {
	Text  []byte
	batch *bgzf.Batch // of blocks
	piece *piece      // of ordinary members, or plain
	cut   bool        // batch is to be decoded
}

// Batch gives the BGZF blocks of the chunk, or nil for text of ordinary
// members and for plain text, which have no virtual offsets.
func (c *Chunk) Batch() *bgzf.Batch {
	if !c.cut {
		return nil
	}
	return c.batch
}

// Reader decodes one file. One goroutine uses it.
type Reader struct {
	in        *bgzf.Input
	interrupt func()
	pipe      *pipeline.Pipe[*Chunk]
	members   memberReader
	end       End

	slot *pipeline.Slot[*Chunk] // that Read is in
	at   int
}

// NewReader decodes src until ctx ends or Close.
func NewReader(ctx context.Context, src io.Reader, opt Options) *Reader {
	return newReader(ctx, src, opt, new(deflate.Decoder), func() bgzf.Inflater { return new(deflate.Decoder) })
}

func newReader(ctx context.Context, src io.Reader, opt Options, ofMembers decoder, ofBlocks func() bgzf.Inflater) *Reader {
	r := &Reader{in: bgzf.NewInput(src, 0)}
	r.members = memberReader{in: r.in, decoder: ofMembers, again: newAgain(src), limiter: opt.Limiter}
	threads := pipeline.Threads(opt.Threads)
	r.pipe = pipeline.Start(ctx, pipeline.Stage[*Chunk]{
		Threads: threads,
		Slots:   bgzf.Slots(threads),
		Limiter: opt.Limiter,
		New:     func() *Chunk { return new(Chunk) },
		Fill:    r.fill,
		Worker: func() func(*Chunk) error {
			d := ofBlocks()
			return func(c *Chunk) error {
				err := c.batch.Inflate(d)
				c.Text = c.batch.Text
				return err
			}
		},
		Holds: func(c *Chunk) bool { return len(c.Text) > 0 },
	})
	r.interrupt = bgzf.Interrupt(r.pipe.Context(), src)
	return r
}

// Next gives the next piece of the text, which the caller releases, or what
// ended it: io.EOF or a fault, which comes after all text before it. Pieces are
// never empty. The text of a member is given before its CRC can be compared.
func (r *Reader) Next() (*pipeline.Slot[*Chunk], error) {
	for {
		s, err := r.pipe.Next()
		if err != nil {
			return nil, err
		}
		if s.Unit.cut {
			r.end.SecondLooks += s.Unit.batch.SecondLooks
		}
		if len(s.Unit.Text) > 0 {
			return s, nil
		}
		s.Release()
	}
}

// Read gives the text, for callers that want no pieces. It is not to be mixed
// with Next.
func (r *Reader) Read(p []byte) (int, error) {
	if r.slot == nil || r.at == len(r.slot.Unit.Text) {
		if r.slot != nil {
			r.slot.Release()
			r.slot = nil
		}
		s, err := r.Next()
		if err != nil {
			return 0, err
		}
		r.slot, r.at = s, 0
	}
	n := copy(p, r.slot.Unit.Text[r.at:])
	r.at += n
	return n, nil
}

// Offset is how much of the source has been consumed. Any goroutine may ask.
func (r *Reader) Offset() int64 { return r.in.Offset() }

// End tells what the file was, after io.EOF.
func (r *Reader) End() End {
	end := r.end
	end.Members = r.members.members
	end.SecondLooks += r.members.secondLooks
	return end
}

// Close ends the reading and waits for the reader's goroutines. A Read of src
// that is under way is interrupted if src has read deadlines, else waited for.
func (r *Reader) Close() {
	r.pipe.Close()
	r.interrupt()
}

// fill cuts or decodes the next chunk, whichever its member asks for. It runs
// one call at a time, and its writes to r.end are before the io.EOF it gives.
func (r *Reader) fill(ctx context.Context, c *Chunk) (work bool, err error) {
	c.Text, c.cut = nil, false
	if !r.members.within && !r.end.Plain {
		if c.batch == nil {
			c.batch = bgzf.NewBatch()
		}
		switch err := c.batch.Cut(r.in); err {
		case nil:
			r.end.Blocks += int64(len(c.batch.Blocks))
			r.end.NoEOFBlock = !c.batch.EndsWithEOF()
			c.cut = true
			return true, nil
		case bgzf.ErrNotBlock:
			if err := r.begin(ctx); err != nil {
				return false, err
			}
		case io.EOF:
			return false, r.ended()
		default:
			return false, err
		}
	}
	if c.piece == nil {
		c.piece = newPiece()
	}
	if r.end.Plain {
		c.Text, err = r.plain(c.piece)
	} else {
		c.Text, err = r.members.decode(ctx, c.piece)
	}
	return false, err
}

// begin looks at what comes where a member may begin, and reads its header if
// it is an ordinary one. It gives io.EOF where only zeros are left. A file that
// is not gzip is refused, but for a plain one.
func (r *Reader) begin(ctx context.Context) error {
	head, err := r.in.Peek(len(Magic))
	if err != nil {
		return err
	}
	if string(head) == Magic {
		r.end.NoEOFBlock = false
		return r.members.begin()
	}
	if r.end.Blocks+r.members.members == 0 {
		r.end.Plain, err = atPlain(r.in)
		if err == nil && !r.end.Plain {
			err = notGzip(r.in)
		}
		return err
	}
	for ctx.Err() == nil {
		p, last, err := r.in.PeekMore(1)
		if err != nil {
			return err
		}
		zeros := len(p) - len(bytes.TrimLeft(p, "\x00"))
		r.end.TrailingZeros += int64(zeros)
		r.in.Discard(zeros)
		if zeros < len(p) {
			return errs.At(errs.Corrupt, r.in.Pos(), "trailing garbage: bytes that begin no gzip member")
		}
		if last {
			return io.EOF
		}
	}
	return context.Cause(ctx)
}

// ended judges a file that ends where a member may begin.
func (r *Reader) ended() error {
	if r.end.Blocks+r.members.members == 0 {
		return errs.At(errs.Corrupt, errs.Pos{}, "the file is empty")
	}
	return io.EOF
}

// notGzip says what a file is that is not gzip.
func notGzip(in *bgzf.Input) error {
	head, err := in.Peek(6)
	if err != nil {
		return err
	}
	what := "not a gzip file"
	switch {
	case head[0] == '>':
		what = "FASTA text, not gzip"
	case len(head) > 3 && slices.Contains([]string{"@HD\t", "@SQ\t", "@RG\t", "@PG\t", "@CO\t"}, string(head[:4])):
		what = "SAM text, not gzip: make a BAM file of it, as with samtools view -b"
	case head[0] == '@':
		what = "not compressed: compress it with gzip or bgzip"
	case bytes.HasPrefix(head, []byte("CRAM")):
		what = "a CRAM file, not gzip"
	case bytes.HasPrefix(head, []byte("BZh")):
		what = "compressed by bzip2, not gzip"
	case bytes.HasPrefix(head, []byte("\xfd7zXZ\x00")):
		what = "compressed by xz, not gzip"
	case bytes.HasPrefix(head, []byte("\x28\xb5\x2f\xfd")):
		what = "compressed by zstd, not gzip"
	}
	return errs.At(errs.Corrupt, errs.Pos{}, "%s", what)
}
