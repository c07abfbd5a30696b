//go:build amd64 && !noasm

package codec

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestLoops: the loops in assembly and the plain ones give the same of any
// stream, damaged ones too.
func TestLoops(t *testing.T) {
	if !useAVX2 || !useBMI2 {
		t.Skip("this processor has no AVX2 or no BMI2")
	}
	fast := func(on bool) { useAVX2, useBMI2 = on, on }
	t.Cleanup(func() { fast(true) })
	var d Decoder
	random := rand.New(rand.NewPCG(5, 6))
	held := 0
	for _, s := range streams(t) {
		if s.method != RANSNx16 && s.method != RANS4x8 {
			continue
		}
		held++
		data := append([]byte(nil), s.data...)
		for round := range 300 {
			at, by := random.IntN(len(data)), byte(0)
			if round > 0 {
				by = byte(random.IntN(256))
			}
			data[at] ^= by
			fast(true)
			got, gotErr := d.Decode(nil, s.method, data, len(s.want))
			fast(false)
			plain, plainErr := d.Decode(nil, s.method, data, len(s.want))
			require.Equal(t, plainErr, gotErr, s.name)
			require.Equal(t, plain, got, s.name)
			data[at] ^= by
		}
	}
	require.Greater(t, held, 40)
}

func TestFill(t *testing.T) {
	if !useAVX2 {
		t.Skip("this processor has no AVX2")
	}
	for n := range 100 {
		got, want := make([]uint32, 101), make([]uint32, 101)
		fillAVX2(&got[0], 7<<20|3, n)
		for i := range n {
			want[i] = 7<<20 | uint32(i)<<8 | 3
		}
		require.Equal(t, want, got, n)
	}
}
