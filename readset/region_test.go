package readset_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/index"
	"github.com/seqlode/seqlode/readset"
)

// TestRegions holds regions against a look at every record.
func TestRegions(t *testing.T) {
	for _, block := range []int{300, 5000, 60_000} {
		file := randomBAM(t, uint64(block), 6000, block)
		for _, threads := range []int{1, 3} {
			for _, format := range []index.Format{index.BAI, index.CSI} {
				r := open(t, bytes.NewReader(file), readset.Options{Threads: threads, Index: indexOf(t, file, format)})
				var all []*readset.Record
				for rec, err := range r.Records() {
					require.NoError(t, err)
					all = append(all, rec.Clone())
				}
				require.Len(t, all, 6000)
				overlapping := func(ref int, beg, end int64) (lines []string) {
					for _, rec := range all {
						if rec.ReferenceID() == ref && (ref < 0 || rec.Start() < end && rec.End() > beg) {
							lines = append(lines, string(rec.AppendSAM(nil)))
						}
					}
					return lines
				}
				rnd := rand.New(rand.NewPCG(1, uint64(block)))
				for range 40 {
					ref, beg := rnd.IntN(5), rnd.Int64N(210_000)-5000
					end := beg + 1 + rnd.Int64N(1<<rnd.IntN(18))
					require.Equal(t, overlapping(ref, beg, end), linesOf(t, r.Region(ref, beg, end)), "%d:%d-%d", ref, beg, end)
				}
				require.Equal(t, overlapping(3, 0, math.MaxInt64), linesOf(t, r.Region(3, 0, math.MaxInt64)))
				require.Equal(t, overlapping(-1, 0, 0), linesOf(t, r.Region(readset.Unplaced, 0, 0)))
				require.Len(t, linesOf(t, r.Region(readset.All, 0, 0)), 6000)
				for rec, err := range r.Region(2, 0, math.MaxInt64) {
					require.NoError(t, err)
					require.Positive(t, rec.VirtualOffset())
					require.Zero(t, rec.Number())
					break
				}
				require.Len(t, linesOf(t, r.Records()), 6000)
			}
		}
	}
}

// In a file where nothing is placed, the unplaced records are all.
func TestUnplacedAlone(t *testing.T) {
	h := []byte("BAM\x01\x00\x00\x00\x00\x00\x00\x00\x00")
	rec := bamRecord("r", 4, -1, -1, nil, nil)
	file := compressed(t, append(le.AppendUint32(h, uint32(len(rec))), rec...), 20)
	r := open(t, bytes.NewReader(file), readset.Options{Index: indexOf(t, file, index.BAI)})
	require.Equal(t, []string{"r\t4\t*\t0\t0\t*\t*\t0\t0\t*\t*\n"}, linesOf(t, r.Region(readset.Unplaced, 0, 0)))
}

// counted counts the bytes that are read.
type counted struct {
	*bytes.Reader
	n int
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += n
	return n, err
}

// A region reads its own part of the file, and little more.
func TestRegionReadsItsPart(t *testing.T) {
	file := append(randomBAM(t, 9, 60_000, 1000), "no block"...)
	for _, threads := range []int{1, 3} {
		src := &counted{Reader: bytes.NewReader(file)}
		r := open(t, src, readset.Options{Threads: threads, Index: indexOf(t, file[:len(file)-8], index.BAI)})
		require.NotEmpty(t, linesOf(t, r.Region(0, 100, 200))) // ends the reading ahead from the beginning
		src.n = 0
		require.NotEmpty(t, linesOf(t, r.Region(2, 100_000, 100_100)))
		require.Less(t, src.n, len(file)/2)
	}
}

