package etag_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/etag"
	"github.com/seqlode/seqlode/internal/oracle"
	"github.com/seqlode/seqlode/reference"
)

const cramData = "../internal/cram/testdata/"

// cramFiles gives CRAM files by name, and the MD5s of what samtools prints of
// them.
func cramFiles(t *testing.T) (files map[string][]byte, sums map[string]string) {
	t.Helper()
	files, sums = map[string][]byte{}, map[string]string{}
	list, err := os.ReadFile(cramData + "sums.txt")
	require.NoError(t, err)
	for line := range strings.Lines(string(list)) {
		f := strings.Fields(line)
		files[f[2]], err = os.ReadFile(cramData + f[2] + ".cram")
		require.NoError(t, err)
		sums[f[2]] = f[0]
	}
	return files, sums
}

func cramBases(t *testing.T) reference.Bases {
	t.Helper()
	file, err := reference.Open(t.Context(), cramData+"odd.fa", reference.OpenOptions{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, file.Close()) })
	return file
}

func TestCRAM(t *testing.T) {
	files, sums := cramFiles(t)
	bases := cramBases(t)
	var sources []etag.Source
	var names []string
	for name, file := range files {
		sources, names = append(sources, etag.Source{Name: name, Reader: bytes.NewReader(file)}), append(names, name)
		for _, threads := range []int{1, 2} {
			got, err := etag.Compute(t.Context(), bytes.NewReader(file), etag.Options{Threads: threads, Bases: bases})
			require.NoError(t, err)
			require.Equal(t, sums[name], got.Hex, name)
			require.Equal(t, "CRAM_MD5up", got.Algorithm)
			require.Equal(t, etag.CRAM, got.Type)
			require.EqualValues(t, len(file), got.StoredBytes)
			require.Greater(t, got.Reads, int64(100))
			require.True(t, got.Sorted)
			require.Empty(t, got.Warnings)
		}
	}
	bam, err := os.ReadFile("testdata/alignments.bam")
	require.NoError(t, err)
	sources = append(sources, etag.Source{Name: "bam", Reader: bytes.NewReader(bam)})
	for i, r := range etag.ComputeAll(t.Context(), sources, etag.Options{Bases: bases}) {
		require.NoError(t, r.Err)
		if i < len(names) {
			require.Equal(t, sums[names[i]], r.Hex)
		} else {
			require.Equal(t, etag.BAM, r.Type)
		}
	}
}

func TestCRAMWithoutReference(t *testing.T) {
	files, sums := cramFiles(t)
	for name, file := range files {
		got, err := etag.Compute(t.Context(), bytes.NewReader(file), etag.Options{Type: etag.CRAM})
		if name == "noref" || name == "embed" {
			require.NoError(t, err)
			require.Equal(t, sums[name], got.Hex)
			continue
		}
		require.ErrorIs(t, err, etag.ErrNotFound, name)
		require.ErrorContains(t, err, `reference "c0"`)
	}
}

func TestCRAMFaults(t *testing.T) {
	files, _ := cramFiles(t)
	bases := cramBases(t)
	file := files["v30"]
	opt := etag.Options{Bases: bases, Type: etag.BAM}
	_, err := etag.Compute(t.Context(), bytes.NewReader(file), opt)
	require.ErrorIs(t, err, etag.ErrValidation)
	require.ErrorContains(t, err, "declared BAM, but it is a CRAM file")

	bam, err := os.ReadFile("testdata/alignments.bam")
	require.NoError(t, err)
	opt.Type = etag.CRAM
	_, err = etag.Compute(t.Context(), bytes.NewReader(bam), opt)
	require.ErrorIs(t, err, etag.ErrValidation)
	require.ErrorContains(t, err, "declared CRAM, but it is a BAM file")

	_, err = etag.Compute(t.Context(), bytes.NewReader(file[:len(file)-50]), opt)
	require.ErrorIs(t, err, etag.ErrCorrupt)

	cut := file[:len(file)-38] // the EOF container
	got, err := etag.Compute(t.Context(), bytes.NewReader(cut), opt)
	require.NoError(t, err)
	require.Len(t, got.Warnings, 1)
	require.Equal(t, etag.MissingEOFBlock, got.Warnings[0].Code)
	opt.Strict = true
	_, err = etag.Compute(t.Context(), bytes.NewReader(cut), opt)
	require.ErrorIs(t, err, etag.ErrCorrupt)
}

// TestCRAMFromPipe ends while a source waits, before and behind its header.
func TestCRAMFromPipe(t *testing.T) {
	files, _ := cramFiles(t)
	for _, n := range []int{0, 3, 10, 500, 10_000} {
		r, w, err := os.Pipe()
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		_, err = io.Copy(w, bytes.NewReader(files["v30"][:n]))
		require.NoError(t, err)
		ended, bases := make(chan error), cramBases(t)
		go func() {
			_, err := etag.Compute(ctx, r, etag.Options{Bases: bases})
			ended <- err
		}()
		cancel()
		require.ErrorIs(t, <-ended, context.Canceled)
		require.NoError(t, w.Close())
		require.NoError(t, r.Close())
	}
}

func TestCRAMBySamtools(t *testing.T) {
	oracle.Needs(t, "samtools")
	dir := filepath.Join(oracle.Shared(t), "conformance", "hts-specs", "cram")
	files, err := filepath.Glob(filepath.Join(dir, "3.*", "passed", "*.cram"))
	require.NoError(t, err)
	require.Greater(t, len(files), 30)
	fasta := filepath.Join(dir, "ce.fa")
	bases, err := reference.Open(t.Context(), fasta, reference.OpenOptions{})
	require.NoError(t, err)
	defer bases.Close()
	for _, path := range files {
		text := oracle.Run(t, nil, "samtools", "view", "-T", fasta, "--input-fmt-option", "name_prefix=readset", path)
		file, err := os.ReadFile(path)
		require.NoError(t, err)
		for family, sum := range families {
			h := sum()
			h.Write(text)
			got, err := etag.Compute(t.Context(), bytes.NewReader(file), etag.Options{Family: family, Bases: bases})
			require.NoError(t, err, path)
			require.Equal(t, hex.EncodeToString(h.Sum(nil)), got.Hex, path)
			require.EqualValues(t, bytes.Count(text, []byte("\n")), got.Reads)
			require.Equal(t, basesOf(string(text)), got.Bases)
		}
	}
}
