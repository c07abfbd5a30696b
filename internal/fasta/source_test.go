package fasta

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/bgzf"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/oracle"
)

// everyScan calls f with Scan and ScanBlocks on one thread and on more.
func everyScan(f func(name string, scan func(context.Context, io.Reader) error)) {
	for _, threads := range []int{1, 3} {
		f("Scan", func(ctx context.Context, r io.Reader) error {
			_, err := Scan(ctx, r, Options{Threads: threads, Sums: true})
			return err
		})
		f("ScanBlocks", func(ctx context.Context, r io.Reader) error {
			_, err := ScanBlocks(ctx, r, Options{Threads: threads})
			return err
		})
	}
}

func TestFaultsOfSources(t *testing.T) {
	text := ">a\n" + strings.Repeat("ACGTACGTAC\n", 60_000)
	stored := bgzipped(t, text, 50_000)
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, err := w.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	broken := errors.New("broken")
	everyScan(func(name string, scan func(context.Context, io.Reader) error) {
		t.Run(name, func(t *testing.T) {
			err := scan(t.Context(), bytes.NewReader(z.Bytes()))
			require.ErrorIs(t, err, errs.ErrNotSupported)
			require.ErrorContains(t, err, "compress it with bgzip")
			for _, at := range []int{0, 1, 10, 100, len(stored) / 2, len(stored) - 1} {
				err := scan(t.Context(), io.MultiReader(bytes.NewReader(stored[:at]), iotest.ErrReader(broken)))
				require.ErrorIs(t, err, broken, "%d", at)
			}
			err = scan(t.Context(), bytes.NewReader(stored[:len(stored)/2]))
			require.ErrorIs(t, err, io.ErrUnexpectedEOF)
			damaged := bytes.Clone(stored)
			damaged[len(damaged)/2]++
			require.ErrorIs(t, scan(t.Context(), bytes.NewReader(damaged)), errs.ErrCorrupt)
			err = scan(t.Context(), io.MultiReader(bytes.NewReader(stored), bytes.NewReader(z.Bytes())))
			require.ErrorContains(t, err, "trailing bytes")

			ctx, cancel := context.WithCancelCause(t.Context())
			cancel(broken)
			require.ErrorIs(t, scan(ctx, bytes.NewReader(stored)), broken)
			// A Read of a pipe that nothing is written to ends with ctx.
			r, w, err := os.Pipe()
			require.NoError(t, err)
			defer r.Close()
			defer w.Close()
			_, err = w.Write(stored[:1000])
			require.NoError(t, err)
			ctx, cancel = context.WithCancelCause(t.Context())
			done := make(chan error)
			go func() { done <- scan(ctx, r) }()
			cancel(broken)
			require.Error(t, <-done)
		})
	})
	for _, at := range []int{0, 3, 100, chunkSize, len(text)} {
		_, err := Scan(t.Context(), io.MultiReader(strings.NewReader(text[:at]), iotest.ErrReader(broken)), Options{})
		require.ErrorIs(t, err, broken)
	}
	// A fault of the text comes before one of the source behind it.
	_, err = Scan(t.Context(), io.MultiReader(strings.NewReader("ACGT\n"), iotest.ErrReader(broken)), Options{})
	require.ErrorIs(t, err, errs.ErrCorrupt)
	_, err = ScanBlocks(t.Context(), strings.NewReader(text), Options{})
	require.EqualError(t, err, "not compressed by bgzip: only its blocks have such an index")
	_, err = ScanBlocks(t.Context(), strings.NewReader(""), Options{})
	require.ErrorIs(t, err, errs.ErrCorrupt)
}

// TestOddBlocks has empty blocks at every place and no EOF block.
func TestOddBlocks(t *testing.T) {
	whole := bgzipped(t, small, 7)
	stored := oddBlocks(t)
	for _, threads := range []int{1, 2} {
		sum, err := Scan(t.Context(), bytes.NewReader(stored), Options{Threads: threads})
		require.NoError(t, err)
		require.Equal(t, small, allText(t, stored, sum.Blocks))
		blocks, err := walkBlocks(t.Context(), bytes.NewReader(stored))
		require.NoError(t, err)
		require.Equal(t, sum.Blocks, *blocks)
	}
	sum, err := Scan(t.Context(), bytes.NewReader(bytes.TrimSuffix(whole, []byte(bgzf.EOFBlock))), Options{})
	require.NoError(t, err)
	require.Equal(t, "missing-eof-block", sum.Warnings[0].Code)
	_, err = walkBlocks(t.Context(), strings.NewReader(string(whole)+"x"))
	require.ErrorIs(t, err, errs.ErrCorrupt)
}

