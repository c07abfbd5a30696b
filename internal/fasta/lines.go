package fasta

import (
	"bytes"
	"fmt"
	"math"

	"github.com/seqlode/seqlode/internal/errs"
)

// maxWidth is the widest line that samtools can read from an index.
const maxWidth = math.MaxUint32

// nameByte reads a byte of a name, or of the spaces before it; next is the
// offset behind it.
func (s *scanner) nameByte(b byte, next int64) error {
	if s.strict && b != '\n' {
		if err := s.checkTitle(b); err != nil {
			return err
		}
	}
	switch {
	case b == '\n':
		s.endTitle(next)
		return s.named()
	case isSpace(b):
		if len(s.name) > 0 || s.cut {
			s.state = inTitle
			return s.named()
		}
	case b == 0 || s.cut: // for samtools, a name ends with a NUL
		s.cut = true
	case len(s.name) == maxName:
		return errs.At(errs.LimitExceeded, errs.Pos{Line: s.line}, "a name of more than %d bytes", maxName)
	default:
		s.name = append(s.name, b)
	}
	return nil
}

// named judges the name once it is whole.
func (s *scanner) named() error {
	s.seq.Name = string(s.name)
	if !s.strict {
		return nil
	}
	if len(s.name) == 0 {
		return s.faultAt(s.title, "no name behind '>'")
	}
	if _, dup := s.x.byName[s.seq.Name]; dup {
		return s.faultAt(s.title, "a second sequence with the name %q", s.name)
	}
	return nil
}

// restOfTitle reads on in a name line behind the name; p begins at offset at.
func (s *scanner) restOfTitle(p []byte, at int64) (int, error) {
	i := bytes.IndexByte(p, '\n')
	part := p
	if i >= 0 {
		part = p[:i]
	}
	if s.strict {
		for _, b := range part {
			if err := s.checkTitle(b); err != nil {
				return 0, err
			}
		}
	}
	if i < 0 {
		return len(p), nil
	}
	s.endTitle(at + int64(i) + 1)
	return i + 1, nil
}

// endTitle ends a name line; next is the offset behind it.
func (s *scanner) endTitle(next int64) {
	s.state, s.seq.Offset, s.cr = atLine, next, false
	s.line++
}

// checkTitle refuses control bytes of a name line, but a tab, and a CR at its end.
func (s *scanner) checkTitle(b byte) error {
	switch {
	case s.cr:
		return s.fault("a carriage return within a line")
	case b == '\r':
		s.cr = true
	case b < ' ' && b != '\t' || b == 0x7f:
		return s.fault("control byte %#02x in the line of a name", b)
	}
	return nil
}

// wholeLines reads lines like the first of the sequence, as many as there are,
// and gives their size.
func (s *scanner) wholeLines(p []byte) (n int) {
	size, width := int(s.seq.LineBases), int(s.seq.LineWidth)
	if size == 0 || s.seq.LineWidth > int64(len(p)) || width-size > 2 {
		return 0
	}
	out := s.out.bases
	lines := int64(0)
	for len(p)-n >= width && p[n] != '>' {
		line := p[n : n+width : n+width]
		if line[width-1] != '\n' || width-size == 2 && line[size] != '\r' {
			break
		}
		if s.sums {
			if !fold(out[len(out):cap(out)], line[:size]) {
				break
			}
			out = out[:len(out)+size]
		} else if !allBases(line[:size]) {
			break
		}
		n += width
		lines++
	}
	s.out.bases = out
	s.line += lines
	s.seq.Length += lines * s.seq.LineBases
	return n
}

// partOfLine reads on in a line of bases up to its end.
func (s *scanner) partOfLine(p []byte) (int, error) {
	i := bytes.IndexByte(p, '\n')
	part := p
	if i >= 0 {
		part = p[:i]
	}
	if s.cr && len(part) > 0 {
		return 0, s.fault("a carriage return within a line")
	}
	n, err := s.take(part)
	if err != nil {
		return 0, err
	}
	s.bases += int64(n)
	s.width += int64(len(part))
	if i < 0 {
		return len(p), nil
	}
	s.width++
	s.cr = false
	return i + 1, s.endLine()
}

// take gathers the bases of a part of a line, and gives their number.
func (s *scanner) take(p []byte) (int, error) {
	out := s.out.bases
	if s.sums && fold(out[len(out):cap(out)], p) {
		s.out.bases = out[:len(out)+len(p)]
		return len(p), nil
	} else if !s.sums && allBases(p) {
		return len(p), nil
	}
	n := 0
	for i, b := range p {
		if isBase(b) {
			n++
			if s.sums {
				out = append(out, upperByte(b))
			}
			continue
		}
		if !s.strict {
			continue
		}
		if b != '\r' {
			return 0, s.fault("%s in sequence %q", quoted(b), s.name)
		}
		if s.cr = i == len(p)-1; !s.cr {
			return 0, s.fault("a carriage return within a line")
		}
	}
	s.out.bases = out
	return n, nil
}

// endLine judges a line of bases.
func (s *scanner) endLine() error {
	first := s.seq.LineWidth == 0
	if s.strict {
		switch {
		case s.bases == 0: // a CR alone
			s.state = between
			s.line++
			return nil
		case !first && s.bases > s.seq.LineBases:
			return s.fault("a line of %d bases in sequence %q, whose lines before have %d", s.bases, s.name, s.seq.LineBases)
		}
	}
	s.state = atLine
	switch {
	case first:
		s.seq.LineBases, s.seq.LineWidth = s.bases, s.width
	case s.width > s.seq.LineWidth:
		return s.fault("a line of %d bytes in sequence %q, whose lines before have %d", s.width, s.name, s.seq.LineWidth)
	case s.width < s.seq.LineWidth, s.strict && s.bases < s.seq.LineBases:
		s.state, s.short = between, true
	}
	s.filled = true
	s.seq.Length += s.bases
	s.line++
	return nil
}

// quoted shows a byte in a message.
func quoted(b byte) string {
	if isBase(b) {
		return "'" + string(rune(b)) + "'"
	}
	return fmt.Sprintf("byte %#02x", b)
}
