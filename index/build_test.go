package index

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/etag"
	"github.com/seqlode/seqlode/internal/bgzf"
	"github.com/seqlode/seqlode/internal/errs"
)

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	p, err := os.ReadFile(name)
	require.NoError(t, err)
	return p
}

// A file and its indexes, all made by samtools.
func TestBuild(t *testing.T) {
	file := readFile(t, "testdata/reads.bam")
	for _, threads := range []int{0, 1, 2, 5} {
		for format, want := range map[Format][]byte{
			Auto: readFile(t, "testdata/reads.bam.bai"),
			BAI:  readFile(t, "testdata/reads.bam.bai"),
			CSI:  plain(t, readFile(t, "testdata/reads.bam.csi")),
		} {
			var out bytes.Buffer
			told := false
			res, err := Build(t.Context(), iotest.HalfReader(bytes.NewReader(file)), &out, format, &Options{
				Threads: threads, Strict: true, Limiter: etag.NewLimiter(1),
				Progress: func(p Progress) { told = p.Records > 0 && p.StoredBytes > 0 },
			})
			require.NoError(t, err)
			require.True(t, bytes.Equal(want, plain(t, out.Bytes())))
			require.Equal(t, Result{
				Format: max(format, BAI), Records: 1000, NoCoor: 40,
				References: []ReferenceCounts{
					{Reference{"chr1", 200000}, Counts{608, 24}},
					{Reference{"chr2", 100000}, Counts{317, 11}},
				},
			}, res)
			require.True(t, told)
		}
	}
}

// Build and a Builder that is fed otherwise make the same index.
func TestBuildAsBuilder(t *testing.T) {
	for seed := range uint64(4) {
		f := newRandomFile(3000 + seed)
		file := bamFile(t, f.lengths, f.records)
		for _, format := range []Format{BAI, CSI} {
			x, err := indexOf(t, file, format, 0)
			require.NoError(t, err)
			require.True(t, bytes.Equal(textOf(t, x), textOf(t, built(t, file, format, 0))))
		}
	}
}

func TestBuildChoosesCSI(t *testing.T) {
	file := bamFile(t, []int64{5, MaxBAILength + 1}, []record{{ref: 1, pos: MaxBAILength - 1, cigar: m(2)}})
	require.Equal(t, CSI, built(t, file, Auto, 0).Format())
	_, err := Build(t.Context(), bytes.NewReader(file), io.Discard, BAI, nil)
	require.EqualError(t, err, `record 1, virtual offset 65:0: read "r0": ends at base 536870913 of c1: BAI reaches to base 536870912; build a CSI index`)
}

func TestBuildOfUnsorted(t *testing.T) {
	file := bamFile(t, []int64{5000}, []record{{pos: 7, cigar: m(5)}, {pos: 7, cigar: m(5)}, {pos: 6, cigar: m(5)}, {pos: 1}})
	var out bytes.Buffer
	_, err := Build(t.Context(), bytes.NewReader(file), &out, BAI, nil)
	require.ErrorIs(t, err, ErrUnsorted)
	require.ErrorIs(t, err, ErrValidation)
	require.EqualError(t, err, `record 3, virtual offset 0:109: read "r2": not sorted by coordinate: c0:7 comes behind c0:8`)
	require.Zero(t, out.Len())
}

