package readset_test

import (
	"bytes"
	"compress/gzip"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/etag"
	"github.com/seqlode/seqlode/index"
	"github.com/seqlode/seqlode/internal/oracle"
	"github.com/seqlode/seqlode/readset"
	"github.com/seqlode/seqlode/reference"
)

// profiles are the versions of CRAM and the profiles of each, as options of
// samtools view.
func profiles() (kinds []string) {
	for _, version := range []string{"2.1", "3.0", "3.1"} {
		for _, profile := range []string{"fast", "normal", "small", "archive"} {
			kinds = append(kinds, "version="+version+","+profile)
		}
	}
	return kinds
}

// contents are ways to write a file that change what is in it, or in how many
// slices it lies.
var contents = []string{
	"version=3.0,embed_ref=1", "version=3.1,no_ref=1", "version=2.1,no_ref=1",
	"version=3.0,multi_seq_per_slice=1", "version=3.1,archive,multi_seq_per_slice=1,seqs_per_slice=7",
	"version=3.0,lossy_names=1", "version=3.1,lossy_names=1,small",
	"version=3.0,seqs_per_slice=9,slices_per_container=4", "version=2.1,seqs_per_slice=11,embed_ref=1",
	"version=3.1,store_md=1,store_nm=1,seqs_per_slice=20",
}

// longCRAM is alignments to write as CRAM, and what they refer to.
type longCRAM struct {
	alignments, fasta string
	bases             reference.Bases
	path              string // of the CRAM file
}

// newLongCRAM writes SAM text, whose records are in any order.
func newLongCRAM(t *testing.T, dir, fasta string, text []byte) *longCRAM {
	t.Helper()
	sam := filepath.Join(dir, "alignments.sam")
	require.NoError(t, os.WriteFile(sam, text, 0o600))
	file, err := reference.Open(t.Context(), fasta, reference.OpenOptions{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, file.Close()) })
	return &longCRAM{sam, fasta, file, filepath.Join(dir, "made.cram")}
}

// hold writes the alignments in each of the ways and compares header, text, ETag
// and index with those of samtools, in some of the ways regions too.
func (c *longCRAM) hold(t *testing.T, kinds []string, regions ...string) {
	t.Helper()
	for i, kind := range kinds {
		oracle.Run(t, nil, "samtools", "view", "--no-PG", "-T", c.fasta, "-O", "cram,"+kind, "-o", c.path, c.alignments)
		threads := 1 + i%2*2
		want := oracle.Run(t, nil, "samtools", "view", "-T", c.fasta, "--input-fmt-option", "name_prefix=readset", c.path)
		crai := c.index(t, kind, threads)

		file, err := os.Open(c.path)
		require.NoError(t, err)
		res, err := etag.Compute(t.Context(), file, etag.Options{Threads: threads, Bases: c.bases})
		require.NoError(t, err, kind)
		sum := md5.Sum(want)
		require.Equal(t, hex.EncodeToString(sum[:]), res.Hex, kind)
		require.EqualValues(t, bytes.Count(want, []byte("\n")), res.Reads, kind)

		_, err = file.Seek(0, io.SeekStart)
		require.NoError(t, err)
		r := open(t, file, readset.Options{Threads: threads, Bases: c.bases, Index: bytes.NewReader(crai)})
		var got bytes.Buffer
		require.NoError(t, r.WriteSAM(&got), kind)
		sameText(t, kind, want, got.Bytes())
		header := oracle.Run(t, nil, "samtools", "view", "-H", "--no-PG", c.path)
		require.Equal(t, string(header), string(r.Header().AppendSAM(nil)), kind)
		if crai != nil && r.Header().SortOrder() == "coordinate" {
			sameText(t, kind+": *", unplaced(want), []byte(strings.Join(linesOf(t, r.Region(readset.Unplaced, 0, 0)), "")))
		}
		if crai != nil && len(regions) > 0 && i%3 == 0 {
			args := append([]string{"view", "-T", c.fasta, "--input-fmt-option", "name_prefix=readset", c.path}, regions...)
			want := oracle.Run(t, nil, "samtools", args...)
			got.Reset()
			for _, region := range regions {
				in, err := r.Header().ParseRegion(region)
				require.NoError(t, err)
				got.WriteString(strings.Join(linesOf(t, r.Region(in.Reference, in.Begin, in.End)), ""))
			}
			sameText(t, kind+": regions", want, got.Bytes())
		}
		require.NoError(t, r.Close())
		require.NoError(t, file.Close())
	}
}

