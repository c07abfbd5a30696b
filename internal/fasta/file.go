package fasta

import (
	"context"
	"io"
	"math"
	"slices"

	"github.com/seqlode/seqlode/internal/bgzf"
	"github.com/seqlode/seqlode/internal/errs"
)

// File gives bases of a FASTA file by its index. All of it may be called by
// several goroutines at once.
type File struct {
	x     *Index
	text  text
	close func() error
}

var _ Bases = (*File)(nil)

// DefaultBlockCache is how many bytes of decoded blocks a File keeps.
const DefaultBlockCache = 4 << 20

// NewFile reads the plain file r by its index.
func NewFile(r io.ReaderAt, x *Index) *File { return &File{x: x, text: newPlainText(r)} }

// NewBlockFile reads the bgzipped file r by its indexes, and keeps up to cached
// bytes of decoded blocks; 0: DefaultBlockCache.
func NewBlockFile(r io.ReaderAt, x *Index, blocks bgzf.Index, cached int64) *File {
	if cached == 0 {
		cached = DefaultBlockCache
	}
	return &File{x: x, text: newBlockText(r, blocks, cached)}
}

// Index gives the index, which is not to be changed.
func (f *File) Index() *Index { return f.x }

// Close closes what [Open] opened.
func (f *File) Close() error {
	if f.close == nil {
		return nil
	}
	return f.close()
}

// AppendRaw appends the bases [beg, end) of a sequence of the index, counted from
// 0, as the file has them: in their case. A span that leaves the sequence is an
// error of kind RangeNotSatisfiable.
func (f *File) AppendRaw(ctx context.Context, dst []byte, s *Sequence, beg, end int64) ([]byte, error) {
	if err := s.check(beg, end); err != nil || beg == end {
		return dst, err
	}
	if !s.sound() {
		return dst, errs.At(errs.Corrupt, errs.Pos{}, "sequence %q has lines in which places of bases can't be computed", s.Name)
	}
	const atOnce = 16 << 20 // more only when it is there
	start := len(dst)
	l := lines{dst: slices.Grow(dst, int(min(end-beg, atOnce))), s: s, column: beg % s.LineBases, fits: true}
	if err := f.text.visit(ctx, s.place(beg), s.place(end-1)+1, l.take); err != nil {
		return dst[:start], err
	}
	if !l.fits {
		return dst[:start], errs.At(errs.Corrupt, errs.Pos{},
			"the index does not fit the file, make it anew: lines of %q from base %d on are not of %d bases and %d bytes", s.Name, beg+1, s.LineBases, s.LineWidth)
	}
	return l.dst, nil
}

// lines takes the bases out of text.
type lines struct {
	dst    []byte
	s      *Sequence
	column int64 // of the next byte
	fits   bool  // bases, and nothing else, lie where they are to be
}

func (l *lines) take(p []byte) {
	for len(p) > 0 {
		if left := l.s.LineBases - l.column; left > 0 {
			n := int(min(left, int64(len(p))))
			l.fits = l.fits && allBases(p[:n])
			l.dst = append(l.dst, p[:n]...)
			p = p[n:]
			l.column += int64(n)
			continue
		}
		n := int(min(l.s.LineWidth-l.column, int64(len(p))))
		for _, b := range p[:n] {
			l.fits = l.fits && !isBase(b)
		}
		p = p[n:]
		if l.column += int64(n); l.column == l.s.LineWidth {
			l.column = 0
		}
	}
}

// check refuses a span that leaves the sequence.
func (c *Contig) check(beg, end int64) error {
	if beg < 0 || beg > end || end > c.Length || end-beg > math.MaxInt {
		return errs.At(errs.RangeNotSatisfiable, errs.Pos{}, "bases [%d, %d) of %q, which has %d", beg, end, c.Name, c.Length)
	}
	return nil
}

// Find is that of [Bases]. A file of which only a .fai is known has no M5s: it
// is asked by name, and by length where c has one.
func (f *File) Find(_ context.Context, c Contig) (Contig, error) {
	s, err := f.x.match(c)
	if err != nil {
		return Contig{}, err
	}
	return s.Contig, nil
}

// AppendBases is that of [Bases].
func (f *File) AppendBases(ctx context.Context, dst []byte, c Contig, beg, end int64) ([]byte, error) {
	s := f.x.Find(c.Name)
	if s == nil || c.M5 != "" && s.M5 != c.M5 {
		var err error
		if s, err = f.x.match(c); err != nil {
			return dst, err
		}
	}
	start := len(dst)
	dst, err := f.AppendRaw(ctx, dst, s, beg, end)
	toUpper(dst[start:])
	return dst, err
}

// match gives the sequence that c means, as [Bases] says.
func (x *Index) match(c Contig) (*Sequence, error) {
	if c.M5 != "" {
		if s := x.FindM5(c.M5); s != nil {
			return s, nil
		}
	}
	s := x.Find(c.Name)
	switch {
	case s == nil:
		return nil, notFound(c)
	case c.Length > 0 && c.Length != s.Length:
		return nil, errs.At(errs.Validation, errs.Pos{}, "sequence %q with %d bases is wanted, here it has %d", c.Name, c.Length, s.Length)
	case c.M5 != "" && s.M5 != "":
		return nil, errs.At(errs.Validation, errs.Pos{}, "sequence %q with M5 %s is wanted, here it has %s", c.Name, c.M5, s.M5)
	}
	return s, nil
}

func notFound(c Contig) error {
	if c.M5 != "" {
		return errs.At(errs.NotFound, errs.Pos{}, "there is no sequence %q with M5 %s", c.Name, c.M5)
	}
	return errs.At(errs.NotFound, errs.Pos{}, "there is no sequence %q", c.Name)
}
