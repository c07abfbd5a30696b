package cram

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/oracle"
	"github.com/seqlode/seqlode/internal/sam"
)

// holdIndex compares the index of a file with that of samtools, and gives it.
func holdIndex(t *testing.T, path string, file []byte, bases fewBases) Index {
	t.Helper()
	want := oracle.Ask(t, nil, "samtools", "index", path, path+".crai")
	var lines []byte
	var index Index
	for _, threads := range []int{1, 3} {
		r, err := NewReader(bytes.NewReader(file), Options{Threads: threads})
		require.NoError(t, err)
		index, err = MakeIndex(t.Context(), r, nil)
		if !want.Good {
			require.ErrorIs(t, err, ErrUnsorted, want.Err)
			return nil
		}
		require.NoError(t, err)
		crai, err := os.ReadFile(path + ".crai")
		require.NoError(t, err)
		lines = oracle.Run(t, crai, "gzip", "-dc")
		sameLines(t, lines, index.AppendText(nil), path)
		read, err := ReadIndex(bytes.NewReader(crai))
		require.NoError(t, err)
		require.Equal(t, index, read)
	}

	// The same from a pass over the text.
	r, err := NewReader(bytes.NewReader(file), Options{Bases: bases})
	require.NoError(t, err)
	text := NewText(t.Context(), r)
	defer text.Close()
	var x Indexer
	for {
		slot, err := text.Next()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		if slot.Unit.Places != nil {
			require.NoError(t, x.Add(slot.Unit.Places))
		}
		slot.Release()
	}
	sameLines(t, lines, x.Index.AppendText(nil), path)
	return index
}

func TestSamtoolsIndexConformance(t *testing.T) {
	oracle.Needs(t, "samtools", "gzip")
	dir := filepath.Join(oracle.Shared(t), "conformance", "hts-specs", "cram")
	files, err := filepath.Glob(filepath.Join(dir, "3.*", "passed", "*.cram"))
	require.NoError(t, err)
	bases := readFasta(t, filepath.Join(dir, "ce.fa"))
	tmp := t.TempDir()
	for _, name := range files {
		file, err := os.ReadFile(name)
		require.NoError(t, err)
		path := filepath.Join(tmp, filepath.Base(name))
		require.NoError(t, os.WriteFile(path, file, 0o600))
		holdIndex(t, path, file, bases)
	}
}

func TestSamtoolsIndexAndRegions(t *testing.T) {
	oracle.Needs(t, "samtools", "gzip")
	o := newOdd(8, 30, 6000)
	sam, reference := o.write(t, 3000, true)
	bases := readFasta(t, reference)
	rnd := rand.New(rand.NewPCG(9, 9))
	path := filepath.Join(t.TempDir(), "made.cram")
	for _, kind := range []string{"version=3.0", "version=2.1,seqs_per_slice=50", "version=3.0,seqs_per_slice=40,slices_per_container=5", "version=3.0,multi_seq_per_slice=1,seqs_per_slice=300", "version=3.1,multi_seq_per_slice=1,no_ref=1,seqs_per_slice=1000,slices_per_container=2", "version=3.1,archive,embed_ref=1"} {
		t.Run(kind, func(t *testing.T) {
			oracle.Run(t, nil, "samtools", "view", "-T", reference, "-O", "cram,"+kind, "-o", path, sam)
			file, err := os.ReadFile(path)
			require.NoError(t, err)
			index := holdIndex(t, path, file, bases)
			require.NotNil(t, index)
			for range 25 {
				ref := rnd.IntN(len(o.contigs)+1) - 1
				beg := rnd.IntN(8000)
				end := beg + 1 + rnd.IntN(3000)*rnd.IntN(2)
				name := fmt.Sprintf("c%d:%d-%d", ref, beg+1, end)
				if ref < 0 {
					name = "*"
				}
				want := oracle.Run(t, nil, "samtools", "view", "-T", reference, "--input-fmt-option", "name_prefix=readset", path, name)
				sameLines(t, want, regionText(t, file, bases, index, ref, beg, end), name)
				sameLines(t, want, regionRecords(t, file, bases, index, ref, beg, end), name)
			}
		})
	}
}

func regionText(t *testing.T, file []byte, bases fewBases, index Index, ref, beg, end int) (out []byte) {
	t.Helper()
	r, err := NewReader(bytes.NewReader(file), Options{Bases: bases, Threads: 2})
	require.NoError(t, err)
	require.NoError(t, r.Restrict(index, int32(ref), int64(beg), int64(end)))
	text := NewText(t.Context(), r)
	defer text.Close()
	for {
		slot, err := text.Next()
		if err == io.EOF {
			return out
		}
		require.NoError(t, err)
		out = append(out, slot.Unit.Text...)
		slot.Release()
	}
}

func regionRecords(t *testing.T, file []byte, bases fewBases, index Index, ref, beg, end int) (out []byte) {
	t.Helper()
	r, err := NewReader(bytes.NewReader(file), Options{Bases: bases, Threads: 1})
	require.NoError(t, err)
	require.NoError(t, r.Restrict(index, int32(ref), int64(beg), int64(end)))
	records := NewRecords(t.Context(), r)
	defer records.Close()
	for {
		record, err := records.Next()
		if err == io.EOF {
			return out
		}
		require.NoError(t, err)
		out, err = sam.AppendText(out, record, r.Names())
		require.NoError(t, err)
	}
}

func TestReadIndex(t *testing.T) {
	x := Index{{0, 1, 100, 26, 200, 3000}, {1 << 20, 1 << 31, 5, 1 << 40, 7, 8}, {-1, 0, 0, 1 << 41, 7, 8}}
	var file bytes.Buffer
	require.NoError(t, x.Write(&file))
	got, err := ReadIndex(&file)
	require.NoError(t, err)
	require.Equal(t, x, got)

	got, err = ReadIndex(bytes.NewReader(x.AppendText(nil)))
	require.NoError(t, err)
	require.Equal(t, x, got)

	for _, bad := range []string{"x", "1\t2\t3\t4\t5\n", "1\t2\t3\t4\t5\t6\t7\n", "-2\t2\t3\t4\t5\t6\n", "1\t2\t3\t-4\t5\t6\n", "1\t99999999999999\t3\t4\t5\t6\n", "\x1f\x8bnot gzip"} {
		_, err := ReadIndex(bytes.NewReader([]byte(bad)))
		require.ErrorIs(t, err, errs.ErrCorrupt, "%q", bad)
	}
}
