package readset_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/oracle"
	"github.com/seqlode/seqlode/readset"
	"github.com/seqlode/seqlode/reference"
)

func cramOptions(t testing.TB, name string) readset.Options {
	t.Helper()
	fasta, err := reference.Open(t.Context(), cramData+"odd.fa", reference.OpenOptions{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, fasta.Close()) })
	crai, err := os.ReadFile(cramData + name + ".crai")
	require.NoError(t, err)
	return readset.Options{Name: name, Bases: fasta, Index: bytes.NewReader(crai)}
}

func TestCRAM(t *testing.T) {
	file, err := os.ReadFile(cramData + "v30.cram")
	require.NoError(t, err)
	want, err := os.ReadFile(cramData + "v30.txt")
	require.NoError(t, err)
	for _, threads := range []int{1, 3} {
		opt := cramOptions(t, "v30")
		opt.Threads = threads
		r := open(t, bytes.NewReader(file), opt)
		require.Equal(t, readset.CRAM, r.Type())
		require.Len(t, r.Header().References(), 5)
		require.Equal(t, "coordinate", r.Header().SortOrder())

		ws, err := r.Warnings() // before the records
		require.NoError(t, err)
		require.Empty(t, ws)
		lines := linesOf(t, r.Records())
		require.Equal(t, string(want), strings.Join(lines, ""))
		var text bytes.Buffer
		require.NoError(t, r.WriteSAM(&text))
		require.Equal(t, string(want), text.String())

		number := int64(0)
		for rec, err := range r.Records() {
			require.NoError(t, err)
			number++
			require.Equal(t, number, rec.Number())
			require.Zero(t, rec.VirtualOffset())
			if number == 50 {
				break
			}
		}
		var all []*readset.Record
		for rec, err := range r.Records() {
			require.NoError(t, err)
			all = append(all, rec.Clone())
		}
		for ref := readset.Unplaced; ref < 5; ref++ {
			for beg := int64(0); beg < 3000; beg += 700 {
				var overlapping []string
				for _, rec := range all {
					if rec.ReferenceID() == ref && (ref < 0 || rec.Start() < beg+300 && rec.End() > beg) {
						overlapping = append(overlapping, string(rec.AppendSAM(nil)))
					}
				}
				require.Equal(t, overlapping, linesOf(t, r.Region(ref, beg, beg+300)), "%d:%d", ref, beg)
			}
		}
		require.Equal(t, lines, linesOf(t, r.Region(readset.All, 0, 0)))

		inner := 0
		for rec, err := range r.Records() { // which a loop within ends
			require.NoError(t, err)
			require.Equal(t, "read", string(rec.Name()[:4]))
			for _, err := range r.Region(1, 0, 1000) {
				require.NoError(t, err)
				inner++
			}
			break
		}
		require.Positive(t, inner)
	}
}

func TestCRAMOptions(t *testing.T) {
	file, err := os.ReadFile(cramData + "lossy.cram")
	require.NoError(t, err)
	opt := cramOptions(t, "lossy")
	opt.NamePrefix, opt.StoredTags = "some.cram", true
	r := open(t, pipe{bytes.NewReader(file)}, opt)
	made := 0
	for rec, err := range r.Records() {
		require.NoError(t, err)
		if strings.HasPrefix(string(rec.Name()), "some.cram:") {
			made++
		}
	}
	require.Positive(t, made)
	for _, err := range r.Region(0, 0, 10) {
		require.ErrorIs(t, err, readset.ErrNotSupported, "a pipe cannot seek")
	}

	opt = cramOptions(t, "v30")
	opt.Bases = nil
	file, err = os.ReadFile(cramData + "v30.cram")
	require.NoError(t, err)
	r = open(t, bytes.NewReader(file), opt)
	for _, err := range r.Records() {
		require.ErrorIs(t, err, readset.ErrNotFound)
		require.ErrorContains(t, err, `v30: byte 426: reference "c0"`)
	}
	r = open(t, bytes.NewReader(file[:len(file)-38]), opt)
	ws, err := r.Warnings()
	require.NoError(t, err)
	require.Len(t, ws, 1)
	for _, err := range r.Region(7, 0, 10) {
		require.ErrorIs(t, err, readset.ErrValidation)
	}
}

// TestCRAMRegionsBySamtools views regions of a file that samtools has indexed.
func TestCRAMRegionsBySamtools(t *testing.T) {
	oracle.Needs(t, "samtools")
	reads := oracle.Reads(t)
	fasta := filepath.Join(reads, "ecoli.fa")
	path := filepath.Join(t.TempDir(), "e.cram")
	oracle.Run(t, nil, "samtools", "view", "-T", fasta, "-O", "cram,version=3.1", "-o", path, filepath.Join(reads, "ecoli.bam"), "NC_008253.1:1-300000")
	oracle.Run(t, nil, "samtools", "index", path)
	bases, err := reference.Open(t.Context(), fasta, reference.OpenOptions{})
	require.NoError(t, err)
	defer bases.Close()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	crai, err := os.Open(path + ".crai")
	require.NoError(t, err)
	defer crai.Close()
	r := open(t, file, readset.Options{Bases: bases, Index: crai})
	for _, region := range []string{"NC_008253.1:1-1", "NC_008253.1:100000-100100", "NC_008253.1:123456-250000", "NC_008253.1:400000", "NC_008253.1"} {
		in, err := r.Header().ParseRegion(region)
		require.NoError(t, err)
		want := oracle.Run(t, nil, "samtools", "view", "-T", fasta, path, region)
		require.Equal(t, string(want), strings.Join(linesOf(t, r.Region(in.Reference, in.Begin, in.End)), ""), region)
	}
}

func ExampleOpen_cram() {
	fasta, err := reference.Open(context.Background(), cramData+"odd.fa", reference.OpenOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer fasta.Close()
	file, err := os.Open(cramData + "v30.cram")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer file.Close()
	r, err := readset.Open(file, readset.Options{Name: "v30.cram", Bases: fasta})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer r.Close()
	for rec, err := range r.Records() {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(string(rec.Name()), rec.Start(), rec.SequenceLength())
		break
	}
	// Output: read.24:6b2d5 0 144
}
