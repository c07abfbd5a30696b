package fasta

import (
	"github.com/seqlode/seqlode/internal/errs"
)

// state is where in a FASTA text a scanner stands.
type state uint8

const (
	between state = iota // at the start of a line where no bases may come: a name or an empty line
	afterCR              // behind a CR there
	marked               // behind '>'
	inName               // in the name, or in spaces before it
	inTitle              // in the rest of the name line
	atLine               // at the start of a line where bases may come
	inLine               // in a line of bases
)

// scanner reads FASTA text in chunks of any size. It takes and tells of a text
// what samtools 1.16.1 does of it, and refuses more where it is strict.
type scanner struct {
	strict bool
	sums   bool // gather the bases

	state state
	line  int64 // of the next byte, from 1
	at    int64 // offset of the chunk in the text
	x     Index
	notes notes

	seq    Sequence // under way
	begun  bool     // there is one
	filled bool     // it has a line of bases
	title  int64    // the line of its name
	name   []byte   // as far as it was read
	cut    bool     // at a NUL
	short  bool     // its last line was shorter than the first

	width int64 // of the line under way, so far
	bases int64 // in it
	cr    bool  // strict: its last byte was a CR

	out *gathered
}

// gathered is the bases of a chunk in upper case, cut into sequences.
type gathered struct {
	bases []byte
	ends  []sequenceEnd
}

// sequenceEnd ends a sequence.
type sequenceEnd struct {
	at   int  // in bases
	kept bool // the sequence is the next of the index
}

func newScanner(strict, sums bool) *scanner {
	return &scanner{strict: strict, sums: sums, line: 1}
}

// write reads the next chunk, and puts its bases into out.
func (s *scanner) write(p []byte, out *gathered) error {
	if s.sums && cap(out.bases) < len(p) {
		out.bases = make([]byte, 0, len(p))
	}
	out.bases, out.ends = out.bases[:0], out.ends[:0]
	s.out = out
	for i := 0; i < len(p); {
		n, err := s.step(p[i:], s.at+int64(i))
		if err != nil {
			return err
		}
		i += n
	}
	s.at += int64(len(p))
	return nil
}

// step reads on in p, which begins at offset at, and says how far it came.
func (s *scanner) step(p []byte, at int64) (int, error) {
	switch s.state {
	case atLine:
		if n := s.wholeLines(p); n > 0 {
			return n, nil
		}
		switch p[0] {
		case '>':
			s.state = marked
			return 1, nil
		case '\n':
			s.state = between
			s.line++
			return 1, nil
		}
		s.state, s.width, s.bases = inLine, 0, 0
		return s.partOfLine(p)
	case inLine:
		return s.partOfLine(p)
	case marked:
		return 0, s.begin()
	case inName:
		return 1, s.nameByte(p[0], at+1)
	case inTitle:
		return s.restOfTitle(p, at)
	}
	return 1, s.outside(p[0])
}

// outside reads a byte where no bases may come.
func (s *scanner) outside(b byte) error {
	switch {
	case b == '\n':
		s.state = between
		s.line++
	case s.state == afterCR:
		return s.fault("a carriage return that ends no line")
	case b == '\r':
		s.state = afterCR
	case b == '>':
		s.state = marked
	case s.short:
		return s.fault("sequence %q goes on after a shorter line: all its lines but the last must have the same length", s.name)
	case s.begun:
		return s.fault("sequence %q has an empty line before %s", s.name, quoted(b))
	case b == '@':
		return s.fault("this is FASTQ, not FASTA")
	default:
		return s.fault("the file begins with %s, not with '>': this is not FASTA", quoted(b))
	}
	return nil
}

// begin ends the sequence under way and begins the next.
func (s *scanner) begin() error {
	if err := s.finish(); err != nil {
		return err
	}
	s.begun, s.filled, s.short, s.cut = true, false, false, false
	s.seq, s.title, s.name = Sequence{}, s.line, s.name[:0]
	s.state = inName
	return nil
}

// finish puts the sequence under way into the index.
func (s *scanner) finish() error {
	kept := false
	switch {
	case !s.begun:
		return nil
	case s.strict && s.seq.Length == 0:
		return s.faultAt(s.title, "sequence %q is empty", s.name)
	case !s.filled:
		s.notes.empty.add("line %d: sequence %q is empty and left out", s.title, s.name)
	case s.seq.LineWidth > maxWidth:
		return errs.At(errs.LimitExceeded, errs.Pos{Line: s.title + 1}, "a line of %d bytes, of which the index can tell up to %d", s.seq.LineWidth, int64(maxWidth))
	case len(s.x.Sequences) == maxSequences:
		return errs.At(errs.LimitExceeded, errs.Pos{Line: s.title}, "more than %d sequences", maxSequences)
	default:
		if kept = s.x.add(s.seq); !kept {
			s.notes.duplicate.add("line %d: a second sequence with the name %q is left out", s.title, s.name)
		}
	}
	if s.sums {
		s.out.ends = append(s.out.ends, sequenceEnd{len(s.out.bases), kept})
	}
	return nil
}

// close ends the text. What it gathers goes to out.
func (s *scanner) close(out *gathered) error {
	out.bases, out.ends = out.bases[:0], out.ends[:0]
	s.out = out
	switch {
	case s.state == inLine:
		s.width++ // as if its end were there
		if err := s.endLine(); err != nil {
			return err
		}
	case s.state == afterCR:
		return s.fault("a carriage return that ends no line")
	case s.state == marked && s.strict:
		return s.fault("no name behind '>'")
	}
	switch {
	case !s.begun:
		return errs.At(errs.Corrupt, errs.Pos{}, "the file holds no sequence")
	case !s.filled:
		return s.faultAt(s.title, "sequence %q is empty", s.name)
	}
	return s.finish()
}

// fault is an error of kind Corrupt in the present line.
func (s *scanner) fault(format string, args ...any) error {
	return s.faultAt(s.line, format, args...)
}

func (s *scanner) faultAt(line int64, format string, args ...any) error {
	return errs.At(errs.Corrupt, errs.Pos{Line: line}, format, args...)
}
