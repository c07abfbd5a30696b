package gzip

import (
	"bufio"
	"compress/flate"
	"context"
	"io"
	"math"

	"github.com/seqlode/seqlode/internal/bgzf"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/pipeline"
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
	limiter *pipeline.Limiter
	in      *countedBytes
	text    io.Reader
	skip    int64 // text that our decoder has given
	src     again
	fault   error // what our decoder said
}

// open makes a second look at the member of m, to go on with the text behind
// what m has of it.
func (a *again) open(m *memberReader, fault error) *secondLook {
	in := &countedBytes{at: m.data, r: bufio.NewReader(a.from(m.data))}
	return &secondLook{limiter: m.limiter, in: in, text: flate.NewReader(in), skip: m.size, src: *a, fault: fault}
}

// from is the source from an offset of the reader's on.
func (a *again) from(offset int64) io.Reader {
	return io.NewSectionReader(a.src, a.base+offset, math.MaxInt64-a.base-offset)
}

// read is memberReader.advance.
func (s *secondLook) read(ctx context.Context, dst []byte, pos int) (newPos int, done bool, err error) {
	for s.skip > 0 {
		n, done, err := s.step(ctx, dst[pos:][:min(s.skip, int64(len(dst)-pos))])
		s.skip -= int64(n)
		switch {
		case err != nil:
			return pos, false, err
		case done && s.skip > 0: // our decoder gave text where there is none
			return pos, false, s.fault
		}
	}
	n, done, err := s.step(ctx, dst[pos:])
	return pos + n, done, err
}

// step fills p with the next text, or with less of it at the end of the
// member and before a fault.
func (s *secondLook) step(ctx context.Context, p []byte) (n int, done bool, err error) {
	if err := s.limiter.Acquire(ctx); err != nil {
		return 0, false, err
	}
	defer s.limiter.Release()
	for n < len(p) {
		k, err := s.text.Read(p[n:])
		n += k
		switch {
		case err == nil:
		case err == io.EOF:
			return n, true, nil
		case s.in.err != nil && s.in.err != io.EOF:
			return n, false, errs.At(errs.Internal, errs.Pos{Offset: errs.Byte(s.in.at)}, "cannot read on: %w", s.in.err)
		default:
			return n, false, s.fault
		}
	}
	return n, false, nil
}

// leave makes in, which stands where our decoder stopped, go on behind the
// compressed data.
func (s *secondLook) leave(in *bgzf.Input) { in.Reset(s.src.from(s.in.at), s.in.at) }

// countedBytes gives single bytes, so that the decoder reads none too many,
// and knows its place and what ended it.
type countedBytes struct {
	r   *bufio.Reader
	at  int64
	err error
}

func (c *countedBytes) ReadByte() (byte, error) {
	b, err := c.r.ReadByte()
	if err == nil {
		c.at++
	}
	c.err = err
	return b, err
}

func (c *countedBytes) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.at += int64(n)
	c.err = err
	return n, err
}
