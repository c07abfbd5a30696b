package codec

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"hash/crc32"
	"hash/crc64"
	"io"

	"github.com/ulikunitz/xz/lzma"

	"github.com/seqlode/seqlode/internal/errs"
)

// The marks of the xz format (its specification, 1.1.0).
const (
	xzMagic       = "\xfd7zXZ\x00"
	xzFooterMagic = "YZ"
	xzFilterLZMA2 = 0x21
	xzPackedSize  = 1 << 6 // flags of a block header
	xzSize        = 1 << 7
	xzOtherFlags  = 0x3f // of filters beside the one, and reserved
)

// maxDictionary is the largest dictionary that htslib decodes with.
const maxDictionary = 64 << 20

// xzCheckSizes are the bytes of the check of each kind that is decoded: none,
// CRC-32, CRC-64 and SHA-256.
var xzCheckSizes = map[byte]int{0: 0, 1: 4, 4: 8, 10: 32}

var crc64Table = crc64.MakeTable(crc64.ECMA)

// xzRecord is what the index says of a block.
type xzRecord struct{ unpadded, size uint64 }

// decodeLZMA decodes a block that is one xz stream. The container is read here,
// so that a dictionary is never larger than the block; its LZMA2 data by
// package lzma. What lies behind the stream is not looked at.
func decodeLZMA(dst, src []byte, size int) ([]byte, error) {
	s := source{method: LZMA, data: src}
	head := s.take(12)
	if head == nil {
		return nil, s.err
	}
	flags := head[6:8]
	checkSize, known := xzCheckSizes[flags[1]]
	switch {
	case string(head[:6]) != xzMagic:
		s.pos = 0
		return nil, s.corrupt("not an xz stream")
	case crc32.ChecksumIEEE(flags) != binary.LittleEndian.Uint32(head[8:]):
		return nil, s.corrupt("CRC of the xz header is wrong")
	case flags[0] != 0 || !known:
		return nil, s.corrupt("xz stream flags %02x%02x are not known", flags[0], flags[1])
	}
	dst = room(dst, size)
	var records []xzRecord
	at := 0
	for s.left() > 0 && s.data[s.pos] != 0 {
		r, err := s.xzBlock(dst[at:], flags[1], checkSize)
		if err != nil {
			return nil, err
		}
		at += int(r.size)
		records = append(records, r)
	}
	if s.err == nil && at != size {
		return nil, s.corrupt("xz stream gives %d bytes, want %d", at, size)
	}
	return dst, s.xzIndex(records, flags)
}

// xzBlock decodes a block to the head of out.
func (s *source) xzBlock(out []byte, check byte, checkSize int) (xzRecord, error) {
	var none xzRecord
	start := s.pos
	size := (int(s.data[s.pos]) + 1) * 4
	head := s.sub(size)
	if s.err != nil {
		return none, s.err
	}
	head.pos = 1
	flags := head.u8()
	if flags&xzPackedSize != 0 {
		head.xzNumber()
	}
	if flags&xzSize != 0 {
		head.xzNumber()
	}
	filter, properties, dictionary := head.xzNumber(), head.xzNumber(), head.u8()
	sum := crc32.ChecksumIEEE(head.data[:size-4])
	switch {
	case head.err != nil:
		return none, head.err
	case sum != binary.LittleEndian.Uint32(head.data[size-4:]):
		return none, s.corrupt("CRC of an xz block header is wrong")
	case flags&xzOtherFlags != 0 || filter != xzFilterLZMA2 || properties != 1 || dictionary > 40:
		return none, s.fault(errs.NotSupported, "xz block with other filters than LZMA2")
	}
	window := uint64(2|dictionary&1) << (dictionary/2 + 11)
	if window > maxDictionary {
		return none, s.fault(errs.LimitExceeded, "LZMA dictionary of %d bytes, the limit is %d", window, maxDictionary)
	}
	data := s.pos
	n, err := s.lzma2Size(len(out))
	if err != nil {
		return none, err
	}
	config := lzma.Reader2Config{DictCap: max(lzma.MinDictCap, min(int(window), n))}
	z, err := config.NewReader2(bytes.NewReader(s.data[data:s.pos]))
	if err == nil {
		_, err = io.ReadFull(z, out[:n])
	}
	if err != nil {
		s.pos = data
		return none, s.corrupt("LZMA2 data: %v", err)
	}
	r := xzRecord{uint64(s.pos - start + checkSize), uint64(n)}
	s.take(-(s.pos - start) & 3)
	want := s.take(checkSize)
	if s.err == nil && !bytes.Equal(want, xzCheck(check, out[:n])) {
		return none, s.corrupt("check of an xz block is wrong")
	}
	return r, s.err
}

// xzCheck is the check of a kind over p.
func xzCheck(kind byte, p []byte) []byte {
	switch kind {
	case 1:
		return binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(p))
	case 4:
		return binary.LittleEndian.AppendUint64(nil, crc64.Checksum(p, crc64Table))
	case 10:
		sum := sha256.Sum256(p)
		return sum[:]
	}
	return nil
}

// lzma2Size moves past LZMA2 data, chunk by chunk, and gives what it decodes
// to: limit at most.
func (s *source) lzma2Size(limit int) (int, error) {
	n := 0
	for {
		control := s.u8()
		if s.err != nil || control == 0 {
			return n, s.err
		}
		head := s.take(2)
		if head == nil {
			return 0, s.err
		}
		size := int(head[0])<<8 + int(head[1]) + 1
		switch {
		case control >= 0x80:
			size += int(control&0x1f) << 16
			head = s.take(2)
			if head == nil {
				return 0, s.err
			}
			if control >= 0xc0 {
				s.u8() // properties
			}
			s.take(int(head[0])<<8 + int(head[1]) + 1)
		case control > 2:
			return 0, s.corrupt("LZMA2 chunk of unknown kind %#x", control)
		default:
			s.take(size)
		}
		if n += size; n > limit {
			return 0, s.corrupt("xz stream gives more bytes than its block states")
		}
	}
}

// xzIndex checks the index of the blocks and the footer.
func (s *source) xzIndex(records []xzRecord, flags []byte) error {
	start := s.pos
	s.u8() // the indicator
	if count := s.xzNumber(); s.err == nil && count != uint64(len(records)) {
		return s.corrupt("xz index of %d blocks, there are %d", count, len(records))
	}
	for _, r := range records {
		if got := (xzRecord{s.xzNumber(), s.xzNumber()}); s.err == nil && got != r {
			return s.corrupt("xz index says %v of a block of %v", got, r)
		}
	}
	s.take(-(s.pos - start) & 3)
	if s.err != nil {
		return s.err
	}
	sum, size := crc32.ChecksumIEEE(s.data[start:s.pos]), s.pos+4-start
	if got := s.u32(); s.err == nil && got != sum {
		return s.corrupt("CRC of the xz index is wrong")
	}
	foot := s.take(12)
	if foot == nil {
		return s.err
	}
	if binary.LittleEndian.Uint32(foot) != crc32.ChecksumIEEE(foot[4:10]) ||
		(int64(binary.LittleEndian.Uint32(foot[4:]))+1)*4 != int64(size) ||
		!bytes.Equal(foot[8:10], flags) || string(foot[10:]) != xzFooterMagic {
		return s.corrupt("the xz footer is wrong")
	}
	return nil
}

// xzNumber reads an integer of 7 bits a byte, lowest first.
func (s *source) xzNumber() uint64 {
	var v uint64
	for i := range 9 {
		b := s.u8()
		v |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			break
		}
	}
	return v
}
