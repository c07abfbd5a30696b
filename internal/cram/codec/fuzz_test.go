package codec

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

// fuzz holds a method to what Decode says of it: for any bytes a result of the
// size wanted or an error of its kinds, and the same again.
func fuzz(f *testing.F, method Method) {
	for _, s := range streams(f) {
		if s.method == method {
			f.Add(s.data, uint32(len(s.want)))
		}
	}
	var d Decoder
	f.Fuzz(func(t *testing.T, data []byte, size uint32) {
		d.Limit = 1 << 17
		got, err := d.Decode(nil, method, data, int(size%(1<<18)))
		if err != nil {
			requireKind(t, err)
			require.Nil(t, got)
			require.Zero(t, d.scratch.used)
			return
		}
		require.Len(t, got, int(size%(1<<18)))
		again, err := d.Decode(make([]byte, 3), method, data, len(got))
		require.NoError(t, err)
		require.True(t, bytes.Equal(got, again))
	})
}

func FuzzGzip(f *testing.F)     { fuzz(f, Gzip) }
func FuzzBzip2(f *testing.F)    { fuzz(f, Bzip2) }
func FuzzLZMA(f *testing.F)     { fuzz(f, LZMA) }
func FuzzRANS4x8(f *testing.F)  { fuzz(f, RANS4x8) }
func FuzzRANSNx16(f *testing.F) { fuzz(f, RANSNx16) }
func FuzzArith(f *testing.F)    { fuzz(f, Arith) }
func FuzzFqzcomp(f *testing.F)  { fuzz(f, Fqzcomp) }
func FuzzTok3(f *testing.F)     { fuzz(f, Tok3) }
