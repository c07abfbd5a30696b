//go:build amd64 && !noasm

package md5

import (
	"encoding/binary"

	"golang.org/x/sys/cpu"
)

// use says which kernels may run.
var use = struct{ avx2, avx512 bool }{
	avx2:   cpu.X86.HasAVX2,
	avx512: cpu.X86.HasAVX512F && cpu.X86.HasAVX512VL,
}

type digest struct {
	s    [4]uint32
	n    uint64          // bytes written
	tail [BlockSize]byte // the last n%BlockSize of them, not yet in s
}

func (d *digest) init() { d.Reset() }

// Reset makes d the digest of no bytes.
func (d *digest) Reset() {
	d.s = [4]uint32{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476}
	d.n = 0
}

// Size gives [Size].
func (d *digest) Size() int { return Size }

// BlockSize gives [BlockSize].
func (d *digest) BlockSize() int { return BlockSize }

// Write adds p to the hashed bytes; the error is always nil.
func (d *digest) Write(p []byte) (int, error) {
	block(&d.s, d.take(p))
	return len(p), nil
}

// Sum appends the MD5 of the bytes written so far to b.
func (d *digest) Sum(b []byte) []byte {
	padded := *d
	var pad [BlockSize + 8]byte
	pad[0] = 0x80
	zeros := (BlockSize + 55 - d.n%BlockSize) % BlockSize
	binary.LittleEndian.PutUint64(pad[1+zeros:], d.n<<3)
	block(&padded.s, padded.take(pad[:1+zeros+8]))
	for _, word := range padded.s {
		b = binary.LittleEndian.AppendUint32(b, word)
	}
	return b
}

// take counts p as written, hashes the block that its first bytes complete,
// keeps its last bytes as tail, and gives the whole blocks between, which the
// caller hashes before anything else is written to d.
func (d *digest) take(p []byte) []byte {
	have := int(d.n % BlockSize)
	d.n += uint64(len(p))
	if have > 0 {
		k := copy(d.tail[have:], p)
		p = p[k:]
		if have+k < BlockSize {
			return nil
		}
		block(&d.s, d.tail[:])
	}
	whole := len(p) &^ (BlockSize - 1)
	copy(d.tail[:], p[whole:])
	return p[:whole]
}

// block advances s over the whole blocks of p.
func block(s *[4]uint32, p []byte) {
	if use.avx512 {
		blockAVX512(s, p)
	} else {
		blockScalar(s, p)
	}
}
