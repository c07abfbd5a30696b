package fastq

import (
	"bytes"
	"io"

	"github.com/seqlode/seqlode/internal/errs"
)

// Record is one read. Its parts lie in the text that it was cut from.
type Record struct {
	Title     []byte // the name line without its '@' and its end
	Sequence  []byte
	Qualities []byte // as they stand in the text: '!' is 0
}

// Name is the first word of the title; the rest is a comment.
func (r Record) Name() []byte { return nameOf(r.Title) }

// A Cutter checks a FASTQ text as a [Checker] does and cuts it into its
// records. The text is pushed in chunks: Write for each in order, and after
// each all records that Next gives; then Close, and Next once more.
type Cutter struct {
	max     int
	checker Checker
	whole   int64  // checked records that Next has not given
	head    []byte // of a record that began in a chunk before
	spent   bool   // head holds the record that Next gave last
	rest    []byte // of the chunk
	err     error  // what comes behind the whole records
}

// NewCutter refuses, with kind LimitExceeded, records that lie across chunks
// and have more than so many bytes.
func NewCutter(limit int) *Cutter { return &Cutter{max: limit} }

// Write takes the next chunk and reads in it until Next gives false.
func (c *Cutter) Write(p []byte) {
	if c.err != nil {
		return
	}
	seen := c.checker.Counts().Reads
	c.err = c.checker.Write(p)
	c.whole, c.rest = c.checker.Counts().Reads-seen, p
}

// Close ends the text.
func (c *Cutter) Close() {
	if c.err != nil {
		return
	}
	seen := c.checker.Counts().Reads
	if c.err = c.checker.Close(); c.err == nil {
		c.err = io.EOF
	}
	c.whole, c.rest = c.checker.Counts().Reads-seen, nil
}

// Next fills r with the next record, which stands until the next call. It gives
// false, and nil or the error of [Cutter.Err], where more text is needed.
func (c *Cutter) Next(r *Record) bool {
	if c.spent {
		c.head, c.spent = c.head[:0], false
	}
	if c.whole == 0 {
		c.keep()
		return false
	}
	c.whole--
	if len(c.head) == 0 {
		c.rest = c.rest[r.cut(c.rest):]
		return true
	}
	n := restOfRecord(c.head, c.rest)
	c.head, c.rest, c.spent = append(c.head, c.rest[:n]...), c.rest[n:], true
	r.cut(c.head)
	return true
}

// Err gives, once Next has given false, the fault of the text, or io.EOF behind
// a good one that was closed, or nil.
func (c *Cutter) Err() error { return c.err }

// Records counts the records that have been given.
func (c *Cutter) Records() int64 { return c.checker.Counts().Reads - c.whole }

// keep puts the rest of the chunk, which is the head of a record, aside. Blank
// lines are not.
func (c *Cutter) keep() {
	p := c.rest
	c.rest = nil
	switch {
	case c.err != nil || len(p) == 0 || len(c.head) == 0 && p[0] != '@':
	case len(p) > c.max-len(c.head):
		c.err = errs.At(errs.LimitExceeded, c.checker.pos(nameLine), "record of more than %d bytes", c.max)
	default:
		c.head = append(c.head, p...)
	}
}

// restOfRecord is how much of text belongs to the record that head begins: it
// ends with the fourth line, which the text may leave without a newline.
func restOfRecord(head, text []byte) int {
	n := 0
	for lines := bytes.Count(head, []byte{'\n'}); lines < 4; lines++ {
		nl := bytes.IndexByte(text[n:], '\n')
		if nl < 0 {
			return len(text)
		}
		n += nl + 1
	}
	return n
}

// cut takes the record that p, which has been checked, begins with, and gives
// its length.
func (r *Record) cut(p []byte) int {
	nl := bytes.IndexByte(p, '\n')
	r.Title = withoutCR(p[1:nl])
	n := nl + 1
	nl = bytes.IndexByte(p[n:], '\n')
	r.Sequence = withoutCR(p[n : n+nl])
	n += nl + 1
	n += bytes.IndexByte(p[n:], '\n') + 1
	r.Qualities = p[n : n+len(r.Sequence)]
	n += len(r.Sequence)
	for _, end := range []byte("\r\n") {
		if n < len(p) && p[n] == end {
			n++
		}
	}
	return n
}

func withoutCR(line []byte) []byte {
	if last := len(line) - 1; last >= 0 && line[last] == '\r' {
		return line[:last]
	}
	return line
}
