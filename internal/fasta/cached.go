package fasta

import (
	"context"

	"github.com/seqlode/seqlode/internal/errs"
)

// pieceBases is how many bases a cache asks for at once.
const pieceBases = 1 << 20

// DefaultCache is how many bases a cache keeps.
const DefaultCache = 64 << 20

// Cached keeps up to bound bytes of what b gives, in pieces of 1 MiB or a quarter
// of the bound; 0: DefaultCache. It is meant to be shared: a piece that several
// goroutines want at once is asked for by one of them.
func Cached(b Bases, bound int64) Bases {
	if bound <= 0 {
		bound = DefaultCache
	}
	return &cached{b: b, piece: max(1, min(pieceBases, bound/4)), pieces: newLRU[cacheKey](bound)}
}

type cached struct {
	b      Bases
	piece  int64
	pieces *lru[cacheKey]
}

// cacheKey is a piece of a sequence.
type cacheKey struct {
	name, m5 string
	n        int64
}

func (c *cached) Find(ctx context.Context, contig Contig) (Contig, error) {
	return c.b.Find(ctx, contig)
}

func (c *cached) AppendBases(ctx context.Context, dst []byte, contig Contig, beg, end int64) ([]byte, error) {
	if contig.Length == 0 {
		var err error
		if contig, err = c.b.Find(ctx, contig); err != nil {
			return dst, err
		}
	}
	if err := contig.check(beg, end); err != nil {
		return dst, err
	}
	start := len(dst)
	for beg < end {
		n := beg / c.piece
		from := n * c.piece
		to := min(from+c.piece, contig.Length)
		err := c.pieces.use(ctx, cacheKey{contig.Name, contig.M5, n}, func(ctx context.Context, room []byte) ([]byte, error) {
			p, err := c.b.AppendBases(ctx, room, contig, from, to)
			if err == nil && int64(len(p)) != to-from {
				err = errs.At(errs.Internal, errs.Pos{}, "%d bases given where %d were asked for, of %q from %d on", len(p), to-from, contig.Name, from)
			}
			return p, err
		}, func(p []byte) {
			to := min(to, end)
			dst = append(dst, p[beg-from:to-from]...)
			beg = to
		})
		if err != nil {
			return dst[:start], err
		}
	}
	return dst, nil
}
