package etag_test

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"hash"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seqlode/seqlode/internal/oracle"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/etag"
)

// families are the hashes that public tools have.
var families = map[etag.Family]func() hash.Hash{etag.MD5up: md5.New, etag.SHA256up: sha256.New, etag.SHA512up: sha512.New}

// holdBAM compares the ETags and counts of a BAM file with those of what
// samtools prints, and says whether both were content.
func holdBAM(t *testing.T, name, bam string) bool {
	t.Helper()
	text, _, good := oracle.View(t, bam)
	file, err := os.ReadFile(bam)
	require.NoError(t, err)
	for family, sum := range families {
		for _, threads := range []int{1, 3} {
			res, err := etag.Compute(t.Context(), bytes.NewReader(file), etag.Options{Family: family, Threads: threads})
			require.Equal(t, good, err == nil, "%s: %v", name, err)
			if !good {
				continue
			}
			h := sum()
			_, _ = io.WriteString(h, text)
			require.Equal(t, hex.EncodeToString(h.Sum(nil)), res.Hex, name)
			require.Equal(t, "BAM_"+string(family), res.Algorithm)
			require.EqualValues(t, strings.Count(text, "\n"), res.Reads, name)
			require.Equal(t, basesOf(text), res.Bases, name)
		}
	}
	return good
}

// basesOf is the sum of the lengths of the sequences of SAM text.
func basesOf(text string) (bases int64) {
	for line := range strings.Lines(text) {
		if seq := strings.Split(line, "\t")[9]; seq != "*" {
			bases += int64(len(seq))
		}
	}
	return bases
}

// TestConformanceAsSamtools holds every BAM of the format specs' test files, and
// a BAM of each of their SAM files that samtools can make one of. It knows no
// exception.
func TestConformanceAsSamtools(t *testing.T) {
	oracle.Needs(t, "samtools")
	files, refused := 0, 0
	oracle.ConformanceBAMs(t, func(name, bam string) {
		files++
		if !holdBAM(t, name, bam) {
			refused++
		}
	})
	t.Logf("%d files, %d of them refused", files, refused)
}

// TestReadsAsSamtools holds the files of make-reads.sh, each whole.
func TestReadsAsSamtools(t *testing.T) {
	oracle.Needs(t, "samtools")
	reads := oracle.Reads(t)
	for name, kind := range map[string]etag.FileType{"ecoli.bam": etag.BAM, "ecoli.ubam": etag.UBAM} {
		path := filepath.Join(reads, name)
		h := md5.New()
		cmd := exec.Command("samtools", "view", path)
		cmd.Stdout = h
		require.NoError(t, cmd.Run())
		file, err := os.Open(path)
		require.NoError(t, err)
		defer file.Close()
		res, err := etag.Compute(t.Context(), file, etag.Options{})
		require.NoError(t, err)
		require.Equal(t, hex.EncodeToString(h.Sum(nil)), res.Hex, name)
		require.Equal(t, kind, res.Type)
		require.True(t, res.Sorted, name)
	}
}
