package cram

// bits reads the core block, whose bits run from the highest of each byte to
// the lowest (§8.5).
type bits struct {
	data []byte
	pos  int64 // in bits
}

// peek gives the next 32 bits at the low end, with zeros behind the last.
func (b *bits) peek() uint64 {
	at := int(b.pos >> 3)
	v := uint64(0)
	for i := range 5 {
		v <<= 8
		if at+i < len(b.data) {
			v |= uint64(b.data[at+i])
		}
	}
	return v >> (8 - b.pos&7) & (1<<32 - 1)
}

// skip moves over n bits; it reports whether there were that many.
func (b *bits) skip(n uint) bool {
	b.pos += int64(n)
	return b.pos <= int64(len(b.data))*8
}

// read gives the next n ≤ 32 bits.
func (b *bits) read(n uint) (v uint32, ok bool) {
	v = uint32(b.peek() >> (32 - n))
	return v, b.skip(n)
}

// run counts the bits of one value, and moves over them and over the one that
// ends them.
func (b *bits) run(of uint32) (n uint, ok bool) {
	for {
		bit, ok := b.read(1)
		if !ok {
			return 0, false
		}
		if bit != of {
			return n, true
		}
		n++
	}
}

// beta, subexp and gamma read a value by their encodings (§3.6 to §3.8).
func (e *encoding) beta(b *bits) (int32, bool) {
	v, ok := b.read(uint(e.bits))
	return int32(v) - e.offset, ok
}

func (e *encoding) subexp(b *bits) (int32, bool) {
	n, ok := b.run(1)
	k := uint(e.bits)
	if n > 0 {
		k += n - 1
	}
	if !ok || k > 31 {
		return 0, false
	}
	v, ok := b.read(k)
	if n > 0 {
		v += 1 << k
	}
	return int32(v) - e.offset, ok
}

func (e *encoding) gamma(b *bits) (int32, bool) {
	n, ok := b.run(0)
	if !ok || n > 31 {
		return 0, false
	}
	v, ok := b.read(n)
	return int32(v|1<<n) - e.offset, ok
}
