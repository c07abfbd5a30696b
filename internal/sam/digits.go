package sam

import (
	"math/bits"
	"strconv"
)

const asciiZeros = 0x3030_3030_3030_3030

// maxUint is what putUint and putInt may write over: a digit or two or a sign,
// and a word.
const maxUint = 16

// eightDigits gives the decimal digits of v < 1e8, a byte each, the most
// significant in the lowest byte. Three steps halve the groups: 8 digits into
// 4 and 4, into 2 and 2, into 1 and 1; each quotient is exact in its range
// (x*10486>>20 for x < 10000, x*103>>10 for x < 100).
func eightDigits(v uint32) uint64 {
	x := uint64(v/10000) | uint64(v%10000)<<32
	q := (x * 10486 >> 20) & 0x0000_007f_0000_007f
	x = q | (x-100*q)<<16
	q = (x * 103 >> 10) & 0x000f_000f_000f_000f
	return q | (x-10*q)<<8
}

// small are the numbers below 1000 in text, the first letter in the lowest byte,
// with their lengths in the highest.
var small = func() (words [1000]uint32) {
	for v := range words {
		for i, c := range strconv.Itoa(v) {
			words[v] += uint32(c)<<(8*i) + 1<<24
		}
	}
	return
}()

// putUint writes v in decimal at p[n:] and gives the index behind it. It may
// write over maxUint bytes.
func putUint(p []byte, n int, v uint32) int {
	if v < uint32(len(small)) {
		w := small[v]
		le.PutUint32(p[n:], w)
		return n + int(w>>24)
	}
	return putLarge(p, n, v)
}

// putLarge is putUint for any number, without a table.
func putLarge(p []byte, n int, v uint32) int {
	if v >= 1e8 {
		n = putLarge(p, n, v/1e8)
		le.PutUint64(p[n:], eightDigits(v%1e8)|asciiZeros)
		return n + 8
	}
	d := eightDigits(v)
	lead := bits.TrailingZeros64(d|1<<56) &^ 7 // the last digit stays, be it 0
	le.PutUint64(p[n:], (d|asciiZeros)>>(lead&63))
	return n + 8 - lead/8
}

// putInt is putUint for a signed number.
func putInt(p []byte, n int, v int32) int {
	if v < 0 {
		p[n] = '-'
		return putUint(p, n+1, -uint32(v))
	}
	return putUint(p, n, uint32(v))
}

// putNext writes v+1: positions are counted from 1 in text. 2^31 has its place.
func putNext(p []byte, n int, v int32) int {
	if v < -1 {
		return putInt(p, n, v+1)
	}
	return putUint(p, n, uint32(v)+1)
}
