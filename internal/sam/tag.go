package sam

import "bytes"

// Lengths of tags: the shortest, and an array before its elements.
const (
	minTag    = 4
	arrayHead = 8
)

// Tag is one optional field as stored (§4.2.4): two bytes of key, one of type,
// then the value.
type Tag []byte

// Key is the two letters of the tag.
func (t Tag) Key() [2]byte { return [2]byte(t) }

// Type is the stored type: one of A c C s S i I f d Z H B.
func (t Tag) Type() byte { return t[2] }

// Value holds the value's bytes, little-endian: the NUL that ends a Z or H and
// the subtype and count of a B included.
func (t Tag) Value() []byte { return t[3:] }

// CutTag takes the first tag off aux. ok is false where none is left, or where
// what is left is not a whole tag of a known type. htslib ignores up to three
// bytes behind the last tag, and so may a caller.
func CutTag(aux []byte) (tag Tag, rest []byte, ok bool) {
	if len(aux) < minTag {
		return nil, aux, false
	}
	n := tagLen(aux)
	if n < 0 {
		return nil, aux, false
	}
	return Tag(aux[:n]), aux[n:], true
}

// tagLen is the length of the tag that aux, of minTag bytes or more, begins
// with; what is negative says why it is none.
func tagLen(aux []byte) int {
	if n := int(tagLens[aux[2]]); uint(n-1) < uint(len(aux)) {
		return n
	}
	return openTagLen(aux)
}

// openTagLen is tagLen where the type does not tell the length, or tells one
// that does not fit.
func openTagLen(aux []byte) int {
	switch aux[2] {
	case 'Z', 'H':
		end := bytes.IndexByte(aux[3:], 0)
		if end < 0 {
			return tagUnended
		}
		return 3 + end + 1
	case 'B':
		return arrayLen(aux)
	}
	if tagLens[aux[2]] == 0 {
		return tagType
	}
	return tagCut
}

// arrayLen is tagLen of a tag of type B.
func arrayLen(aux []byte) int {
	size := elementSizes[aux[3]]
	if size == 0 {
		return tagSubtype
	}
	if len(aux) < arrayHead {
		return tagCut
	}
	if n := uint64(le.Uint32(aux[4:])) * uint64(size); n <= uint64(len(aux)-arrayHead) {
		return arrayHead + int(n)
	}
	return tagCut
}

// Why there is no tag.
const (
	tagCut     = -1 - iota // runs past the end of the record
	tagUnended             // a Z or H without NUL
	tagType                // of no known type
	tagSubtype             // an array of no known type
)

// tagLens are the lengths of whole tags by type; 0 where it does not tell.
var tagLens = [256]uint8{'A': 4, 'c': 4, 'C': 4, 's': 5, 'S': 5, 'i': 7, 'I': 7, 'f': 7, 'd': 11}

// elementSizes are the lengths of an array's elements by subtype, in bytes.
var elementSizes = [256]uint8{'c': 1, 'C': 1, 's': 2, 'S': 2, 'i': 4, 'I': 4, 'f': 4}