func TestRegionFaults(t *testing.T) {
	file, _, _ := sample(t)
	bai, err := os.ReadFile("testdata/sample.bam.bai")
	require.NoError(t, err)
	withIndex := func() readset.Options { return readset.Options{Name: "x.bam", Index: bytes.NewReader(bai)} }
	inGzip := gzipped(t, file)
	for _, c := range []struct {
		name string
		src  io.Reader
		opt  readset.Options
		ref  int
		kind error
		want string
	}{
		{"no index", bytes.NewReader(file), readset.Options{Name: "x.bam"}, 0, readset.ErrValidation, "x.bam: regions need an index: there is none in the options"},
		{"no such reference", bytes.NewReader(file), withIndex(), 4, readset.ErrValidation, "x.bam: the header has no reference 4: it has 4"},
		{"no seek", pipe{bytes.NewReader(file)}, withIndex(), 0, readset.ErrNotSupported, "x.bam: regions need a source that can seek"},
		{"seek fails", &unseekable{Reader: bytes.NewReader(file)}, withIndex(), 0, readset.ErrNotSupported, "x.bam: regions need a source that can seek"},
		{"ordinary gzip", bytes.NewReader(inGzip), withIndex(), 0, readset.ErrNotSupported, "x.bam: regions need a file compressed by bgzip, not by gzip"},
		{"FASTQ", bytes.NewReader(compressed(t, []byte("@r\nA\n+\nI\n"), 100)), readset.Options{Name: "x.fq.gz"}, 0, readset.ErrNotSupported, "x.fq.gz: FASTQ has no regions"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := open(t, c.src, c.opt)
			n := 0
			for rec, err := range r.Region(c.ref, 0, 100) {
				require.Nil(t, rec)
				require.ErrorIs(t, err, c.kind)
				require.EqualError(t, err, c.want)
				n++
			}
			require.Equal(t, 1, n)
		})
	}
	_, err = readset.Open(bytes.NewReader(file), readset.Options{Name: "x.bam", Index: bytes.NewReader(bai[:100])})
	require.ErrorIs(t, err, readset.ErrCorrupt)
	require.ErrorContains(t, err, "truncated: the file ends inside the index")
}

// TestIndexOfAnother: an index that is of another file is doubted, and not the file.
func TestIndexOfAnother(t *testing.T) {
	made := func(records, block int) []byte { return randomBAM(t, 7, records, block) }
	file := made(600, 3000)
	regions := func(other []byte) (said error) {
		r := open(t, bytes.NewReader(file), readset.Options{Name: "x.bam", Index: indexOf(t, other, index.BAI)})
		for ref := range r.Header().References() {
			for _, err := range r.Region(ref, 0, math.MaxInt32) {
				if said == nil {
					said = err
				}
			}
		}
		return said
	}
	require.NoError(t, regions(file))
	err := regions(made(600, 2000)) // the same references and records, in other blocks
	require.ErrorIs(t, err, readset.ErrCorrupt)
	require.ErrorContains(t, err, "x.bam: ")
	require.ErrorContains(t, err, "the index is of another file, or the file is damaged")
	sampled, _, _ := sample(t)
	err = regions(sampled)
	require.ErrorIs(t, err, readset.ErrValidation)
	require.EqualError(t, err, "x.bam: the index is of another file: it has 4 references and the header 5; make it anew")
}

// unseekable is a source that has the method and cannot do it.
type unseekable struct{ io.Reader }

func (*unseekable) Seek(int64, int) (int64, error) { return 0, errors.New("no seek here") }

