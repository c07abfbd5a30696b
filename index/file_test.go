package index

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"testing"

	"github.com/seqlode/seqlode/internal/bgzf"
)

// record is what of a BAM record an index depends on.
type record struct {
	ref, pos int32
	flag     uint16
	cigar    []uint32
	pad      int  // bytes of a tag that makes it longer
	last     bool // ends its block
	gap      bool // and an empty block follows
}

// op gives a CIGAR operation.
func op(n int, letter string) uint32 {
	return uint32(n)<<4 | uint32(bytes.IndexByte([]byte("MIDNSHP=X"), letter[0]))
}

// m gives the CIGAR nM.
func m(n int) []uint32 { return []uint32{op(n, "M")} }

// bamFile makes a BAM file of blocks that are stored, so that its bytes are
// the same for ever. A block ends where it is full, behind the header, and
// behind each record with last.
func bamFile(t testing.TB, lengths []int64, records []record) []byte {
	t.Helper()
	return bamFileWith(t, "", lengths, records)
}

// bamFileWith is bamFile with lines of a header.
func bamFileWith(t testing.TB, header string, lengths []int64, records []record) []byte {
	t.Helper()
	le := binary.LittleEndian
	head := le.AppendUint32([]byte("BAM\x01"), uint32(len(header)))
	head = append(head, header...)
	head = le.AppendUint32(head, uint32(len(lengths)))
	for i, n := range lengths {
		name := fmt.Sprintf("c%d\x00", i)
		head = le.AppendUint32(head, uint32(len(name)))
		head = append(head, name...)
		head = le.AppendUint32(head, uint32(n))
	}
	var f blocks
	f.write(head)
	if len(lengths)%2 == 0 {
		f.flush()
	}
	for i, r := range records {
		f.write(r.encode(i))
		if r.last || r.gap {
			f.flush()
		}
		if r.gap {
			f.file = append(f.file, bgzf.EOFBlock...)
		}
	}
	f.flush()
	return append(f.file, bgzf.EOFBlock...)
}

// blocks is a file of stored blocks under way.
type blocks struct {
	file []byte
	text []byte // of the block under way
}

// fullBlock is how much text a stored block of 64 KiB holds.
const fullBlock = 1<<16 - 18 - 5 - 8

func (f *blocks) write(p []byte) {
	for len(p) > 0 {
		n := min(len(p), fullBlock-len(f.text))
		f.text, p = append(f.text, p[:n]...), p[n:]
		if len(f.text) == fullBlock {
			f.flush()
		}
	}
}

// flush ends the block, if it has text (SAMv1 §4.1, RFC 1951 §3.2.4).
func (f *blocks) flush() {
	n := len(f.text)
	if n == 0 {
		return
	}
	le := binary.LittleEndian
	f.file = append(f.file, bgzf.EOFBlock[:16]...)
	f.file = le.AppendUint16(f.file, uint16(18+5+n+8-1))
	f.file = append(f.file, 1)
	f.file = le.AppendUint16(f.file, uint16(n))
	f.file = le.AppendUint16(f.file, ^uint16(n))
	f.file = append(f.file, f.text...)
	f.file = le.AppendUint32(f.file, crc32.ChecksumIEEE(f.text))
	f.file = le.AppendUint32(f.file, uint32(n))
	f.text = f.text[:0]
}

// encode gives the record in BAM's form (SAMv1 §4.2).
func (r record) encode(n int) []byte {
	le := binary.LittleEndian
	name := fmt.Sprintf("r%d\x00", n)
	p := make([]byte, 4, 128)
	p = le.AppendUint32(p, uint32(r.ref))
	p = le.AppendUint32(p, uint32(r.pos))
	p = append(p, byte(len(name)), 9, 0, 0)
	p = le.AppendUint16(p, uint16(len(r.cigar)))
	p = le.AppendUint16(p, r.flag)
	p = le.AppendUint32(p, 0)
	p = le.AppendUint32(p, 0xffffffff)
	p = le.AppendUint32(p, 0xffffffff)
	p = le.AppendUint32(p, 0)
	p = append(p, name...)
	for _, c := range r.cigar {
		p = le.AppendUint32(p, c)
	}
	if r.pad > 0 {
		p = append(p, "ZZZ"...)
		p = append(p, bytes.Repeat([]byte("z"), r.pad)...)
		p = append(p, 0)
	}
	le.PutUint32(p, uint32(len(p)-4))
	return p
}
