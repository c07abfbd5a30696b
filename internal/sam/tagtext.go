package sam

import (
	"bytes"
	"math"
	"math/bits"
)

// tagRoom bounds what is written of a tag without a look at the room left: the
// head, and the longest number or the words of a short string.
const (
	tagRoom     = 8 + max(maxFloat, shortString)
	shortString = 32
)

// appendTags appends the text of each tag of aux to the n bytes used of p, which
// it may grow. ok is false where a tag cannot be walked.
func appendTags(p []byte, n int, aux []byte) ([]byte, int, bool) {
	for len(aux) >= minTag {
		if len(p)-n < tagRoom {
			p = grow(p, n, tagRoom)
		}
		le.PutUint64(p[n:], '\t'|uint64(le.Uint16(aux))<<8|':'<<24|uint64(shownTypes[aux[2]])<<32|':'<<40)
		n += 6
		if aux[2] == 'Z' || aux[2] == 'H' {
			var size int
			if p, n, size = appendString(p, n, aux[3:]); size < 0 {
				return p, n, false
			}
			aux = aux[3+size+1:]
			continue
		}
		size := tagLen(aux)
		if size < 0 {
			return p, n, false
		}
		tag := aux[:size]
		aux = aux[size:]
		v := tag[3:]
		switch tag[2] {
		case 'C':
			n = putUint(p, n, uint32(v[0]))
		case 'c':
			n = putInt(p, n, int32(int8(v[0])))
		case 'S':
			n = putUint(p, n, uint32(le.Uint16(v)))
		case 's':
			n = putInt(p, n, int32(int16(le.Uint16(v))))
		case 'I':
			n = putUint(p, n, le.Uint32(v))
		case 'i':
			n = putInt(p, n, int32(le.Uint32(v)))
		case 'A':
			p[n] = v[0]
			n++
		case 'f':
			n = putFloat(p, n, math.Float32frombits(le.Uint32(v)))
		case 'd':
			n = putDouble(p, n, math.Float64frombits(le.Uint64(v)))
		case 'B':
			p, n = appendArray(p, n, v[0], v[5:])
		}
	}
	return p, n, true
}

// appendString appends the text of v up to its NUL and gives its length; -1
// where it has none. Most are short: those are copied by words while the NUL is
// looked for, in the room that p has.
func appendString(p []byte, n int, v []byte) ([]byte, int, int) {
	at := 0
	for ; at < shortString && len(v)-at >= 8; at += 8 {
		w := le.Uint64(v[at:])
		le.PutUint64(p[n+at:], w)
		if nul := (w - ones) &^ w & highs; nul != 0 { // the lowest bit set is of the first NUL
			at += bits.TrailingZeros64(nul) / 8
			return p, n + at, at
		}
	}
	rest := bytes.IndexByte(v[at:], 0)
	if rest < 0 {
		return p, n, -1
	}
	size := at + rest
	p = grow(p, n, size)
	copy(p[n+at:], v[at:size])
	return p, n + size, size
}

// shownTypes are the types of text by those of BAM (§4.2.4): integers have one.
var shownTypes = [256]uint8{
	'A': 'A', 'c': 'i', 'C': 'i', 's': 'i', 'S': 'i', 'i': 'i', 'I': 'i', 'f': 'f', 'd': 'd',
	'Z': 'Z', 'H': 'H', 'B': 'B',
}

// Room is made for so many bytes of an array at a time, each element of which
// takes at most elementRoom.
const (
	arrayPiece  = 512
	elementRoom = 1 + maxFloat
)

// appendArray appends the subtype and the elements of an array.
func appendArray(p []byte, n int, subtype byte, v []byte) ([]byte, int) {
	p[n] = subtype
	n++
	size := int(elementSizes[subtype])
	for len(v) > 0 {
		piece := v[:min(len(v), arrayPiece)]
		v = v[len(piece):]
		p = grow(p, n, len(piece)/size*elementRoom)
		n = putElements(p, n, subtype, piece)
	}
	return p, n
}

// putElements writes the elements of a piece of an array, a comma before each.
func putElements(p []byte, n int, subtype byte, v []byte) int {
	switch subtype {
	case 'C':
		for _, x := range v {
			p[n] = ','
			n = putUint(p, n+1, uint32(x))
		}
	case 'c':
		for _, x := range v {
			p[n] = ','
			n = putInt(p, n+1, int32(int8(x)))
		}
	case 'S':
		for ; len(v) >= 2; v = v[2:] {
			p[n] = ','
			n = putUint(p, n+1, uint32(le.Uint16(v)))
		}
	case 's':
		for ; len(v) >= 2; v = v[2:] {
			p[n] = ','
			n = putInt(p, n+1, int32(int16(le.Uint16(v))))
		}
	case 'I':
		for ; len(v) >= 4; v = v[4:] {
			p[n] = ','
			n = putUint(p, n+1, le.Uint32(v))
		}
	case 'i':
		for ; len(v) >= 4; v = v[4:] {
			p[n] = ','
			n = putInt(p, n+1, int32(le.Uint32(v)))
		}
	case 'f':
		for ; len(v) >= 4; v = v[4:] {
			p[n] = ','
			n = putFloat(p, n+1, math.Float32frombits(le.Uint32(v)))
		}
	}
	return n
}
