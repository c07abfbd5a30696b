package sam

import (
	"math"
	"math/bits"
	"strconv"
)

// maxFloat is what putFloat and putDouble may write over.
const maxFloat = 24

// putFloat writes f at p[n:] as C's %g does, six significant digits with ties
// to even, and gives the index behind it. It may write over maxFloat bytes.
func putFloat(p []byte, n int, f float32) int {
	v := float64(f)
	if math.Signbit(v) {
		p[n] = '-'
		n++
		v = -v
	}
	if v < 1e-4 || !(v < 999999.5) {
		return putRare(p, n, v)
	}
	exp := 5
	for v < powers[exp+4] {
		exp--
	}
	// v has 24 bits and the power of five in the factor at most 21: the product
	// is exact, and so the one rounding is that of the decimal digits.
	six := uint32(math.RoundToEven(v * factors[exp+4]))
	if six == 1e6 {
		six, exp = 1e5, exp+1
	}
	d := eightDigits(six) >> 16
	keep := 8 - bits.LeadingZeros64(d)/8
	d |= asciiZeros
	if exp < 0 {
		le.PutUint64(p[n:], '0'|'.'<<8|'0'<<16|'0'<<24|'0'<<32)
		n += 1 - exp
		le.PutUint64(p[n:], d)
		return n + keep
	}
	le.PutUint64(p[n:], d)
	n += exp + 1
	if keep <= exp+1 {
		return n
	}
	p[n] = '.'
	le.PutUint64(p[n+1:], d>>(8*(exp+1)&63))
	return n + keep - exp
}

// powers[e+4] is the least number of decimal exponent e; factors[e+4] takes
// such numbers to six digits before the point.
var (
	powers  = [...]float64{1e-4, 1e-3, 1e-2, 1e-1, 1e0, 1e1, 1e2, 1e3, 1e4, 1e5}
	factors = [...]float64{1e9, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 1e2, 1e1, 1e0}
)

// putRare is the rest of putFloat: v, not negative or not a number, may have any
// exponent.
func putRare(p []byte, n int, v float64) int {
	switch {
	case v == 0:
		p[n] = '0'
		return n + 1
	case math.IsInf(v, 0):
		return n + copy(p[n:], "inf")
	case v != v:
		return n + copy(p[n:], "nan")
	}
	return putSix(p, n, v)
}

// putDouble is putFloat for a number of 64 bits.
func putDouble(p []byte, n int, v float64) int {
	if math.Signbit(v) {
		p[n] = '-'
		n++
		v = math.Copysign(v, 1)
	}
	return putRare(p, n, v)
}

// putSix writes v > 0 as %g does. The digits are those of %e; where the exponent
// after rounding is from -4 to 5 they are set out without one.
func putSix(p []byte, n int, v float64) int {
	var buf [maxFloat]byte
	e := strconv.AppendFloat(buf[:0], v, 'e', 5, 64) // d.ddddde±dd, two or three digits
	exp := 0
	for _, c := range e[9:] {
		exp = 10*exp + int(c-'0')
	}
	if e[8] == '-' {
		exp = -exp
	}
	e[1] = e[0]
	digits := e[1:7]
	for len(digits) > 1 && digits[len(digits)-1] == '0' {
		digits = digits[:len(digits)-1]
	}
	switch {
	case exp < -4 || exp >= 6:
		p[n] = digits[0]
		n++
		if len(digits) > 1 {
			p[n] = '.'
			n += 1 + copy(p[n+1:], digits[1:])
		}
		return n + copy(p[n:], e[7:])
	case exp < 0:
		n += copy(p[n:], "0.000"[:1-exp])
		return n + copy(p[n:], digits)
	}
	for i := range max(len(digits), exp+1) {
		if i == exp+1 {
			p[n] = '.'
			n++
		}
		p[n] = '0'
		if i < len(digits) {
			p[n] = digits[i]
		}
		n++
	}
	return n
}
