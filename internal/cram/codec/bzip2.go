package codec

import (
	"bytes"
	"compress/bzip2"
)

// Marks and bounds of bzip2.
const (
	bzBlock     = 0x314159265359 // before a block
	bzEnd       = 0x177245385090 // before the checksum that ends a stream
	bzUnit      = 100_000        // of the size of blocks, which the header gives
	bzGroup     = 50             // symbols by one code
	bzMaxGroups = 18002          // that a block of the largest size has
	bzRun       = 4              // equal bytes that a number of more follows
)

// bunzip is the state of the decoder of bzip2. Its memory grows with the blocks
// that it has met, and not with the size that a stream says they may have.
type bunzip struct {
	bits  bzBits
	codes [bzMaxCodes]bzCode
	which [bzMaxGroups]byte // the code of each group
	told  int               // groups that which is of
	order [256]byte         // of bytes, those used last first
	count [256]uint32
	// words holds the bytes of a block as they stand in its last column, and above
	// them, from bit 8 on, the place of the byte that follows each.
	words []uint32
}

// bzip2 decodes a block that is one bzip2 stream.
func (d *Decoder) bzip2(dst, src []byte, size int) ([]byte, error) {
	s := source{method: Bzip2, data: src}
	dst = room(dst, size)
	return dst, d.unbzip2(dst, &s)
}

// unbzip2 fills out from a bzip2 stream at the head of what is left of s. What
// lies behind the stream is not looked at, as by libbz2.
func (d *Decoder) unbzip2(out []byte, s *source) error {
	if d.bunzip == nil {
		d.bunzip = new(bunzip)
	}
	start := s.pos
	err := d.bunzip.stream(out, s)
	if err == nil {
		return nil
	}
	// The standard library's word before the block is blamed.
	in := bytes.NewReader(s.data[start:])
	if _, second := readAll(bzip2.NewReader(in), out); second != nil {
		return err
	}
	s.err, s.pos = nil, len(s.data)-in.Len()
	d.secondLooks++
	return nil
}

// stream decodes a stream.
func (z *bunzip) stream(out []byte, s *source) error {
	head := s.take(4)
	if head == nil {
		return s.err
	}
	if string(head[:3]) != "BZh" || head[3] < '1' || head[3] > '9' {
		s.pos -= len(head)
		return s.corrupt("not a bzip2 stream")
	}
	limit := int(head[3]-'0') * bzUnit
	start := s.pos
	z.bits = bzBits{in: s.rest()}
	at, all := 0, uint32(0)
	for {
		mark, sum := z.bits.take48(), z.bits.take(32)
		s.pos = start + z.bits.used()
		switch {
		case z.bits.over:
			return s.corrupt("the bzip2 stream ends early")
		case mark == bzEnd && at != len(out):
			return s.corrupt("bzip2 stream gives %d bytes, want %d", at, len(out))
		case mark == bzEnd && sum != all:
			return s.corrupt("checksum of the bzip2 stream is wrong")
		case mark == bzEnd:
			return nil
		case mark != bzBlock:
			return s.corrupt("no bzip2 block where one begins")
		}
		n, fault := z.block(out[at:], limit)
		if fault == "" && bzSum(out[at:at+n]) != sum {
			fault = "its checksum is wrong"
		}
		if fault != "" {
			s.pos = start + z.bits.used()
			return s.corrupt("bzip2 block of bytes from %d: %s", at, fault)
		}
		at += n
		all = (all<<1 | all>>31) ^ sum
	}
}

// Faults of a block.
const (
	bzFaultOld    = "its bytes are shuffled, as only old versions do"
	bzFaultCodes  = "the lengths of its codes are out of bounds"
	bzFaultGroups = "the codes of its symbols are not told"
	bzFaultNoByte = "it has no bytes"
	bzFaultCode   = "a symbol has no such code"
	bzFaultSize   = "it has more bytes than fit"
	bzFaultStart  = "it begins outside of itself"
	bzFaultEarly  = "it ends early"
)

// block decodes a block behind its checksum to the head of out, and gives its
// bytes, or a fault.
func (z *bunzip) block(out []byte, limit int) (n int, fault string) {
	if z.bits.take(1) != 0 {
		return 0, bzFaultOld
	}
	first := z.bits.take(24)
	used, fault := z.readCodes()
	if fault != "" {
		return 0, fault
	}
	// Of five bytes before run lengths are undone come four at least.
	limit = int(min(int64(limit), int64(len(out))*(bzRun+1)/bzRun))
	if cap(z.words) < limit {
		z.words = make([]uint32, limit)
	}
	z.words = z.words[:limit]
	if n, fault = z.symbols(used); fault != "" {
		return 0, fault
	}
	if int(first) >= n {
		return 0, bzFaultStart
	}
	words := z.words[:n]
	sum := uint32(0)
	for b, k := range z.count {
		z.count[b] = sum
		sum += k
	}
	for i := range words {
		b := byte(words[i])
		words[z.count[b]] |= uint32(i) << 8
		z.count[b]++
	}
	return expandBzip2(out, words, words[first]>>8)
}

