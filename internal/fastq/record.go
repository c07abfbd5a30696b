package fastq

import (
	"bytes"

	"github.com/seqlode/seqlode/internal/errs"
)

// part is what the next byte of the text belongs to.
type part uint8

// The four lines of a record, and what may come in their place.
const (
	nameLine part = iota
	seqLine
	plusLine
	qualLine
	blankLines  // after a record; the end of the text must follow
	strangeLine // a third line without '+'
	shortQual   // behind a quality line that was too short
)

// pending is the state of a record that is read in pieces.
type pending struct {
	part  part
	col   int64  // bytes of the line so far, without a CR that may end it; blank lines: lines so far
	cr    bool   // the last byte was a CR that may end the line
	bases int64  // length of the record's sequence
	name  []byte // pairs only: the head of the name, up to MaxName+2 bytes
	named bool   // a blank has ended the name
	odd   []byte // head of a strange third line
}

// oddHead is how much of a strange third line is looked at.
const oddHead = 64

// atRecord tells whether the next byte begins a record.
func (s *pending) atRecord() bool { return s.part == nameLine && s.col == 0 }

// turn goes to the start of the next part.
func (s *pending) turn(to part) { s.part, s.col, s.cr = to, 0, false }

// step takes the head of p, at most to the end of a line, and gives the rest.
// It takes at least a byte, goes on to the next part, or fails.
func (c *Checker) step(p []byte) []byte {
	if c.atRecord() {
		switch p[0] {
		case '@':
			c.name, c.named = c.name[:0], false
		case '\n', '\r':
			c.turn(blankLines)
		default:
			c.fault(nameLine, wrongName(p[0]))
			return nil
		}
	}
	line, rest, ends := p, []byte(nil), false
	if i := bytes.IndexByte(p, '\n'); i >= 0 {
		line, rest, ends = p[:i], p[i+1:], true
	}
	switch c.part {
	case nameLine:
		c.nameText(line)
		if ends {
			c.turn(seqLine)
		}
	case seqLine, qualLine:
		c.text(line)
		if ends && c.err == nil {
			c.endText()
		}
	case plusLine:
		if c.col == 0 && p[0] != '+' {
			c.turn(strangeLine)
			c.odd = c.odd[:0]
			return p
		}
		c.col += int64(len(line))
		if ends {
			c.turn(qualLine)
		}
	case strangeLine:
		c.odd = append(c.odd, line[:min(len(line), oddHead-len(c.odd))]...)
		if ends || len(c.odd) == oddHead {
			c.fault(plusLine, wrongPlus(c.odd, c.bases))
		}
	case shortQual:
		c.fault(qualLine, wrongLength(c.col, c.bases, p[0]))
	case blankLines:
		c.blank(line, ends)
	}
	return rest
}

// nameText takes more of a name line; of the name only what a pair needs.
func (c *Checker) nameText(line []byte) {
	start := c.col == 0
	c.col += int64(len(line))
	if !c.names || c.named {
		return
	}
	if start {
		line = line[1:]
	}
	if len(c.name) == 0 {
		line = bytes.TrimLeft(line, " \t")
	}
	if i := bytes.IndexAny(line, " \t"); i >= 0 {
		line, c.named = line[:i], true
	}
	c.name = append(c.name, line[:min(len(line), MaxName+2-len(c.name))]...)
}

// text takes more of a sequence or quality line.
func (c *Checker) text(line []byte) {
	if len(line) == 0 {
		return
	}
	if c.cr {
		c.fault(c.part, wrongByte(c.part, '\r', c.col+1))
		return
	}
	if last := len(line) - 1; line[last] == '\r' {
		c.cr, line = true, line[:last]
	}
	if !printable(line) {
		i := unprintable(line)
		c.fault(c.part, wrongByte(c.part, line[i], c.col+int64(i)+1))
		return
	}
	c.col += int64(len(line))
}

// endText ends a sequence or quality line.
func (c *Checker) endText() {
	switch {
	case c.part == seqLine:
		c.bases = c.col
		c.turn(plusLine)
	case c.col == c.bases:
		c.endRecord()
	case c.col < c.bases:
		c.part = shortQual
	default:
		c.fault(qualLine, wrongLength(c.col, c.bases, 0))
	}
}

// endRecord counts a good record.
func (c *Checker) endRecord() {
	if c.names {
		if !c.named {
			c.name = bytes.TrimSuffix(c.name, []byte{'\r'})
		}
		if !c.addName(c.name) {
			return
		}
	}
	c.counts.Reads++
	c.counts.Bases += c.bases
	c.turn(nameLine)
}

// blank takes blank lines, and fails at anything else.
func (c *Checker) blank(line []byte, ends bool) {
	switch {
	case len(line) == 0 || len(line) == 1 && line[0] == '\r' && !c.cr:
		c.cr = !ends && len(line) == 1
	case c.col == 0: // the line begins with a CR that does not end it
		c.fault(nameLine, wrongName('\r'))
	default:
		c.fault(nameLine, "blank line before a record: blank lines are allowed only at the end of the file")
	}
	if ends {
		c.col++
	}
}

// finish ends the text.
func (c *Checker) finish() {
	if c.err != nil {
		return
	}
	begun := c.col > 0 || c.cr
	switch {
	case c.part == blankLines || c.atRecord():
		if c.counts.Reads == 0 {
			c.fail(errs.At(errs.Corrupt, errs.Pos{}, "no FASTQ record in the file"))
		}
	case c.part == nameLine || c.part == seqLine && !begun:
		c.fault(seqLine, endsInside+"the sequence line is missing")
	case c.part == seqLine || c.part == plusLine && !begun:
		c.fault(plusLine, endsInside+"the '+' line is missing")
	case c.part == plusLine || c.part == qualLine && !begun:
		c.fault(qualLine, endsInside+"the quality line is missing")
	case c.part == qualLine && c.col < c.bases:
		c.fault(qualLine, cutQuality(c.col, c.bases))
	case c.part == qualLine:
		c.endText()
	case c.part == strangeLine:
		c.fault(plusLine, wrongPlus(c.odd, c.bases))
	case c.part == shortQual:
		c.fault(qualLine, wrongLength(c.col, c.bases, 0))
	}
}