func TestParseRegion(t *testing.T) {
	const whole = math.MaxInt64
	h := open(t, bytes.NewReader(compressed(t, headerOnly("chr1", "chr1:100-200", "HLA:01", "HLA:01:02", "a}b"), 100)), readset.Options{}).Header()
	for _, c := range []struct {
		text string
		want readset.Region
		bad  string
	}{
		{"chr1", readset.Region{0, 0, whole}, ""},
		{"chr1:5", readset.Region{0, 4, whole}, ""},
		{"chr1:5-", readset.Region{0, 4, whole}, ""},
		{"chr1:5-0", readset.Region{0, 4, whole}, ""},
		{"chr1:5-9", readset.Region{0, 4, 9}, ""},
		{"chr1:1,005-2,009", readset.Region{0, 1004, 2009}, ""},
		{"chr1:1k-2.5K", readset.Region{0, 999, 2500}, ""},
		{"chr1:1e3-0.1m", readset.Region{0, 999, 100_000}, ""},
		{"chr1:15e-1-2G", readset.Region{0, 0, 2_000_000_000}, ""},
		{"chr1:-100", readset.Region{0, 0, 100}, ""},
		{"chr1:0-7", readset.Region{0, 0, 7}, ""},
		{"chr1:0", readset.Region{0, 0, whole}, ""},
		{"chr1:", readset.Region{0, 0, whole}, ""},
		{"chr1:-", readset.Region{0, 0, whole}, ""},
		{"chr1:5-99999999999999999999", readset.Region{0, 4, whole}, ""},
		{"{chr1}", readset.Region{0, 0, whole}, ""},
		{"{chr1}:100-200", readset.Region{0, 99, 200}, ""},
		{"{chr1:100-200}", readset.Region{1, 0, whole}, ""},
		{"{chr1:100-200}:5-6", readset.Region{1, 4, 6}, ""},
		{"HLA:01", readset.Region{2, 0, whole}, ""},
		{"HLA:01:3-4", readset.Region{2, 2, 4}, ""},
		{"{HLA:01}:02", readset.Region{2, 1, whole}, ""},
		{"HLA:01:02:3", readset.Region{3, 2, whole}, ""},
		{"a}b:7-7", readset.Region{4, 6, 7}, ""},
		{"*", readset.Region{readset.Unplaced, 0, 0}, ""},
		{".", readset.Region{readset.All, 0, 0}, ""},

		{"HLA:01:02", readset.Region{}, "it can be read in two ways: write {HLA:01:02} or {HLA:01}:02"},
		{"chr1:100-200", readset.Region{}, "it can be read in two ways: write {chr1:100-200} or {chr1}:100-200"},
		{"", readset.Region{}, `there is no sequence ""`},
		{"chr2", readset.Region{}, `there is no sequence "chr2"`},
		{"chr2:1-2", readset.Region{}, `there is no sequence "chr2"`},
		{"{chr1:5", readset.Region{}, "there is no closing brace"},
		{"{chr2}", readset.Region{}, `there is no sequence "chr2"`},
		{"chr1:9-5", readset.Region{}, "it ends before it begins"},
		{"chr1:5--7", readset.Region{}, "it ends before it begins"},
		{"chr1:-5-7", readset.Region{}, "bases are counted from 1"},
		{"chr1:-5x", readset.Region{}, "there is something behind the number"},
		{"chr1:x", readset.Region{}, "there is something behind the number"},
		{"chr1:5x", readset.Region{}, "there is something behind the number"},
		{"chr1:5-7x", readset.Region{}, "there is something behind the second number"},
	} {
		got, err := h.ParseRegion(c.text)
		if c.bad == "" {
			require.NoError(t, err, c.text)
			require.Equal(t, c.want, got, c.text)
			continue
		}
		require.ErrorIs(t, err, readset.ErrValidation)
		require.EqualError(t, err, fmt.Sprintf("region %q: %s", c.text, c.bad))
	}
}

func FuzzParseRegion(f *testing.F) {
	h := open(f, bytes.NewReader(compressed(f, headerOnly("c", "c:1"), 100)), readset.Options{}).Header()
	for _, text := range []string{"c:1-2", "{c}:1e999-", "c:1", "{c:1}:-9", "c:,.e-99999999999999999999"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := h.ParseRegion(text)
		if err != nil {
			require.ErrorIs(t, err, readset.ErrValidation)
		} else if r.Reference >= 0 && (r.Begin < 0 || r.Begin >= r.End || r.Reference > 1) {
			t.Fatalf("%q is %+v", text, r)
		}
	})
}
