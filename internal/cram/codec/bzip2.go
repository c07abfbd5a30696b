package codec

import (
	"bytes"
	"compress/bzip2"
	"errors"
	"io"
)

// decodeBzip2 decodes a block that is one bzip2 stream.
func decodeBzip2(dst, src []byte, size int) ([]byte, error) {
	s := source{method: Bzip2, data: src}
	dst = room(dst, size)
	return dst, unbzip2(dst, &s)
}

// unbzip2 fills out from a bzip2 stream at the head of what is left of s. What
// lies behind the stream is not looked at, as by libbz2.
func unbzip2(out []byte, s *source) error {
	in := bytes.NewReader(s.rest())
	z := bzip2.NewReader(in)
	n, err := io.ReadFull(z, out)
	s.pos = len(s.data) - in.Len()
	if err != nil {
		return s.corrupt("bzip2 stream gives %d bytes, want %d: %v", n, len(out), err)
	}
	// The sums are checked when the reader is asked for more.
	var more [1]byte
	n, err = z.Read(more[:])
	s.pos = len(s.data) - in.Len()
	switch structural := bzip2.StructuralError(""); {
	case n > 0:
		return s.corrupt("bzip2 stream gives more than %d bytes", len(out))
	case err == io.EOF, errors.As(err, &structural) && structural == "bad magic value in continuation file":
		return nil
	}
	return s.corrupt("bzip2 stream: %v", err)
}
