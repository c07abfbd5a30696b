package reference

import (
	"bufio"
	"context"
	"io"

	"github.com/seqlode/seqlode/internal/errs"
)

// Region is bases to be written as FASTA.
type Region struct {
	Label string // behind '>'
	Span         // what leaves the sequence is left out
}

// DefaultWidth is the number of bases in a line of FASTA that samtools writes.
const DefaultWidth = 60

// maxPiece is how much of a region is read at once.
const maxPiece = 1 << 20

// Write writes regions of a file as FASTA, as `samtools faidx` prints them: in
// the case that they have in the file, width bases a line (0: [DefaultWidth]).
// Threads as in [Options] read ahead.
func Write(ctx context.Context, w io.Writer, f *File, regions []Region, width, threads int) error {
	if width < 0 {
		return errs.At(errs.Validation, errs.Pos{}, "lines of %d bases", width)
	}
	if width == 0 {
		width = DefaultWidth
	}
	spans, ends := cut(regions)
	out := lineWriter{w: bufio.NewWriterSize(w, 256<<10), width: width}
	n, next := 0, 0 // spans given, regions begun
	begin := func() {
		for next < len(regions) && (next == 0 || ends[next-1] == n) {
			out.title(regions[next].Label)
			next++
		}
	}
	begin()
	for bases, err := range f.Spans(ctx, spans, threads) {
		if err != nil {
			return err
		}
		out.bases(bases)
		n++
		begin()
	}
	out.end()
	if err := out.w.Flush(); err != nil {
		return errs.At(errs.Internal, errs.Pos{}, "cannot write: %w", err)
	}
	return nil
}

// cut cuts regions into spans that are read at once, and says with how many of
// them each region ends.
func cut(regions []Region) (spans []Span, ends []int) {
	for _, r := range regions {
		beg := max(r.Beg, 0)
		for end := min(r.End, r.Sequence.Length); beg < end; beg += maxPiece {
			spans = append(spans, Span{Sequence: r.Sequence, Beg: beg, End: min(beg+maxPiece, end)})
		}
		ends = append(ends, len(spans))
	}
	return spans, ends
}

// lineWriter writes FASTA. A failure stays with w, whose Flush tells of it.
type lineWriter struct {
	w      *bufio.Writer
	width  int
	column int
}

func (l *lineWriter) title(label string) {
	l.end()
	_ = l.w.WriteByte('>')
	_, _ = l.w.WriteString(label)
	_ = l.w.WriteByte('\n')
}

func (l *lineWriter) bases(p []byte) {
	for len(p) > 0 {
		n := min(l.width-l.column, len(p))
		_, _ = l.w.Write(p[:n])
		p = p[n:]
		if l.column += n; l.column == l.width {
			l.end()
		}
	}
}

// end ends a line that was begun.
func (l *lineWriter) end() {
	if l.column > 0 {
		_ = l.w.WriteByte('\n')
		l.column = 0
	}
}
