package cram

import "encoding/binary"

var le = binary.LittleEndian

// cursor walks over the bytes of a block. Whoever runs over the end gets zeros,
// and bad says so.
type cursor struct {
	data []byte
	pos  int
	bad  bool
}

// left is how many bytes remain.
func (c *cursor) left() int { return len(c.data) - c.pos }

// take gives the next n bytes, or nil.
func (c *cursor) take(n int) []byte {
	if n < 0 || n > c.left() {
		c.bad = true
		c.pos = len(c.data)
		return nil
	}
	p := c.data[c.pos : c.pos+n : c.pos+n]
	c.pos += n
	return p
}

// octet reads one byte.
func (c *cursor) octet() byte {
	if c.pos >= len(c.data) {
		c.bad = true
		return 0
	}
	b := c.data[c.pos]
	c.pos++
	return b
}

// itf8 reads an integer of up to 32 bits (§2.3).
func (c *cursor) itf8() int32 {
	if c.pos >= len(c.data) {
		c.bad = true
		return 0
	}
	p := c.take(itf8Len(c.data[c.pos]))
	if p == nil {
		return 0
	}
	return itf8(p)
}

// ltf8 reads an integer of up to 64 bits (§2.3).
func (c *cursor) ltf8() int64 {
	if c.pos >= len(c.data) {
		c.bad = true
		return 0
	}
	p := c.take(ltf8Len(c.data[c.pos]))
	if p == nil {
		return 0
	}
	return ltf8(p)
}

// itf8Len is how many bytes an ITF8 has that begins with b.
func itf8Len(b byte) int {
	switch {
	case b < 0x80:
		return 1
	case b < 0xc0:
		return 2
	case b < 0xe0:
		return 3
	case b < 0xf0:
		return 4
	}
	return 5
}

// itf8 decodes a whole ITF8. Of a fifth byte, the low four bits count.
func itf8(p []byte) int32 {
	switch len(p) {
	case 1:
		return int32(p[0])
	case 2:
		return int32(p[0]&0x3f)<<8 | int32(p[1])
	case 3:
		return int32(p[0]&0x1f)<<16 | int32(p[1])<<8 | int32(p[2])
	case 4:
		return int32(p[0]&0x0f)<<24 | int32(p[1])<<16 | int32(p[2])<<8 | int32(p[3])
	}
	return int32(uint32(p[0]&0x0f)<<28 | uint32(p[1])<<20 | uint32(p[2])<<12 | uint32(p[3])<<4 | uint32(p[4]&0x0f))
}

// ltf8Len is how many bytes an LTF8 has that begins with b: one more than b has
// leading ones.
func ltf8Len(b byte) int {
	n := 1
	for ; b&0x80 != 0; b <<= 1 {
		n++
	}
	return n
}

// ltf8 decodes a whole LTF8.
func ltf8(p []byte) int64 {
	v := uint64(0)
	if len(p) < 9 {
		v = uint64(p[0]) & (0xff >> len(p))
	}
	for _, b := range p[1:] {
		v = v<<8 | uint64(b)
	}
	return int64(v)
}
