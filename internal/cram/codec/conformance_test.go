package codec

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/oracle"
)

// conformance are the folders of the specification's codec streams.
var conformance = map[string]struct {
	method Method
	files  int
}{
	"fqzcomp":  {Fqzcomp, 16},
	"rans4x8":  {RANS4x8, 8},
	"ransNx16": {RANSNx16, 31},
	"range":    {Arith, 32},
	"tok3":     {Tok3, 110},
}

// original gives what the streams made of a file decode to: quality values are
// the first column without line ends, names end in NUL.
func original(t testing.TB, dir, name string) []byte {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "gzip", name+".gz"))
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	text, err := io.ReadAll(z)
	require.NoError(t, err)
	switch {
	case strings.HasPrefix(name, "q"):
		var values []byte
		for line := range bytes.Lines(text) {
			line = bytes.TrimSuffix(line, []byte("\n"))
			value, _, _ := bytes.Cut(line, []byte("\t"))
			values = append(values, value...)
		}
		return values
	case strings.HasSuffix(name, ".names"):
		return bytes.ReplaceAll(text, []byte("\n"), []byte{0})
	}
	return text
}

func TestConformance(t *testing.T) {
	dir := filepath.Join(oracle.Shared(t), "conformance", "hts-specs", "cram", "codecs")
	var d Decoder
	for folder, c := range conformance {
		files, err := filepath.Glob(filepath.Join(dir, folder, "*"))
		require.NoError(t, err)
		require.Len(t, files, c.files)
		for _, file := range files {
			name := filepath.Base(file)
			want := original(t, dir, strings.TrimSuffix(name, filepath.Ext(name)))
			stream, err := os.ReadFile(file)
			require.NoError(t, err)
			if c.method == Fqzcomp { // has the values, the others their letters
				for i := range want {
					want[i] -= '!'
				}
			}
			got, err := d.Decode(nil, c.method, stream, len(want))
			require.NoError(t, err, "%s/%s", folder, name)
			require.True(t, bytes.Equal(want, got), "%s/%s", folder, name)
		}
	}

	files, err := filepath.Glob(filepath.Join(dir, "gzip", "*.gz"))
	require.NoError(t, err)
	require.Len(t, files, 16)
	for _, file := range files {
		stream, err := os.ReadFile(file)
		require.NoError(t, err)
		z, err := gzip.NewReader(bytes.NewReader(stream))
		require.NoError(t, err)
		want, err := io.ReadAll(z)
		require.NoError(t, err)
		got, err := d.Decode(nil, Gzip, stream, len(want))
		require.NoError(t, err, file)
		require.True(t, bytes.Equal(want, got), file)
	}
}
