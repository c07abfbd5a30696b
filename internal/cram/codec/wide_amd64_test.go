//go:build amd64 && !noasm

package codec

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestWideLoops: the loops for AVX2 and the plain ones give the same of any
// stream, damaged ones too.
func TestWideLoops(t *testing.T) {
	if !useAVX2 {
		t.Skip("this processor has no AVX2")
	}
	t.Cleanup(func() { useAVX2 = true })
	var d Decoder
	random := rand.New(rand.NewPCG(5, 6))
	wide := 0
	for _, s := range streams(t) {
		if s.method != RANSNx16 || s.data[0]&flagWide == 0 {
			continue
		}
		wide++
		data := append([]byte(nil), s.data...)
		for round := range 300 {
			at, by := random.IntN(len(data)), byte(0)
			if round > 0 {
				by = byte(random.IntN(256))
			}
			data[at] ^= by
			useAVX2 = true
			fast, fastErr := d.Decode(nil, s.method, data, len(s.want))
			useAVX2 = false
			plain, plainErr := d.Decode(nil, s.method, data, len(s.want))
			require.Equal(t, plainErr, fastErr, s.name)
			require.Equal(t, plain, fast, s.name)
			data[at] ^= by
		}
	}
	require.GreaterOrEqual(t, wide, 8)
}