// unplaced gives the lines of records without a place. (Of a file with several slices
// of them, samtools 1.16.1 may leave out the first ones when it is asked for "*".)
func unplaced(text []byte) (out []byte) {
	for line := range bytes.Lines(text) {
		if bytes.Equal(bytes.SplitN(line, []byte("\t"), 4)[2], []byte("*")) {
			out = append(out, line...)
		}
	}
	return out
}

// index compares the CRAI, and gives it; nil where samtools refuses to make one,
// as ours must do then.
func (c *longCRAM) index(t *testing.T, kind string, threads int) []byte {
	t.Helper()
	file, err := os.ReadFile(c.path)
	require.NoError(t, err)
	var ours bytes.Buffer
	res, err := index.Build(t.Context(), bytes.NewReader(file), &ours, index.CRAI, &index.Options{Threads: threads})
	if said := oracle.Ask(t, nil, "samtools", "index", c.path); !said.Good {
		require.ErrorIs(t, err, index.ErrUnsorted, "%s: %s", kind, said.Err)
		return nil
	}
	require.NoError(t, err, kind)
	require.Equal(t, index.CRAI, res.Format)
	crai, err := os.ReadFile(c.path + ".crai")
	require.NoError(t, err)
	sameText(t, kind+": CRAI", gunzip(t, crai), gunzip(t, ours.Bytes()))
	return crai
}

func gunzip(t *testing.T, file []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(file))
	require.NoError(t, err)
	text, err := io.ReadAll(z)
	require.NoError(t, err)
	return text
}

// sameText compares two texts, and tells the first column that differs.
func sameText(t *testing.T, what string, want, got []byte) {
	t.Helper()
	if bytes.Equal(want, got) {
		return
	}
	w, g := strings.Split(string(want), "\n"), strings.Split(string(got), "\n")
	for i := range min(len(w), len(g)) {
		if wf, gf := strings.Split(w[i], "\t"), strings.Split(g[i], "\t"); w[i] != g[i] {
			for k := range min(len(wf), len(gf)) {
				require.Equal(t, wf[k], gf[k], "%s: line %d, column %d, of %s", what, i+1, k+1, wf[0])
			}
			require.Equal(t, len(wf), len(gf), "%s: columns of line %d, of %s", what, i+1, wf[0])
		}
	}
	t.Fatalf("%s: %d lines for %d", what, len(g), len(w))
}

// thinned takes from SAM text the qualities of some records, and of some the
// sequence too.
func thinned(text []byte) []byte {
	var out strings.Builder
	for line := range strings.Lines(string(text)) {
		if line[0] != '@' {
			f := strings.Split(line, "\t")
			n := len(f[9]) + len(f[5])
			if n%5 == 0 {
				f[10] = "*"
			}
			if n%11 == 0 {
				f[9], f[10] = "*", "*"
			}
			line = strings.Join(f, "\t")
		}
		out.WriteString(line)
	}
	return []byte(out.String())
}

// sorted is SAM text in the order of coordinates.
func sorted(t *testing.T, text []byte) []byte {
	t.Helper()
	return run(t, text, "samtools", "sort", "--no-PG", "-O", "sam", "-")
}

// longText is what minimap2 makes of long reads, with the tags of a sequencer.
func longText(t *testing.T, g *longGenome, dir string, reads, length int) []byte {
	t.Helper()
	snr := func() string {
		return fmt.Sprintf(",%.4f,%.3f,5,%.2f", 9*g.rnd.Float64(), 20*g.rnd.Float64(), g.rnd.Float64())
	}
	return tagLike(g.rnd, g.mapped(t, dir, reads, length), snr)
}