// oddBlocks is small in blocks with empty ones between, before and behind.
func oddBlocks(t *testing.T) (stored []byte) {
	t.Helper()
	for i, block := range blocksOf(t, bgzipped(t, small, 7)) {
		if i%2 == 0 {
			stored = append(stored, bgzf.EOFBlock...)
		}
		stored = append(stored, block...)
	}
	return stored
}

func TestOddBlocksOfBgzip(t *testing.T) {
	oracle.Needs(t, "bgzip", "samtools")
	file := filepath.Join(t.TempDir(), "x.fa.gz")
	stored := oddBlocks(t)
	require.NoError(t, os.WriteFile(file, stored, 0o600))
	sum, err := Scan(t.Context(), bytes.NewReader(stored), Options{})
	require.NoError(t, err)
	var gzi bytes.Buffer
	_, err = sum.Blocks.WriteTo(&gzi)
	require.NoError(t, err)
	for _, ask := range [][]string{{"bgzip", "-r", file}, {"samtools", "faidx", file}} {
		oracle.Run(t, nil, ask[0], ask[1:]...)
		want, err := os.ReadFile(file + ".gzi")
		require.NoError(t, err)
		require.Equal(t, want, gzi.Bytes(), "%v", ask)
	}
	want, err := os.ReadFile(file + ".fai")
	require.NoError(t, err)
	require.Equal(t, string(want), fai(t, sum.Index))
}

// blocksOf cuts a bgzipped file into its blocks.
func blocksOf(t *testing.T, stored []byte) (out [][]byte) {
	t.Helper()
	in, batch := bgzf.NewInput(bytes.NewReader(stored), 0), bgzf.NewBatch()
	for batch.Cut(in) == nil {
		for _, b := range batch.Blocks {
			out = append(out, stored[b.Offset:b.Offset+int64(b.Size)])
		}
	}
	return out
}

// allText reads the text of small by an index of blocks.
func allText(t *testing.T, stored []byte, x bgzf.Index) string {
	t.Helper()
	var b strings.Builder
	f := newBlockText(bytes.NewReader(stored), x, 0)
	require.NoError(t, f.visit(t.Context(), 0, int64(len(small)), func(p []byte) { b.Write(p) }))
	return b.String()
}

func TestProgress(t *testing.T) {
	stored := bgzipped(t, ">a\n"+strings.Repeat("ACGTACGTAC\n", 60_000), 50_000)
	told := int64(0)
	opt := Options{Progress: func(n int64) { told = n }}
	_, err := Scan(t.Context(), bytes.NewReader(stored), opt)
	require.NoError(t, err)
	require.Positive(t, told)
	told = 0
	_, err = ScanBlocks(t.Context(), bytes.NewReader(stored), opt)
	require.NoError(t, err)
	require.Positive(t, told)
}

func TestLimits(t *testing.T) {
	name := strings.Repeat("n", maxName)
	sum, err := scanEveryWay(t, ">"+name+"\nAC\n", true)
	require.NoError(t, err)
	x, err := ReadIndex(strings.NewReader(fai(t, sum.Index)))
	require.NoError(t, err)
	require.Equal(t, name, x.Sequences[0].Name)
	_, err = scanEveryWay(t, ">"+name+"n\nAC\n", false)
	require.EqualError(t, err, "line 1: a name of more than 65000 bytes")
	require.ErrorIs(t, err, errs.ErrLimitExceeded)

	s := newScanner(false, false)
	s.begun, s.filled, s.title, s.seq.LineWidth = true, true, 1, maxWidth+1
	require.EqualError(t, s.finish(), "line 2: a line of 4294967296 bytes, of which the index can tell up to 4294967295")
}

func TestNotes(t *testing.T) {
	text := strings.Repeat(">a\nA\n", 8) + ">b\n>b\nA\n"
	sum, err := scanEveryWay(t, text, false)
	require.NoError(t, err)
	require.Len(t, sum.Warnings, 7)
	require.Equal(t, errs.Warning{Code: DuplicateName, Message: `line 3: a second sequence with the name "a" is left out`}, sum.Warnings[0])
	require.Equal(t, errs.Warning{Code: DuplicateName, Message: "2 more such sequences are left out"}, sum.Warnings[5])
	require.Equal(t, errs.Warning{Code: EmptySequence, Message: `line 17: sequence "b" is empty and left out`}, sum.Warnings[6])
}
