package fasta

import (
	"context"
	"io"
	"sort"
	"sync"

	"github.com/seqlode/seqlode/internal/bgzf"
	"github.com/seqlode/seqlode/internal/deflate"
	"github.com/seqlode/seqlode/internal/errs"
)

// text gives parts of the decompressed text of a file. All of it may be called
// by several goroutines at once.
type text interface {
	// visit calls take with the text from beg to end-1, in pieces that are not
	// to be kept.
	visit(ctx context.Context, beg, end int64, take func([]byte)) error
}

// plainText is a file that is not compressed.
type plainText struct {
	r     io.ReaderAt
	rooms sync.Pool // of *[pieceSize]byte
}

// pieceSize is how much of a plain file is read at once.
const pieceSize = 64 << 10

func newPlainText(r io.ReaderAt) *plainText {
	return &plainText{r: r}
}

func (t *plainText) visit(ctx context.Context, beg, end int64, take func([]byte)) error {
	room, ok := t.rooms.Get().(*[pieceSize]byte)
	if !ok {
		room = new([pieceSize]byte)
	}
	defer t.rooms.Put(room)
	for beg < end {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		p := room[:min(pieceSize, end-beg)]
		n, err := t.r.ReadAt(p, beg)
		switch {
		case n == len(p):
		case err == io.EOF:
			return misfit(errs.Byte(beg+int64(n)), "the file ends there")
		default:
			return errs.At(errs.Internal, errs.Pos{Offset: errs.Byte(beg + int64(n))}, "cannot read on: %w", err)
		}
		take(p)
		beg += int64(n)
	}
	return nil
}

// misfit says that an index is not that of the file.
func misfit(at errs.Offset, why string) error {
	return errs.At(errs.Corrupt, errs.Pos{Offset: at}, "the index does not fit the file, make it anew: %s", why)
}

// blockText is a bgzipped file.
type blockText struct {
	r       io.ReaderAt
	x       bgzf.Index
	readers sync.Pool // of *blockReader
	cache   *lru[int] // texts of blocks, by their number
}

// blockReader decodes single blocks.
type blockReader struct {
	in      *bgzf.Input
	batch   *bgzf.Batch
	decoder deflate.Decoder
}

func newBlockText(r io.ReaderAt, x bgzf.Index, cached int64) *blockText {
	return &blockText{r: r, x: x, cache: newLRU[int](cached)}
}

// start gives where block i begins.
func (t *blockText) start(i int) bgzf.IndexEntry {
	if i == 0 {
		return bgzf.IndexEntry{}
	}
	return t.x[i-1]
}

func (t *blockText) visit(ctx context.Context, beg, end int64, take func([]byte)) error {
	i := sort.Search(len(t.x), func(i int) bool { return t.x[i].Text > beg })
	for ; beg < end; i++ {
		if i > len(t.x) {
			return misfit(errs.Byte(t.start(i-1).Stored), "the text ends in this block")
		}
		from := t.start(i).Text
		err := t.cache.use(ctx, i, func(ctx context.Context, room []byte) ([]byte, error) { return t.load(ctx, room, i) },
			func(p []byte) {
				if to := from + int64(len(p)); beg < to {
					take(p[beg-from : min(end, to)-from])
					beg = min(end, to)
				}
			})
		if err != nil {
			return err
		}
	}
	return nil
}

// load decodes block i into room, if that is enough.
func (t *blockText) load(ctx context.Context, room []byte, i int) ([]byte, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	begin, size, want := t.start(i), int64(2*bgzf.MaxBlockSize), -1
	if i < len(t.x) {
		size, want = t.x[i].Stored-begin.Stored, int(min(t.x[i].Text-begin.Text, bgzf.MaxTextSize+1))
	}
	r, ok := t.readers.Get().(*blockReader)
	if !ok {
		r = &blockReader{in: bgzf.NewInput(nil, 0), batch: bgzf.NewBatch()}
	}
	defer t.readers.Put(r)
	r.in.Reset(io.NewSectionReader(t.r, begin.Stored, size), begin.Stored)
	for {
		err := r.batch.Cut(r.in)
		if err == nil {
			err = r.batch.Inflate(&r.decoder)
		}
		switch {
		case err == io.EOF || err == bgzf.ErrNotBlock:
			return nil, misfit(errs.Byte(begin.Stored), "no block with text begins here")
		case err != nil:
			return nil, err
		}
		if n := len(r.batch.Text); n > 0 {
			if want >= 0 && n != want {
				return nil, misfit(errs.Byte(begin.Stored), "the block that begins here has another size")
			}
			return append(room[:0], r.batch.Text...), nil
		}
	}
}
