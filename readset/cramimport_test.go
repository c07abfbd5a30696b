package readset_test

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
	"github.com/seqlode/seqlode/readset"
)

const cramData = "../internal/cram/testdata/"

// cramSource is an import of a file of the CRAM tests, linked to their reference.
func (h *home) cramSource(t *testing.T, name string) readset.ImportSource {
	t.Helper()
	arn := h.referFASTA(t, cramData+"odd.fa")
	file, err := os.ReadFile(cramData + name)
	require.NoError(t, err)
	s := fastqSource(h.put(t, name, file))
	s.SourceFileType, s.ReferenceARN = readset.CRAM, arn
	return s
}

func TestImportCRAM(t *testing.T) {
	sums, err := os.ReadFile(cramData + "sums.txt")
	require.NoError(t, err)
	h := newHome(t, "")
	for _, name := range []string{"v21", "v30", "v31", "multi", "lossy", "embed"} {
		m := h.one(t, h.cramSource(t, name+".cram"))
		require.Equal(t, "CRAM_MD5up", m.ETag.Algorithm)
		require.Regexp(t, m.ETag.Source1+`  \w+  `+name+`\n`, string(sums))
		require.Equal(t, "ALIGNED", m.SequenceInformation.Alignment)
		require.True(t, strings.HasSuffix(m.Files.Index.S3Access.S3URI, "/"+name+".cram.crai"))
		j, err := h.ArchiveReadSets(t.Context(), h.some(m.ID))
		require.EqualValues(t, "COMPLETED", h.over(t, j, err))
		j, err = h.StartReadSetActivationJob(t.Context(), h.some(m.ID))
		require.EqualValues(t, "COMPLETED", h.over(t, j, err))
		require.NoError(t, h.VerifyReadSet(t.Context(), h.store, m.ID))
	}
	h.clean(t)
}

// TestImportCRAMAsSamtools: samtools reads what is stored, finds the index its own,
// and the records what they were.
func TestImportCRAMAsSamtools(t *testing.T) {
	oracle.Needs(t, "samtools")
	h := newHome(t, "")
	for _, name := range []string{"v21", "v30", "v31", "multi", "embed"} {
		m := h.one(t, h.cramSource(t, name+".cram"))
		path := filepath.Join(t.TempDir(), name+".cram")
		require.NoError(t, os.WriteFile(path, h.bytesOf(t, m.ID, "SOURCE1", m.Files.Source1), 0o600))
		oracle.Run(t, nil, "samtools", "quickcheck", path)
		oracle.Run(t, nil, "samtools", "index", path)
		theirs, err := os.ReadFile(path + ".crai")
		require.NoError(t, err)
		require.Equal(t, unzipped(t, theirs), unzipped(t, h.bytesOf(t, m.ID, "INDEX", m.Files.Index)), name)
		view := func(file string) string {
			return string(oracle.Run(t, nil, "samtools", "view", "-T", cramData+"odd.fa", file))
		}
		require.Equal(t, view(cramData+name+".cram"), view(path))
	}
}

func unzipped(t *testing.T, file []byte) string {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(file))
	require.NoError(t, err)
	text, err := io.ReadAll(z)
	require.NoError(t, err)
	return string(text)
}
