// Package fastq checks FASTQ text and counts its reads and bases. The text is
// pushed in chunks of any size, cut anywhere.
//
// A record is four lines (Cock et al., Nucleic Acids Research 2010, without
// the multi-line form that it advises against): '@' and a name, the sequence,
// '+' and anything, the qualities. Sequence and qualities have the same length,
// which may be zero, and hold only the printable ASCII characters '!' to '~'.
// Lines end in LF or CRLF; the last one may end with the input. Blank lines are
// allowed only after the last record. What follows the '+' and what the name
// line holds is not looked at, and the alphabet of the sequence is free:
// IUPAC codes, lower case and gaps are all in use.
//
// Memory does not grow with the length of a line. Only the checkers of a pair
// keep names, each up to [MaxName] bytes.
package fastq

import (
	"bytes"

	"github.com/seqlode/seqlode/internal/errs"
)

// Counts is what a text holds: whole records and the bases in them.
type Counts struct {
	Reads int64
	Bases int64
}

// A Checker checks one FASTQ text: Write for each chunk in order, then Close.
// The zero value checks a text by itself; [NewPair] makes two that are also
// checked against each other. Only Abort may be called from another goroutine.
type Checker struct {
	counts  Counts
	err     error
	closed  bool
	mate    *mate // nil for a text by itself
	names   bool  // the mate wants the names
	usual   int   // length of the last whole sequence: the next one's likely length
	pending       // the record that lies across a border of chunks
}

// Counts gives the whole records seen so far; after Close without an error,
// those of the text.
func (c *Checker) Counts() Counts { return c.counts }

// Write checks the next chunk and keeps nothing of it. It gives the first
// fault of the text, of kind Corrupt and with its record and line, and the same
// one at every later call; a fault that needs a look at the bytes behind it is
// given when these have come. A checker of a pair may block here until its mate
// has caught up: see [NewPair].
func (c *Checker) Write(p []byte) error {
	if c.closed && c.err == nil {
		return errs.At(errs.Internal, errs.Pos{}, "fastq: Write after Close")
	}
	for len(p) > 0 && c.err == nil {
		if c.atRecord() {
			p = c.records(p)
		} else {
			p = c.step(p)
		}
	}
	return c.err
}

// Close ends the text and gives its fault, if it has one. A text without a
// record is a fault.
func (c *Checker) Close() error {
	if !c.closed {
		c.closed = true
		c.finish()
		if c.err == nil && c.mate != nil {
			c.err = c.mate.end(c.counts.Reads)
		}
	}
	return c.err
}

// Abort says that the text will not be written to its end, because its source
// has failed: the mate in a pair then goes on by itself and waits no longer.
// After Close, and on a checker without a mate, it does nothing.
func (c *Checker) Abort() {
	if c.mate != nil {
		c.mate.drop()
	}
}

// records takes the whole records at the head of p in one go, then a step into
// what follows, and gives the rest. It knows only plain good records; all else
// is left to step: a record that p does not hold to its last newline, that ends
// its lines in CRLF, or that has a fault.
func (c *Checker) records(p []byte) []byte {
	i := 0
	for i < len(p) && p[i] == '@' {
		nl := bytes.IndexByte(p[i:], '\n')
		if nl < 0 {
			break
		}
		seq := i + nl + 1
		// A newline is not printable: a line of the usual length that is
		// printable up to a newline is a whole line.
		n := c.usual
		if seq+n >= len(p) || p[seq+n] != '\n' || !printable(p[seq:seq+n]) {
			n = bytes.IndexByte(p[seq:], '\n')
			if n < 0 || !printable(p[seq:seq+n]) {
				break
			}
			c.usual = n
		}
		plus := seq + n + 1
		if plus+1 >= len(p) || p[plus] != '+' {
			break
		}
		qual := plus + 2
		if p[plus+1] != '\n' {
			rest := bytes.IndexByte(p[qual:], '\n')
			if rest < 0 {
				break
			}
			qual += rest + 1
		}
		end := qual + n
		if end >= len(p) || p[end] != '\n' || !printable(p[qual:end]) {
			break
		}
		if c.names && !c.addName(nameOf(p[i+1:seq-1])) {
			return nil
		}
		c.counts.Reads++
		c.counts.Bases += int64(n)
		i = end + 1
	}
	if i == len(p) {
		return nil
	}
	return c.step(p[i:])
}

// addName hands the name of a good record to the pair; false when that ends
// the check.
func (c *Checker) addName(name []byte) bool {
	if len(name) > MaxName {
		c.fail(errs.At(errs.LimitExceeded, c.pos(nameLine), "read name is longer than %d bytes", MaxName))
		return false
	}
	if err := c.mate.add(name); err != nil {
		c.fail(err)
		return false
	}
	return true
}

// fail ends the check with err and releases the mate.
func (c *Checker) fail(err error) {
	c.err = err
	c.Abort()
}
