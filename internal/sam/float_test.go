package sam

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// percentG is C's %g by way of strconv's 'e', which rounds the exact value once,
// ties to even.
func percentG(v float64) string {
	switch {
	case v != v && math.Signbit(v):
		return "-nan"
	case v != v:
		return "nan"
	case math.IsInf(v, 1):
		return "inf"
	case math.IsInf(v, -1):
		return "-inf"
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'e', 5, 64), "e")
	exp, _ := strconv.Atoi(exponent)
	if exp < -4 || exp >= 6 {
		return trimmed(mantissa) + "e" + exponent
	}
	return trimmed(strconv.FormatFloat(v, 'f', 5-exp, 64))
}

func trimmed(s string) string {
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

func floatText(v float32) string {
	p := make([]byte, maxFloat)
	return string(p[:putFloat(p, 0, v)])
}

func doubleText(v float64) string {
	p := make([]byte, maxFloat)
	return string(p[:putDouble(p, 0, v)])
}

func TestFloats(t *testing.T) {
	for v, want := range map[float32]string{
		0: "0", 1: "1", -1: "-1", 10: "10", 100: "100", 100000: "100000", 999999: "999999", 1000000: "1e+06", 123456: "123456", 1234567: "1.23457e+06",
		0.1: "0.1", 0.5: "0.5", 0.25: "0.25", 0.0001: "0.0001", 0.00001: "1e-05", 0.00012345678: "0.000123457", 1.5: "1.5", 3.1415927: "3.14159",
		12.0625: "12.0625", 0.001: "0.001", 0.01: "0.01", 20.5: "20.5", 99999.99: "100000", 9.999999: "10", 0.99999994: "1", 0.0009999997: "0.001",
		999999.4: "999999", 999999.5: "1e+06", 999999.44: "999999", 9.999993e-05: "9.99999e-05", 9.99999e-05: "9.99999e-05",
		math.MaxFloat32: "3.40282e+38", math.SmallestNonzeroFloat32: "1.4013e-45", 1.17549435e-38: "1.17549e-38", 16777216: "1.67772e+07", 1e10: "1e+10", 1e-10: "1e-10",
		float32(math.Inf(1)): "inf", float32(math.Inf(-1)): "-inf",

		// Ties go to the even digit. Of these htslib 1.16 rounds those of B:f away
		// from zero: 12.0313, 0.500245 and so on.
		12.03125: "12.0312", -12.03125: "-12.0312", 12.09375: "12.0938", 1.0078125: "1.00781", 100.03125: "100.031", 1000.125: "1000.12", 1000.375: "1000.38",
		10000.25: "10000.2", 10000.75: "10000.8", 100000.5: "100000", 100001.5: "100002", 0.50024414: "0.500244", 2.0000305: "2.00003",
	} {
		require.Equal(t, want, floatText(v))
		require.Equal(t, want, doubleText(float64(v)))
	}
	require.Equal(t, "-0", floatText(float32(math.Copysign(0, -1))))
	require.Equal(t, "-0", doubleText(math.Copysign(0, -1)))
	for bits, want := range map[uint32]string{0x7fc00000: "nan", 0xffc00000: "-nan", 0x7f800001: "nan", 0xff800001: "-nan", 0xffffffff: "-nan"} {
		require.Equal(t, want, floatText(math.Float32frombits(bits)))
	}
	require.Equal(t, "-nan", doubleText(math.Float64frombits(1<<64-1)))
}

// floatBits calls f with bit patterns of all kinds: at random, subnormal, with
// few bits set, near powers of ten, and halfway between numbers of six digits.
func floatBits(n int, f func(bits uint32)) {
	rnd := rand.New(rand.NewPCG(5, 6))
	for range n {
		f(rnd.Uint32())
		f(rnd.Uint32() & 0x807fffff)
		f(uint32(60+rnd.IntN(100))<<23 | rnd.Uint32()&0x007fffff)          // 1e-20 to 1e10
		f(uint32(112+rnd.IntN(36))<<23 | rnd.Uint32()&0x7fffff&^(1<<16-1)) // short binary fractions: ties
		f(math.Float32bits(float32(rnd.IntN(1000000)) / float32(math.Pow10(rnd.IntN(8)))))
		f(math.Float32bits((float32(rnd.IntN(1<<17)) + 0.5) / float32(int(1)<<rnd.IntN(20))))
	}
	for exp := -46; exp < 39; exp++ {
		at := math.Float32bits(float32(math.Pow10(exp)))
		for d := range uint32(50) {
			f(at + d)
			f(at - d)
		}
	}
}

func TestFloatsAtRandom(t *testing.T) {
	p := make([]byte, maxFloat)
	floatBits(40000, func(bits uint32) {
		v := math.Float32frombits(bits)
		if got := p[:putFloat(p, 0, v)]; string(got) != percentG(float64(v)) {
			t.Fatalf("%#x: %s for %s", bits, got, percentG(float64(v)))
		}
	})
}

func TestDoublesAtRandom(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 8))
	for range 100000 {
		v := math.Float64frombits(rnd.Uint64())
		require.Equal(t, percentG(v), doubleText(v))
	}
}

func FuzzFloats(f *testing.F) {
	f.Add(math.Float64bits(12.03125))
	f.Add(uint64(math.Float32bits(12.03125)))
	f.Fuzz(func(t *testing.T, bits uint64) {
		v, w := math.Float64frombits(bits), math.Float32frombits(uint32(bits))
		require.Equal(t, percentG(v), doubleText(v))
		require.Equal(t, percentG(float64(w)), floatText(w))
	})
}
