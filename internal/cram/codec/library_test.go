package codec

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/ulikunitz/xz"

	"github.com/seqlode/seqlode/internal/oracle"
)

// sample is n bytes that compress about by half.
func sample(n int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	p := make([]byte, n)
	for i := range p {
		p[i] = 'A' + byte(r.IntN(4)*r.IntN(3))
	}
	return p
}

func TestXZ(t *testing.T) {
	var d Decoder
	for _, check := range []byte{xz.None, xz.CRC32, xz.CRC64, xz.SHA256} {
		for _, size := range []int{1, 100, 100_000} {
			var b bytes.Buffer
			config := xz.WriterConfig{CheckSum: check, NoCheckSum: check == xz.None, BlockSize: 30_000}
			z, err := config.NewWriter(&b)
			require.NoError(t, err)
			_, err = z.Write(sample(size))
			require.NoError(t, err)
			require.NoError(t, z.Close())
			got, err := d.Decode(nil, LZMA, b.Bytes(), size)
			require.NoError(t, err)
			require.True(t, bytes.Equal(sample(size), got))
		}
	}
}

// refuser is a DEFLATE decoder with a fault.
type refuser struct{}

func (refuser) Decode(_, _ []byte) (written, consumed int, err error) {
	return 0, 0, errors.New("refused")
}

// TestSecondLook: what our own decoder refuses, the standard library decodes.
func TestSecondLook(t *testing.T) {
	for _, s := range streams(t) {
		if s.method != Gzip {
			continue
		}
		d := Decoder{inflate: refuser{}}
		got, err := d.Decode(nil, Gzip, s.data, len(s.want))
		require.NoError(t, err)
		require.Equal(t, s.want, got)
		require.Equal(t, 1, d.SecondLooks())
		for _, size := range []int{1, len(s.want) - 1, len(s.want) + 1} {
			_, err = d.Decode(nil, Gzip, s.data, size)
			require.ErrorContains(t, err, "refused")
		}
		_, err = d.Decode(nil, Gzip, s.data[:len(s.data)-9], len(s.want))
		require.ErrorContains(t, err, "refused")
		require.Equal(t, 1, d.SecondLooks())
	}
}

func TestLibraryInterop(t *testing.T) {
	oracle.Needs(t, "xz", "bzip2", "gzip")
	var d Decoder
	for _, size := range []int{1, 100, 400_000} {
		for method, command := range map[Method][]string{
			LZMA:  {"xz", "--block-size=100KiB", "-c"},
			Bzip2: {"bzip2", "-c"},
			Gzip:  {"gzip", "-c"},
		} {
			stream := oracle.Run(t, sample(size), command[0], command[1:]...)
			got, err := d.Decode(nil, method, stream, size)
			require.NoError(t, err, method)
			require.True(t, bytes.Equal(sample(size), got), method)
			got, err = d.Decode(got, method, append(stream, "what follows"...), size)
			require.NoError(t, err, method)
			require.True(t, bytes.Equal(sample(size), got), method)
		}
	}
}