// expandBzip2 writes the bytes of a block, runs undone, and gives their number.
func expandBzip2(out []byte, words []uint32, next uint32) (n int, fault string) {
	run, last := 0, byte(0)
	for range words {
		w := words[next]
		next = w >> 8
		b := byte(w)
		if run == bzRun {
			if int(b) > len(out)-n {
				return n, bzFaultSize
			}
			more := out[n : n+int(b)]
			for i := range more {
				more[i] = last
			}
			n += len(more)
			run = 0
			continue
		}
		if n == len(out) {
			return n, bzFaultSize
		}
		out[n] = b
		n++
		if b != last {
			run, last = 0, b
		}
		run++
	}
	return n, ""
}

// symbols decodes the symbols of a block to words and counts their bytes. Of the
// symbols, 0 and 1 are digits of the number of times that the first byte of order
// comes; the last one is the end; another is the place in order of the byte that
// comes, from 1 on.
func (z *bunzip) symbols(used int) (n int, fault string) {
	z.count = [256]uint32{}
	words, end := z.words, uint16(used+1)
	run, weight := 0, 1
	for group := 0; ; group++ {
		if group == z.told {
			return 0, bzFaultGroups
		}
		code := &z.codes[z.which[group]]
		for range bzGroup {
			symbol, ok := code.next(&z.bits)
			if !ok {
				return 0, z.bits.fault(bzFaultCode)
			}
			if symbol < 2 {
				if run += weight << symbol; run > len(words)-n {
					return 0, bzFaultSize
				}
				weight *= 2
				continue
			}
			if run > 0 {
				b := z.order[0]
				z.count[b] += uint32(run)
				for i := range words[n : n+run] {
					words[n+i] = uint32(b)
				}
				n += run
				run, weight = 0, 1
			}
			if symbol == end {
				return n, z.bits.fault("")
			}
			if n == len(words) {
				return 0, bzFaultSize
			}
			k := int(symbol - 1)
			b := z.order[k]
			copy(z.order[1:k+1], z.order[:k])
			z.order[0] = b
			z.count[b]++
			words[n] = uint32(b)
			n++
		}
	}
}

// readCodes reads which bytes occur, gives their number and the codes of the
// symbols of their places, and which of the codes is that of each group.
func (z *bunzip) readCodes() (used int, fault string) {
	rows := z.bits.take(16)
	for row := range 16 {
		if rows>>(15-row)&1 == 0 {
			continue
		}
		columns := z.bits.take(16)
		for column := range 16 {
			if columns>>(15-column)&1 != 0 {
				z.order[used] = byte(16*row + column)
				used++
			}
		}
	}
	codes, groups := int(z.bits.take(3)), int(z.bits.take(15))
	switch {
	case used == 0:
		return 0, z.bits.fault(bzFaultNoByte)
	case codes < 2 || codes > bzMaxCodes || groups < 1:
		return 0, z.bits.fault(bzFaultGroups)
	}
	if fault := z.readGroups(codes, groups); fault != "" {
		return 0, fault
	}
	for i := range codes {
		if !z.codes[i].read(&z.bits, used+2) {
			return 0, z.bits.fault(bzFaultCodes)
		}
	}
	return used, z.bits.fault("")
}

// readGroups reads which of the codes is that of each group. As by libbz2, more
// than a block can have are passed over.
func (z *bunzip) readGroups(codes, groups int) (fault string) {
	order := [bzMaxCodes]byte{0, 1, 2, 3, 4, 5}
	for i := range groups {
		k := 0
		for z.bits.take(1) != 0 {
			if k++; k == codes {
				return z.bits.fault(bzFaultGroups)
			}
		}
		if z.bits.over {
			return bzFaultEarly
		}
		code := order[k]
		copy(order[1:k+1], order[:k])
		order[0] = code
		if i < len(z.which) {
			z.which[i] = code
		}
	}
	z.told = min(groups, len(z.which))
	return ""
}

// bzTable is for checksums: CRC-32 as in gzip, the highest bit first.
var bzTable = func() (table [256]uint32) {
	for i := range table {
		sum := uint32(i) << 24
		for range 8 {
			sum = sum<<1 ^ 0x04c11db7&-(sum>>31)
		}
		table[i] = sum
	}
	return table
}()

// bzSum is the checksum of the bytes of a block.
func bzSum(p []byte) uint32 {
	sum := ^uint32(0)
	for _, b := range p {
		sum = sum<<8 ^ bzTable[byte(sum>>24)^b]
	}
	return ^sum
}
