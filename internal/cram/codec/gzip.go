package codec

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"io"

	"github.com/seqlode/seqlode/internal/deflate"
)

// Flags of a gzip member (RFC 1952 §2.3.1).
const (
	gzipHeaderCRC = 1 << 1
	gzipExtra     = 1 << 2
	gzipName      = 1 << 3
	gzipComment   = 1 << 4
	gzipReserved  = 7 << 5
)

// inflater decodes a DEFLATE stream as [deflate.Decoder] does.
type inflater interface {
	Decode(dst, src []byte) (written, consumed int, err error)
}

// gzip decodes a block that is a gzip member. As to htslib, what lies behind
// the member is nothing.
func (d *Decoder) gzip(dst, src []byte, size int) ([]byte, error) {
	s := source{method: Gzip, data: src}
	if err := s.gzipHeader(); err != nil {
		return nil, err
	}
	if d.inflate == nil {
		d.inflate = new(deflate.Decoder)
	}
	if cap(dst) < size {
		dst = make([]byte, size, size+deflate.OutputSlack)
	}
	dst = dst[:size]
	// Others may write behind src, so that its capacity is not to be read.
	packed := s.data[s.pos:len(src):len(src)]
	written, consumed, err := d.inflate.Decode(dst, packed)
	if err != nil {
		// The standard library's word before the block is blamed.
		in := bytes.NewReader(packed)
		var second error
		written, second = readAll(flate.NewReader(in), dst)
		if second != nil {
			return nil, s.corrupt("%v", err)
		}
		consumed = len(packed) - in.Len()
		d.secondLooks++
	}
	if written != size {
		return nil, s.corrupt("member gives %d bytes, its block states %d", written, size)
	}
	s.pos += consumed
	sum, length := s.u32(), s.u32()
	switch {
	case s.err != nil:
		return nil, s.err
	case sum != crc32.ChecksumIEEE(dst):
		return nil, s.corrupt("CRC-32 of the member is wrong")
	case length != uint32(size):
		return nil, s.corrupt("member states %d bytes, has %d", length, size)
	}
	return dst, nil
}

// readAll fills p from r, which has to end there.
func readAll(r io.Reader, p []byte) (n int, err error) {
	if n, err = io.ReadFull(r, p); err != nil {
		return n, err
	}
	if _, err = io.ReadFull(r, make([]byte, 1)); err == io.EOF {
		return n, nil
	}
	return n, io.ErrShortBuffer
}

// gzipHeader moves past the header of a member (RFC 1952 §2.3).
func (s *source) gzipHeader() error {
	fixed := s.take(10)
	if fixed == nil {
		return s.err
	}
	flags := fixed[3]
	if fixed[0] != 0x1f || fixed[1] != 0x8b || fixed[2] != 8 || flags&gzipReserved != 0 {
		s.pos = 0
		return s.corrupt("not a gzip member")
	}
	if flags&gzipExtra != 0 {
		s.take(int(s.u16()))
	}
	for _, flag := range [...]byte{gzipName, gzipComment} {
		if flags&flag != 0 {
			n := bytes.IndexByte(s.rest(), 0)
			if n < 0 {
				return s.corrupt("the gzip header does not end")
			}
			s.take(n + 1)
		}
	}
	if flags&gzipHeaderCRC != 0 {
		got := uint16(crc32.ChecksumIEEE(s.data[:s.pos]))
		if want := s.take(2); want != nil && binary.LittleEndian.Uint16(want) != got {
			return s.corrupt("CRC of the gzip header is wrong")
		}
	}
	return s.err
}
