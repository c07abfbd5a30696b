package cram

import (
	"hash/crc32"
	"io"

	"github.com/seqlode/seqlode/internal/bgzf"
	"github.com/seqlode/seqlode/internal/errs"
)

// input is the stream of a file and where it stands.
type input struct {
	*bgzf.Input
	src io.Reader
}

func newInput(src io.Reader) *input { return &input{bgzf.NewInput(src, 0), src} }

// seek goes to a byte of a source that can.
func (in *input) seek(to int64) error {
	s, ok := in.src.(io.Seeker)
	if !ok {
		return errs.At(errs.NotSupported, errs.Pos{}, "regions need a source that can seek")
	}
	if _, err := s.Seek(to, io.SeekStart); err != nil {
		return errs.At(errs.Internal, errs.Pos{Offset: errs.Byte(to)}, "cannot seek: %w", err)
	}
	in.Reset(in.src, to)
	return nil
}

// takeAtOnce bounds the room that is made for what may not be there.
const takeAtOnce = 1 << 20

// append reads n bytes behind dst. At the end of the stream it gives
// io.ErrUnexpectedEOF.
func (in *input) append(dst []byte, n int) ([]byte, error) {
	for n > 0 {
		p, last, err := in.PeekMore(1)
		if err != nil {
			return dst, err
		}
		if last && len(p) == 0 {
			return dst, io.ErrUnexpectedEOF
		}
		p = p[:min(len(p), n)]
		dst = append(dst, p...)
		in.Discard(len(p))
		n -= len(p)
	}
	return dst, nil
}

// skip leaves n bytes out.
func (in *input) skip(n int64) error {
	for n > 0 {
		p, last, err := in.PeekMore(1)
		if err != nil {
			return err
		}
		if last && len(p) == 0 {
			return io.ErrUnexpectedEOF
		}
		k := int(min(n, int64(len(p))))
		in.Discard(k)
		n -= int64(k)
	}
	return nil
}

// fields reads the fields of a header off the stream and keeps their bytes, for
// the checksum. After a failure it gives zeros, and err says why: io.EOF where
// there is not one byte.
type fields struct {
	in  *input
	raw []byte
	err error
}

// need reads until raw has n bytes from at on, and gives those.
func (f *fields) need(at, n int) []byte {
	for len(f.raw) < at+n {
		p, err := f.in.Peek(1)
		switch {
		case err != nil:
		case len(p) > 0:
			f.raw = append(f.raw, p[0])
			f.in.Discard(1)
			continue
		case len(f.raw) == 0:
			err = io.EOF
		default:
			err = io.ErrUnexpectedEOF
		}
		if f.err == nil {
			f.err = err
		}
		f.raw = append(f.raw, 0)
	}
	return f.raw[at : at+n]
}

func (f *fields) octet() byte { return f.need(len(f.raw), 1)[0] }

func (f *fields) int32() int32 { return int32(le.Uint32(f.need(len(f.raw), 4))) }

func (f *fields) itf8() int32 {
	at := len(f.raw)
	return itf8(f.need(at, itf8Len(f.need(at, 1)[0])))
}

// skipLTF8 passes over a number that is not wanted.
func (f *fields) skipLTF8() {
	at := len(f.raw)
	f.need(at, ltf8Len(f.need(at, 1)[0]))
}

// sealed reads the CRC32 of the fields so far and compares.
func (f *fields) sealed() bool {
	sum := crc32.ChecksumIEEE(f.raw)
	return uint32(f.int32()) == sum
}
