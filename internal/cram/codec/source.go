package codec

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/seqlode/seqlode/internal/errs"
)

// source is a stream within a block and a place in it. The first fault sticks:
// from then on every read gives zero, so that a run of reads is checked once.
type source struct {
	method Method // of the block
	base   int    // where in the block data begins
	data   []byte
	pos    int
	err    error
}

// corrupt is an error of kind Corrupt at the byte that comes next.
func (s *source) corrupt(format string, args ...any) error {
	return s.fault(errs.Corrupt, format, args...)
}

// fault is an error of a kind at the byte that comes next; where an earlier
// fault sticks, it is that one.
func (s *source) fault(kind errs.Kind, format string, args ...any) error {
	if s.err == nil {
		s.err = errs.At(kind, errs.Pos{}, "%v, byte %d of the block: %s", s.method, s.base+s.pos, fmt.Sprintf(format, args...))
	}
	return s.err
}

func (s *source) left() int { return len(s.data) - s.pos }

// rest is what comes next; reading goes on by moving pos.
func (s *source) rest() []byte { return s.data[s.pos:] }

// take gives the next n bytes, or nil where there are fewer.
func (s *source) take(n int) []byte {
	if s.err != nil || n < 0 || n > s.left() {
		_ = s.corrupt("%d bytes wanted, %d are left", n, s.left())
		return nil
	}
	p := s.data[s.pos : s.pos+n]
	s.pos += n
	return p
}

// sub gives the next n bytes as a source of their own.
func (s *source) sub(n int) source {
	base := s.base + s.pos
	p := s.take(n)
	return source{method: s.method, base: base, data: p, err: s.err}
}

func (s *source) u8() byte {
	if s.err != nil || s.pos >= len(s.data) {
		_ = s.corrupt("the stream ends early")
		return 0
	}
	b := s.data[s.pos]
	s.pos++
	return b
}

func (s *source) u16() uint16 {
	if p := s.take(2); p != nil {
		return binary.LittleEndian.Uint16(p)
	}
	return 0
}

func (s *source) u32() uint32 {
	if p := s.take(4); p != nil {
		return binary.LittleEndian.Uint32(p)
	}
	return 0
}

// uint7 reads an integer of 7 bits a byte, highest first (CRAMcodecs §1.4).
// Those above 2^31-1 are faults: they are sizes and frequencies.
func (s *source) uint7() int {
	var v uint64
	for range 5 {
		b := s.u8()
		v = v<<7 | uint64(b&0x7f)
		if b < 0x80 {
			break
		}
	}
	if v > math.MaxInt32 {
		_ = s.corrupt("integer of more than 31 bits")
		return 0
	}
	return int(v)
}

// symbols walks the list of the symbols of an alphabet, in which two neighbours
// are followed by the number of neighbours after them (CRAMcodecs §2.1).
type symbols struct {
	sym int
	run int
}

// first reads the first symbol; there always is one.
func (a *symbols) first(s *source) byte {
	a.sym, a.run = int(s.u8()), 0
	return byte(a.sym)
}

// next gives the next symbol, and false at the end of the list.
func (a *symbols) next(s *source) (byte, bool) {
	if a.run > 0 {
		a.run--
		a.sym++
		if a.sym > 255 {
			_ = s.corrupt("run of symbols goes past 255")
			return 0, false
		}
	} else {
		sym := int(s.u8())
		if sym == a.sym+1 {
			a.run = int(s.u8())
		}
		a.sym = sym
	}
	return byte(a.sym), a.sym != 0 && s.err == nil
}
