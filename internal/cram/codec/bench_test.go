package codec

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/oracle"
)

// BenchmarkDecode gives MB/s of decoded bytes for the specification's streams.
func BenchmarkDecode(b *testing.B) {
	dir := filepath.Join(oracle.Shared(b), "conformance", "hts-specs", "cram", "codecs")
	for folder, c := range conformance {
		for _, name := range []string{"q4", "q8", "q40+dir", "qvar", "u32", "08.names"} {
			files, err := filepath.Glob(filepath.Join(dir, folder, name+".*"))
			require.NoError(b, err)
			for _, file := range files {
				data, err := os.ReadFile(file)
				require.NoError(b, err)
				size := len(original(b, dir, strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))))
				b.Run(folder+"/"+filepath.Base(file), func(b *testing.B) {
					var d Decoder
					dst := make([]byte, 0, size)
					b.SetBytes(int64(size))
					b.ReportAllocs()
					for b.Loop() {
						if _, err := d.Decode(dst, c.method, data, size); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}