func TestBuildFaults(t *testing.T) {
	good := bamFile(t, []int64{5000}, []record{{pos: 7, cigar: m(5)}, {pos: 7, cigar: m(5)}})
	z, err := gzip.NewReader(bytes.NewReader(good))
	require.NoError(t, err)
	text, err := io.ReadAll(z)
	require.NoError(t, err)
	var ordinary bytes.Buffer
	w := gzip.NewWriter(&ordinary)
	_, err = w.Write(text)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	broken := errors.New("no more")

	inGzip := func(text string) io.Reader {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, err := io.WriteString(w, text)
		require.NoError(t, err)
		require.NoError(t, w.Close())
		return &b
	}
	for _, c := range []struct {
		name   string
		src    io.Reader
		format Format
		want   error
		text   string
	}{
		{name: "empty", src: bytes.NewReader(nil), want: ErrCorrupt},
		{name: "text", src: bytes.NewReader([]byte("@HD\tVN:1.6\n")), want: ErrCorrupt},
		{name: "cut in a block", src: bytes.NewReader(good[:len(good)-40]), want: ErrCorrupt},
		{name: "failing", src: io.MultiReader(bytes.NewReader(good[:50]), iotest.ErrReader(broken)), want: broken},
		{name: "ordinary gzip", src: bytes.NewReader(ordinary.Bytes()), want: ErrNotSupported, text: "record 1: a BAM file that is not in BGZF"},
		{name: "not compressed, no records", src: strings.NewReader("BAM\x01\x00\x00\x00\x00\x00\x00\x00\x00"), want: ErrNotSupported, text: "a BAM file that is not in BGZF"},
		{name: "FASTQ", src: inGzip("@r\nACGT\n+\nIIII\n"), want: ErrNotSupported, text: "FASTQ has no index"},
		{name: "SAM text", src: inGzip("@HD\tVN:1.6\n"), want: ErrCorrupt, text: "not a BAM file"},
		{name: "format of another kind", src: iotest.ErrReader(broken), format: GZI, want: ErrNotSupported, text: "a GZI is not made here: package reference makes it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			_, err := Build(t.Context(), c.src, &out, c.format, nil)
			require.ErrorIs(t, err, c.want)
			require.ErrorContains(t, err, c.text)
			require.Zero(t, out.Len())
		})
	}

	_, err = Build(t.Context(), bytes.NewReader(good), failingWriter{broken}, BAI, nil)
	require.ErrorIs(t, err, broken)
	require.ErrorIs(t, err, ErrInternal)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Build(ctx, bytes.NewReader(good), io.Discard, BAI, nil)
	require.ErrorIs(t, err, context.Canceled)
}

// failingWriter writes nothing.
type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }

func TestBuildWarns(t *testing.T) {
	good := bamFile(t, []int64{5000}, []record{{pos: 7, cigar: m(5)}})
	for code, file := range map[string][]byte{
		etag.MissingEOFBlock: good[:len(good)-len(bgzf.EOFBlock)],
		etag.TrailingZeros:   append(bytes.Clone(good), make([]byte, 100)...),
	} {
		res, err := Build(t.Context(), bytes.NewReader(file), io.Discard, BAI, nil)
		require.NoError(t, err)
		require.Len(t, res.Warnings, 1)
		require.Equal(t, code, res.Warnings[0].Code)
		_, err = Build(t.Context(), bytes.NewReader(file), io.Discard, BAI, &Options{Strict: true})
		require.ErrorIs(t, err, errs.ErrCorrupt)
		require.ErrorContains(t, err, res.Warnings[0].Message)
	}
}

// No bytes make Build panic or hang, and what is indexed reads back.
func FuzzBuild(f *testing.F) {
	for _, p := range oddRecords() {
		f.Add(p)
	}
	f.Fuzz(func(t *testing.T, records []byte) {
		var file blocks
		file.write(append([]byte("BAM\x01\x00\x00\x00\x00\x01\x00\x00\x00\x02\x00\x00\x00c\x00"), 0, 0, 1, 0))
		file.write(records)
		file.flush()
		var out bytes.Buffer
		if _, err := Build(t.Context(), bytes.NewReader(append(file.file, bgzf.EOFBlock...)), &out, CSI, &Options{Threads: 1}); err != nil {
			return
		}
		_, err := Read(&out)
		require.NoError(t, err)
	})
}

func BenchmarkBuild(b *testing.B) {
	name := "testdata/reads.bam"
	if reads := os.Getenv("SEQLODE_READS"); reads != "" {
		name = reads + "/ecoli.bam"
	}
	file := readFile(b, name)
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		_, err := Build(b.Context(), bytes.NewReader(file), io.Discard, BAI, nil)
		require.NoError(b, err)
	}
}
