package gzip

import (
	"bufio"
	"compress/flate"
	"io"

	"github.com/seqlode/seqlode/internal/bgzf"
)

// again can read a source a second time, from any place.
type again struct {
	src  io.ReaderAt
	base int64 // where the reader began
}

// newAgain gives nil for a source that passes by once, such as a pipe.
func newAgain(src io.Reader) *again {
	at, ok := src.(io.ReaderAt)
	if !ok {
		return nil
	}
	s, ok := src.(io.Seeker)
	if !ok {
		return nil
	}
	base, err := s.Seek(0, io.SeekCurrent)
	if err != nil {
		return nil
	}
	return &again{at, base}
}

// secondLook decodes a member that our decoder rejects by the standard
// library, before the file is blamed.
type secondLook struct {
	text  io.Reader
	in    *countedBytes
	fault error // what our decoder said
}

// open makes the second look at compressed data that begin at data, from byte
// size of their text on. It gives nil where there can be none.
func (a *again) open(data, size int64, fault error) *secondLook {
	if a == nil {
		return nil
	}
	in := &countedBytes{r: bufio.NewReader(io.NewSectionReader(a.src, a.base+data, 1<<62)), at: data}
	s := &secondLook{text: flate.NewReader(in), in: in, fault: fault}
	if _, err := io.CopyN(io.Discard, s.text, size); err != nil {
		return nil
	}
	return s
}

// read is memberReader.advance.
func (s *secondLook) read(dst []byte, pos int) (newPos int, done bool, err error) {
	n, err := io.ReadFull(s.text, dst[pos:])
	switch err {
	case nil:
		return pos + n, false, nil
	case io.EOF, io.ErrUnexpectedEOF:
		// Both a short read at the end of the stream and a truncated stream
		// come as one of these: the stream's own end tells them apart.
		if _, err := s.text.Read(make([]byte, 1)); err == io.EOF {
			return pos + n, true, nil
		}
	}
	return pos, false, s.fault
}

// close moves in, which stands where our decoder stopped, to the end of the
// compressed data.
func (s *secondLook) close(in *bgzf.Input) error {
	ahead := s.in.at - in.Offset()
	if ahead < 0 {
		return s.fault
	}
	in.Discard(int(ahead))
	return nil
}

// countedBytes gives single bytes, so that the decoder reads none too many,
// and knows its place.
type countedBytes struct {
	r  *bufio.Reader
	at int64
}

func (c *countedBytes) ReadByte() (byte, error) {
	b, err := c.r.ReadByte()
	if err == nil {
		c.at++
	}
	return b, err
}

func (c *countedBytes) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.at += int64(n)
	return n, err
}