// TestLongReadsAsCRAM holds long reads of a few contigs, one of them with more than
// 65,535 operations, in every version and profile.
func TestLongReadsAsCRAM(t *testing.T) {
	dir := minimap2(t)
	g := newLongGenome(21, 350_000, 60_000, 45_000, 500)
	text := longText(t, g, dir, 40, 2500)
	requireVariety(t, text, 1<<16, 3)
	fasta := filepath.Join(dir, "g.fa")
	t.Run("sorted", func(t *testing.T) {
		c := newLongCRAM(t, dir, fasta, sorted(t, thinned(text)))
		c.hold(t, slices.Concat(profiles(), contents), "c0:1000-30000", "c1", "c2:40000")
	})
	t.Run("unsorted", func(t *testing.T) {
		newLongCRAM(t, dir, fasta, text).hold(t, []string{"version=2.1", "version=3.0", "version=3.1,archive", "version=3.0,no_ref=1,seqs_per_slice=5"})
	})
}

// TestManyContigsAsCRAM holds 60 contigs, some of odd names.
func TestManyContigsAsCRAM(t *testing.T) {
	dir := minimap2(t)
	g := newLongGenome(22, slices.Repeat([]int{4_000, 2_500, 3_000, 1_500}, 15)...)
	text := longText(t, g, dir, 200, 900)
	requireVariety(t, text, 20, 50)
	fasta := filepath.Join(dir, "g.fa")
	file, err := os.ReadFile(fasta)
	require.NoError(t, err)
	for old, name := range map[string]string{"c3": "HLA-A*01:01:01:01", "c11": "c1:10-20", "c17": "x|y;z=1.2~^", "c30": "chrUn_KI270742v1", "c41": "!#$%&+./:@"} {
		text = bytes.ReplaceAll(text, []byte("\t"+old+"\t"), []byte("\t"+name+"\t"))
		text = bytes.ReplaceAll(text, []byte("SN:"+old+"\t"), []byte("SN:"+name+"\t"))
		file = bytes.ReplaceAll(file, []byte(">"+old+"\n"), []byte(">"+name+"\n"))
	}
	require.NoError(t, os.WriteFile(fasta, file, 0o600))
	c := newLongCRAM(t, dir, fasta, sorted(t, thinned(text)))
	regions := []string{"{HLA-A*01:01:01:01}", "{c1:10-20}:300-900", "x|y;z=1.2~^:1-400", "chrUn_KI270742v1:2000", "{!#$%&+./:@}:1-3000", "c0"}
	c.hold(t, slices.Concat(profiles(), contents), regions...)
}

// TestFewAsCRAM holds files without an alignment: a header alone, and reads that are
// all unmapped.
func TestFewAsCRAM(t *testing.T) {
	oracle.Needs(t, "samtools")
	dir := t.TempDir()
	g := newLongGenome(23, 5000, 3000)
	fasta := filepath.Join(dir, "g.fa")
	g.writeFASTA(t, fasta)
	const header = "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:c0\tLN:5000\n@SQ\tSN:c1\tLN:3000\n@CO\tno reads\n"
	unmapped := func(header string) []byte {
		var b strings.Builder
		b.WriteString(header)
		for i := range 60 {
			seq := g.anywhere(20+60*i, 0.1)
			qualities := make([]byte, len(seq))
			for k := range qualities {
				qualities[k] = byte('!' + g.rnd.IntN(60))
			}
			fmt.Fprintf(&b, "%08x/%d\t4\t*\t0\t0\t*\t*\t0\t0\t%s\t%s\n", g.rnd.Uint32(), i, seq, qualities)
		}
		return tagLike(g.rnd, []byte(b.String()), func() string { return ",1.5,2,3,4.25" })
	}
	for name, text := range map[string][]byte{
		"header":                []byte(header),
		"header without contig": []byte("@HD\tVN:1.6\n@CO\tno reads\n"),
		"unmapped":              unmapped(header),
		"no contig":             unmapped("@HD\tVN:1.6\tSO:coordinate\n@RG\tID:x\n"),
	} {
		t.Run(name, func(t *testing.T) {
			newLongCRAM(t, dir, fasta, text).hold(t, slices.Concat(profiles(), contents))
		})
	}
}
