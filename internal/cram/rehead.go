package cram

import (
	"bytes"
	"hash/crc32"
	"io"
	"math"

	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/sam"
)

// Rehead gives the stored form of the CRAM file src with another SAM header: the
// one that edit makes of its own. All containers behind that of the header stay as
// they are; offsets of an index shift by one constant. The file is not read much
// further than the header before the reader that is returned asks for it.
func Rehead(src io.Reader, edit func(*sam.Header) (*sam.Header, error)) (io.Reader, error) {
	var stored bytes.Buffer // what has been read of src
	r, err := NewReader(io.TeeReader(src, &stored), Options{})
	if err != nil {
		return nil, err
	}
	h, err := edit(r.header)
	if err != nil {
		return nil, err
	}
	if len(h.Text) > maxHeader {
		return nil, errs.At(errs.LimitExceeded, errs.Pos{}, "SAM header of %d bytes, more than %d", len(h.Text), maxHeader)
	}
	head := headContainer(bytes.Clone(stored.Bytes()[:len(Magic)+2+fileID]), r.version, h.Text)
	return io.MultiReader(bytes.NewReader(head), bytes.NewReader(stored.Bytes()[r.first:]), src), nil
}

// headContainer appends the container of a SAM header to p: one block, which is
// not compressed (§7.1, §8.1, §8.3).
func headContainer(p []byte, version byte, text []byte) []byte {
	sealed := func(p []byte, from int) []byte {
		if version >= 3 {
			p = le.AppendUint32(p, crc32.ChecksumIEEE(p[from:]))
		}
		return p
	}
	size := int32(min(len(text)+4, math.MaxInt32))
	block := []byte{0, 0, 0} // raw, a file header, content id 0
	block = appendITF8(appendITF8(block, size), size)
	block = le.AppendUint32(block, uint32(len(text)))
	block = sealed(append(block, text...), 0)

	at := len(p)
	p = le.AppendUint32(p, uint32(len(block)))
	p = append(p, 0, 0, 0, 0, 0, 0) // reference, start, span, records, number of the first, bases
	p = append(p, 1, 1, 0)          // one block, one landmark: 0
	return append(sealed(p, at), block...)
}

// appendITF8 appends a number (§2.3).
func appendITF8(p []byte, n int32) []byte {
	switch u := uint32(n); {
	case u < 1<<7:
		return append(p, byte(u))
	case u < 1<<14:
		return append(p, byte(u>>8)|0x80, byte(u))
	case u < 1<<21:
		return append(p, byte(u>>16)|0xc0, byte(u>>8), byte(u))
	case u < 1<<28:
		return append(p, byte(u>>24)|0xe0, byte(u>>16), byte(u>>8), byte(u))
	default:
		return append(p, byte(u>>28)|0xf0, byte(u>>20), byte(u>>12), byte(u>>4), byte(u&0xf))
	}
}
