package bgzf

import "encoding/binary"

// Sizes of a block (SAMv1 §4.1).
const (
	MaxBlockSize = 1 << 16 // stored form
	MaxTextSize  = 1 << 16 // text of one block
	footerSize   = 8       // CRC-32 and text size

	fixedHeader  = 12 // gzip's own ten bytes and the length of the extra field
	commonHeader = 18 // with the BC field alone
)

// blockHead is the header of a block before its size, as all writers make it.
const blockHead = "\x1f\x8b\x08\x04\x00\x00\x00\x00\x00\xff\x06\x00\x42\x43\x02\x00"

// EOFBlock is the empty block that ends a whole file (SAMv1 §4.1.2).
const EOFBlock = blockHead + "\x1b\x00\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00"

// extraSize gives the size of a gzip header with an extra field and nothing
// else, which is the only form that a block has, or 0.
func extraSize(head []byte) int {
	if len(head) < fixedHeader || head[0] != 0x1f || head[1] != 0x8b || head[2] != 8 || head[3] != 4 {
		return 0
	}
	return fixedHeader + int(binary.LittleEndian.Uint16(head[10:]))
}

// blockSize gives the stored size of the block whose whole header is head, or
// 0 where the extra field has no BC subfield with a possible size.
func blockSize(head []byte) int {
	for extra := head[fixedHeader:]; len(extra) >= 4; {
		n := int(binary.LittleEndian.Uint16(extra[2:]))
		if 4+n > len(extra) {
			return 0
		}
		if extra[0] == 'B' && extra[1] == 'C' && n == 2 {
			size := int(binary.LittleEndian.Uint16(extra[4:])) + 1
			if size <= len(head)+footerSize {
				return 0
			}
			return size
		}
		extra = extra[4+n:]
	}
	return 0
}
