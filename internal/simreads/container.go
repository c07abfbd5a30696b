package simreads

import (
	"encoding/binary"
	"hash/crc32"
	"io"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
)

// level is the compression level of all forms.
const level = 6

// blockText is how much text bgzip puts into a block.
const blockText = 0xff00

// eofBlock is the empty block that ends a BGZF file (SAMv1 §4.1.2).
var eofBlock = []byte("\x1f\x8b\x08\x04\x00\x00\x00\x00\x00\xff\x06\x00BC\x02\x00\x1b\x00\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00")

// emptyBlock is an empty block that is not the EOF block: its deflate data is
// one stored block of no bytes.
var emptyBlock = []byte("\x1f\x8b\x08\x04\x00\x00\x00\x00\x00\xff\x06\x00BC\x02\x00\x1e\x00\x01\x00\x00\xff\xff\x00\x00\x00\x00\x00\x00\x00\x00")

// Container is a gzip form.
type Container int

// The gzip forms.
const (
	Gzip        Container = iota // one ordinary member
	MultiMember                  // an ordinary member for every 64 KB of text
	BGZF                         // blocks and the EOF block
	BGZFNoEOF                    // blocks alone
)

// NewWriter compresses what is written to it, in the given form. Close ends
// the form and leaves w open.
func (c Container) NewWriter(w io.Writer) (io.WriteCloser, error) {
	if c == Gzip {
		return gzip.NewWriterLevel(w, level)
	}
	if c == MultiMember {
		zw, err := gzip.NewWriterLevel(w, level)
		return &pieces{size: 64_000, put: func(text []byte) error { return putMember(zw, w, text) }}, err
	}
	fw, err := flate.NewWriter(io.Discard, level)
	p := &pieces{size: blockText, put: func(text []byte) error { return putBlock(fw, w, text) }}
	if c == BGZF {
		p.end = func() error { _, err := w.Write(eofBlock); return err }
	}
	return p, err
}

// pieces cuts what is written to it into pieces of one size.
type pieces struct {
	size int
	put  func(text []byte) error
	end  func() error // may be nil
	buf  []byte
}

func (p *pieces) Write(text []byte) (int, error) {
	n := len(text)
	for len(text) > 0 {
		k := min(p.size-len(p.buf), len(text))
		p.buf = append(p.buf, text[:k]...)
		text = text[k:]
		if len(p.buf) == p.size {
			if err := p.flush(); err != nil {
				return n - len(text), err
			}
		}
	}
	return n, nil
}

func (p *pieces) flush() error {
	err := p.put(p.buf)
	p.buf = p.buf[:0]
	return err
}

func (p *pieces) Close() error {
	if len(p.buf) > 0 {
		if err := p.flush(); err != nil {
			return err
		}
	}
	if p.end == nil {
		return nil
	}
	return p.end()
}

func putMember(zw *gzip.Writer, w io.Writer, text []byte) error {
	header := zw.Header
	zw.Reset(w)
	zw.Header = header
	if _, err := zw.Write(text); err != nil {
		return err
	}
	return zw.Close()
}

// putBlock writes one BGZF block (SAMv1 §4.1); text is at most blockText
// bytes, which fit a block even where they do not compress.
func putBlock(fw *flate.Writer, w io.Writer, text []byte) error {
	block := sliceWriter{'\x1f', '\x8b', 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, 'B', 'C', 2, 0, 0, 0}
	fw.Reset(&block)
	if _, err := fw.Write(text); err != nil {
		return err
	}
	if err := fw.Close(); err != nil {
		return err
	}
	block = binary.LittleEndian.AppendUint32(block, crc32.ChecksumIEEE(text))
	block = binary.LittleEndian.AppendUint32(block, uint32(len(text)))
	binary.LittleEndian.PutUint16(block[16:], uint16(len(block)-1))
	_, err := w.Write(block)
	return err
}

type sliceWriter []byte

func (s *sliceWriter) Write(p []byte) (int, error) {
	*s = append(*s, p...)
	return len(p), nil
}
