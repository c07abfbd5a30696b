package cram

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/oracle"
)

// BenchmarkText makes text of 100000 short reads in each version and profile.
func BenchmarkText(b *testing.B) {
	oracle.Needs(b, "samtools")
	reads := oracle.Reads(b)
	reference := filepath.Join(reads, "ecoli.fa")
	bases := readFasta(b, reference)
	for _, kind := range []string{"version=2.1", "version=3.0", "version=3.1", "version=3.1,small", "version=3.1,archive"} {
		path := filepath.Join(b.TempDir(), "made.cram")
		oracle.Run(b, nil, "samtools", "view", "-T", reference, "-O", "cram,"+kind, "-o", path, filepath.Join(reads, "ecoli.bam"), "NC_008253.1:1-500000")
		file, err := os.ReadFile(path)
		require.NoError(b, err)
		b.Run(kind, func(b *testing.B) {
			b.ReportAllocs()
			size := int64(0)
			for b.Loop() {
				r, err := NewReader(bytes.NewReader(file), Options{Threads: 1, Bases: bases})
				require.NoError(b, err)
				text := NewText(b.Context(), r)
				size = 0
				for {
					slot, err := text.Next()
					if err == io.EOF {
						break
					}
					require.NoError(b, err)
					size += int64(len(slot.Unit.Text))
					slot.Release()
				}
				text.Close()
			}
			b.SetBytes(size)
		})
	}
}
