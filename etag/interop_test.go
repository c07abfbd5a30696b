package etag_test

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"hash"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/etag"
)

// families are the hashes that public tools have.
var families = map[etag.Family]func() hash.Hash{etag.MD5up: md5.New, etag.SHA256up: sha256.New, etag.SHA512up: sha512.New}

// samtools skips a test that is not to run real programs. It gives a folder for
// files.
func samtools(t *testing.T) string {
	t.Helper()
	if os.Getenv("SEQLODE_INTEROP") == "" {
		t.Skip("runs samtools; set SEQLODE_INTEROP=1")
	}
	if _, err := exec.LookPath("samtools"); err != nil {
		t.Skip("samtools is not installed")
	}
	t.Setenv("REF_PATH", filepath.Join(t.TempDir(), "none")) // never the network
	t.Setenv("REF_CACHE", "")
	return t.TempDir()
}

// view gives what samtools view prints, and whether it was content.
func view(t *testing.T, args ...string) ([]byte, bool) {
	t.Helper()
	out, err := exec.Command("samtools", append([]string{"view"}, args...)...).Output()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out, err == nil
}

// holdBAM compares the ETags and counts of a BAM file with those of what
// samtools prints, and says whether both were content.
func holdBAM(t *testing.T, name, bam string) bool {
	t.Helper()
	text, good := view(t, bam)
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
			h.Write(text)
			require.Equal(t, hex.EncodeToString(h.Sum(nil)), res.Hex, name)
			require.Equal(t, "BAM_"+string(family), res.Algorithm)
			require.EqualValues(t, bytes.Count(text, []byte("\n")), res.Reads, name)
			require.Equal(t, basesOf(string(text)), res.Bases, name)
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
	dir := samtools(t)
	shared := os.Getenv("SEQLODE_SHARED")
	if shared == "" {
		t.Skip("reads the format specs' test files; set SEQLODE_SHARED")
	}
	files, refused := 0, 0
	hold := func(name, bam string) {
		files++
		if !holdBAM(t, name, bam) {
			refused++
		}
	}
	require.NoError(t, filepath.WalkDir(filepath.Join(shared, "conformance"), func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch bam := filepath.Join(dir, "made.bam"); filepath.Ext(path) {
		case ".sam":
			if _, ok := view(t, "-b", "--no-PG", "-o", bam, path); ok {
				hold(path, bam)
			}
		case ".bam":
			hold(path, path)
		}
		return nil
	}))
	t.Logf("%d files, %d of them refused", files, refused)
	require.Greater(t, files, 100)
}

// TestReadsAsSamtools holds the files of make-reads.sh, each whole.
func TestReadsAsSamtools(t *testing.T) {
	samtools(t)
	reads := os.Getenv("SEQLODE_READS")
	if reads == "" {
		t.Skip("reads what make-reads.sh made; set SEQLODE_READS")
	}
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
