package cram

import (
	"bufio"
	"hash/crc32"
	"io"

	"github.com/seqlode/seqlode/internal/errs"
)

// input is the stream of a file and where it stands.
type input struct {
	r   *bufio.Reader
	src io.Reader
	at  int64 // bytes consumed
}

const inputBuffer = 256 << 10

func newInput(src io.Reader) *input {
	return &input{r: bufio.NewReaderSize(src, inputBuffer), src: src}
}

// seek goes to a byte of a source that can.
func (in *input) seek(to int64) error {
	s, ok := in.src.(io.Seeker)
	if !ok {
		return errs.At(errs.NotSupported, errs.Pos{}, "regions need a source that can seek")
	}
	if _, err := s.Seek(to, io.SeekStart); err != nil {
		return errs.At(errs.Internal, errs.Pos{Offset: errs.Byte(to)}, "cannot seek: %w", err)
	}
	in.r.Reset(in.src)
	in.at = to
	return nil
}

// takeAtOnce bounds the room that is made for what may not be there.
const takeAtOnce = 1 << 20

// append reads n bytes behind dst. At the end of the stream it gives
// io.ErrUnexpectedEOF.
func (in *input) append(dst []byte, n int) ([]byte, error) {
	for n > 0 {
		at, k := len(dst), min(n, takeAtOnce)
		for cap(dst)-at < k {
			dst = append(dst[:cap(dst)], 0)[:at]
		}
		k, err := io.ReadFull(in.r, dst[at:at+k])
		dst = dst[:at+k]
		in.at += int64(k)
		n -= k
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return dst, err
		}
	}
	return dst, nil
}

// skip leaves n bytes out.
func (in *input) skip(n int64) error {
	for n > 0 {
		k, err := in.r.Discard(int(min(n, 1<<30)))
		in.at += int64(k)
		n -= int64(k)
		if err == io.EOF {
			return io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// fields reads the fields of a header off the stream and keeps their bytes, for
// the checksum. After a failure it gives zeros, and err says why.
type fields struct {
	in  *input
	raw []byte
	err error
}

// need reads until raw has n bytes from at on, and gives those.
func (f *fields) need(at, n int) []byte {
	for len(f.raw) < at+n {
		b, err := f.in.r.ReadByte()
		if err == io.EOF && len(f.raw) > 0 {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			if f.err == nil {
				f.err = err
			}
			b = 0
		} else {
			f.in.at++
		}
		f.raw = append(f.raw, b)
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
