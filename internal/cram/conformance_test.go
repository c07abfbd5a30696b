package cram

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/oracle"
)

// TestConformance holds every CRAM file of the format's own tests against what
// samtools makes of it, and against the SAM file beside it.
func TestConformance(t *testing.T) {
	oracle.Needs(t, "samtools")
	dir := filepath.Join(oracle.Shared(t), "conformance", "hts-specs", "cram")
	files, err := filepath.Glob(filepath.Join(dir, "3.*", "*", "*.cram"))
	require.NoError(t, err)
	require.Greater(t, len(files), 30)
	reference := filepath.Join(dir, "ce.fa")
	bases := readFasta(t, reference)
	for _, path := range files {
		t.Run(strings.TrimPrefix(path, dir+"/"), func(t *testing.T) {
			file, err := os.ReadFile(path)
			require.NoError(t, err)
			want := oracle.Ask(t, nil, "samtools", "view", "-T", reference, path)
			for _, threads := range []int{1, 3} {
				got, _, err := textOf(t, file, Options{Threads: threads, Bases: bases, NamePrefix: filepath.Base(path)})
				if !want.Good {
					require.Error(t, err, want.Err)
					continue
				}
				require.NoError(t, err)
				sameLines(t, want.Out, got, path)
			}
			twin, err := os.ReadFile(strings.TrimSuffix(path, ".cram") + ".sam")
			if err != nil || !want.Good {
				return
			}
			plain, _, err := textOf(t, file, Options{Threads: 1, Bases: bases, NamePrefix: filepath.Base(path), StoredTags: true})
			require.NoError(t, err)
			sameLines(t, withoutHeader(twin), plain, path)
		})
	}
}
