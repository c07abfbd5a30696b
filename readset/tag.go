package readset

import (
	"encoding/binary"
	"iter"
	"math"

	"github.com/seqlode/seqlode/internal/sam"
)

// Tag is an optional field of a record, such as NM:i:2 (SAMv1 §1.5). It is
// valid as long as its record.
type Tag struct{ raw sam.Tag }

// Key is the tag's two letters.
func (t Tag) Key() string { return string(t.raw[:2]) }

// Type is the type that SAM text shows: A for a character, i for an integer of
// any width, f and d for floating point, Z for text, H for bytes in
// hexadecimal, B for an array.
func (t Tag) Type() byte {
	switch typ := t.raw.Type(); typ {
	case 'c', 'C', 's', 'S', 'i', 'I':
		return 'i'
	default:
		return typ
	}
}

// Int is the value of a tag of type i.
func (t Tag) Int() (v int64, ok bool) {
	if t.Type() != 'i' {
		return 0, false
	}
	return integer(t.raw.Type(), t.raw.Value()), true
}

// Float is the value of a tag of type f or d.
func (t Tag) Float() (v float64, ok bool) {
	switch v := t.raw.Value(); t.raw.Type() {
	case 'f':
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(v))), true
	case 'd':
		return math.Float64frombits(binary.LittleEndian.Uint64(v)), true
	}
	return 0, false
}

// Text is the value of a tag of type A, Z or H as SAM text shows it.
func (t Tag) Text() (v []byte, ok bool) {
	v = t.raw.Value()
	switch t.raw.Type() {
	case 'A':
		return v, true
	case 'Z', 'H':
		return v[:len(v)-1], true
	}
	return nil, false
}

// Array is the value of a tag of type B.
func (t Tag) Array() (a Array, ok bool) {
	if t.raw.Type() != 'B' {
		return Array{}, false
	}
	v := t.raw.Value()
	return Array{v[0], int(binary.LittleEndian.Uint32(v[1:])), v[5:]}, true
}

// Array is the value of a tag of type B: numbers of one type.
type Array struct {
	typ  byte
	n    int
	data []byte
}

// Type is that of the numbers: c, s and i for signed integers of 8, 16 and 32
// bits, C, S and I for unsigned ones, f for floating point of 32 bits.
func (a Array) Type() byte { return a.typ }

// Len counts the numbers.
func (a Array) Len() int { return a.n }

// Int is number i of an array of integers; the whole part of one of floats.
func (a Array) Int(i int) int64 {
	if a.typ == 'f' {
		return int64(a.Float(i))
	}
	return integer(a.typ, a.data[i*len(a.data)/a.n:])
}

// Float is number i of an array of any type.
func (a Array) Float(i int) float64 {
	if a.typ == 'f' {
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(a.data[4*i:])))
	}
	return float64(a.Int(i))
}

// Ints gives the numbers of an array as Int does.
func (a Array) Ints() iter.Seq[int64] {
	return func(yield func(int64) bool) {
		for i := range a.n {
			if !yield(a.Int(i)) {
				return
			}
		}
	}
}

// integer is the stored integer of a type that v begins with.
func integer(typ byte, v []byte) int64 {
	switch typ {
	case 'c':
		return int64(int8(v[0]))
	case 'C':
		return int64(v[0])
	case 's':
		return int64(int16(binary.LittleEndian.Uint16(v)))
	case 'S':
		return int64(binary.LittleEndian.Uint16(v))
	case 'i':
		return int64(int32(binary.LittleEndian.Uint32(v)))
	}
	return int64(binary.LittleEndian.Uint32(v))
}
