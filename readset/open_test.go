package readset_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/readset"
)

// headerOnly is the text of a BAM file without a record.
func headerOnly(references ...string) []byte {
	p := append([]byte("BAM\x01"), 0, 0, 0, 0)
	p = le.AppendUint32(p, uint32(len(references)))
	for _, name := range references {
		p = le.AppendUint32(p, uint32(len(name)+1))
		p = append(append(p, name...), 0)
		p = le.AppendUint32(p, 1_000_000)
	}
	return p
}

// gzipped puts the text of a BGZF file in an ordinary gzip member.
func gzipped(t testing.TB, file []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(file))
	require.NoError(t, err)
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err = io.Copy(w, z)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

func TestOpenRefuses(t *testing.T) {
	file, _, _ := sample(t)
	fq := compressed(t, []byte("@r\nA\n+\nI\n"), 100)
	broken := errors.New("broken")
	for _, c := range []struct {
		name string
		src  io.Reader
		opt  readset.Options
		kind error
		want string
	}{
		{"CRAM", strings.NewReader("CRAM\x03\x00"), readset.Options{}, readset.ErrCorrupt, "f: the file ends within its first 26 bytes"},
		{"CRAM in a pipe", pipe{strings.NewReader("CRAM\x03\x00")}, readset.Options{}, readset.ErrCorrupt, "f: the file ends within its first 26 bytes"},
		{"declared CRAM", bytes.NewReader(file), readset.Options{Type: readset.CRAM}, readset.ErrValidation, "f: declared CRAM, but it is a BAM file"},
		{"CRAM declared BAM", strings.NewReader("CRAM\x03\x00"), readset.Options{Type: readset.BAM}, readset.ErrValidation, "f: declared BAM, but it is a CRAM file"},
		{"SAM", strings.NewReader("@HD\tVN:1.6\n"), readset.Options{}, readset.ErrNotSupported, "f: SAM text is not supported: make BAM of it with 'samtools view -b'"},
		{"plain FASTQ", strings.NewReader("@r\nA\n+\nI\n"), readset.Options{}, readset.ErrCorrupt, "f: not compressed: compress it with gzip or bgzip"},
		{"empty", strings.NewReader(""), readset.Options{}, readset.ErrCorrupt, "f: the file is empty"},
		{"two bytes", strings.NewReader("\x1f\x8b"), readset.Options{}, readset.ErrCorrupt, "f: byte 0: truncated: the file ends inside the gzip header that starts here"},
		{"BAM declared FASTQ", bytes.NewReader(file), readset.Options{Type: readset.FASTQ}, readset.ErrValidation, "f: declared FASTQ, but it is a BAM file"},
		{"FASTQ declared UBAM", bytes.NewReader(fq), readset.Options{Type: readset.UBAM}, readset.ErrValidation, "f: declared UBAM, but it is not a BAM file"},
		{"unknown type", bytes.NewReader(fq), readset.Options{Type: "VCF"}, readset.ErrValidation, `unknown file type "VCF": it is FASTQ, BAM, UBAM or CRAM`},
		{"negative limit", bytes.NewReader(fq), readset.Options{MaxRecord: -1}, readset.ErrValidation, "MaxRecord -1: must be 0 or more"},
		{"failing source", iotest.ErrReader(broken), readset.Options{}, broken, "f: byte 0: cannot read on: broken"},
		{"cut header", bytes.NewReader(compressed(t, []byte("BAM\x01\x99"), 10)), readset.Options{}, readset.ErrCorrupt, "f: truncated: the file ends inside the BAM header"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.opt.Name = "f"
			_, err := readset.Open(c.src, c.opt)
			require.ErrorIs(t, err, c.kind)
			require.EqualError(t, err, c.want)
		})
	}
}

// A fault comes behind the records before it, once, and WriteSAM writes those.
func TestFaults(t *testing.T) {
	good, bad := bamRecord("good", 4, 0, 5, nil, nil), bamRecord("bad", 4, 7, 5, nil, nil)
	text := headerOnly("c")
	for range 3 {
		text = append(le.AppendUint32(text, uint32(len(good))), good...)
	}
	front := len(text)
	cut := text[:front-3]
	text = append(append(le.AppendUint32(text, uint32(len(bad))), bad...), text[len(headerOnly("c")):]...)
	line := "good\t4\tc\t6\t0\t*\t*\t0\t0\t*\t*\n"
	broken := compressed(t, text, 100)
	broken[len(broken)/2] ^= 0xff
	reads := "@a\nAC\n+\nII\n@b\nACG\n+\nII\n"
	for _, c := range []struct {
		name  string
		file  []byte
		limit int
		lines int
		line  string
		kind  error
		want  string
	}{
		{"bad record", compressed(t, text, 1000), 0, 3, line, readset.ErrCorrupt, "f: record 4, virtual offset 0:145: reference id 7 is not one of the header's 1"},
		{"cut record", compressed(t, cut, 1000), 0, 2, line, readset.ErrCorrupt, "f: record 3, virtual offset 0:104: truncated: the file ends inside this record"},
		{"limit", compressed(t, text, 1000), 36, 0, line, readset.ErrLimitExceeded, "f: record 1, virtual offset 0:22: record states a size of 37 bytes, more than 36"},
		{"bad read", compressed(t, []byte(reads), 1000), 0, 1, "a\t4\t*\t0\t0\t*\t*\t0\t0\tAC\tII\n", readset.ErrCorrupt, "f: record 2, line 8: quality line has length 2, sequence line has length 3"},
		{"limit of a read", compressed(t, []byte(reads), 15), 3, 1, "a\t4\t*\t0\t0\t*\t*\t0\t0\tAC\tII\n", readset.ErrLimitExceeded, "f: record 2, line 5: record of more than 3 bytes"},
		{"no read", compressed(t, []byte("\n"), 10), 0, 0, "", readset.ErrCorrupt, "f: no FASTQ record in the file"},
		{"no text", compressed(t, nil, 10), 0, 0, "", readset.ErrCorrupt, "f: no FASTQ record in the file"},
	} {
		for _, threads := range []int{1, 3} {
			t.Run(c.name, func(t *testing.T) {
				opt := readset.Options{Name: "f", MaxRecord: c.limit, Threads: threads}
				r := open(t, bytes.NewReader(c.file), opt)
				var faults []error
				lines := ""
				for rec, err := range r.Records() {
					if err != nil {
						require.Nil(t, rec)
						faults = append(faults, err)
						continue
					}
					lines += string(rec.AppendSAM(nil))
				}
				require.Len(t, faults, 1)
				require.ErrorIs(t, faults[0], c.kind)
				require.EqualError(t, faults[0], c.want)
				require.Equal(t, strings.Repeat(c.line, c.lines), lines)

				var out strings.Builder
				require.EqualError(t, r.WriteSAM(&out), c.want)
				require.Equal(t, lines, out.String())
			})
		}
	}
	r := open(t, bytes.NewReader(broken), readset.Options{Name: "f"})
	var out strings.Builder
	require.ErrorIs(t, r.WriteSAM(&out), readset.ErrCorrupt)
}

// The header of a file whose lines are at fault is there, its records are not.
func TestHeaderAtFault(t *testing.T) {
	text := []byte("BAM\x01\x0d\x00\x00\x00@SQ\tLN:5\tXX:1\x00\x00\x00\x00")
	text[4] = byte(len(text) - 12)
	r := open(t, bytes.NewReader(compressed(t, text, 100)), readset.Options{Name: "f"})
	require.Equal(t, "@SQ\tLN:5\tXX:1\n", string(r.Header().AppendSAM(nil)))
	require.Empty(t, r.Header().References())
	require.Empty(t, r.Header().SortOrder())
	for rec, err := range r.Records() {
		require.Nil(t, rec)
		require.EqualError(t, err, `f: line 1: header line "@SQ" has no SN`)
	}
}

func TestWarnings(t *testing.T) {
	file, _, lines := sample(t)
	noEOF := file[:len(file)-28]
	codes := func(r *readset.Reader) (codes []string) {
		warnings, err := r.Warnings()
		require.NoError(t, err)
		for _, w := range warnings {
			codes = append(codes, w.Code)
		}
		return codes
	}
	r := open(t, bytes.NewReader(noEOF), readset.Options{})
	require.Equal(t, []string{"missing-eof-block"}, codes(r), "before the records")
	require.Equal(t, lines, linesOf(t, r.Records()))
	require.Equal(t, []string{"missing-eof-block"}, codes(r), "behind the records")
	r = open(t, pipe{bytes.NewReader(noEOF)}, readset.Options{})
	require.Empty(t, codes(r))
	require.Len(t, linesOf(t, r.Records()), len(lines))
	require.Equal(t, []string{"missing-eof-block"}, codes(r))
	r = open(t, bytes.NewReader(append(bytes.Clone(file), 0, 0, 0)), readset.Options{})
	require.NoError(t, r.WriteSAM(io.Discard))
	require.Equal(t, []string{"trailing-zeros"}, codes(r))
	require.Empty(t, codes(open(t, bytes.NewReader(gzipped(t, file)), readset.Options{})))
}

// failing fails to write behind so many bytes.
type failing struct{ room int }

func (f *failing) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room < 0 {
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}

func TestWriteFails(t *testing.T) {
	fq := compressed(t, []byte(strings.Repeat("@r\nACGT\n+\nIIII\n", 10_000)), 60_000)
	for _, file := range [][]byte{randomBAM(t, 3, 60_000, 60_000), fq} {
		for _, room := range []int{0, 100_000} {
			err := open(t, bytes.NewReader(file), readset.Options{}).WriteSAM(&failing{room})
			require.Equal(t, io.ErrShortWrite, err)
		}
	}
}

// Neither a loop that is left, nor an end of the context, nor a Close that comes
// early leaves goroutines behind.
func TestNothingIsLeft(t *testing.T) {
	file := randomBAM(t, 4, 6000, 1000)
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	r, err := readset.Open(bytes.NewReader(file), readset.Options{Threads: 4, Context: ctx, Index: indexOf(t, file, 0)})
	require.NoError(t, err)
	for _, err := range r.Records() {
		require.NoError(t, err)
		break
	}
	for _, err := range r.Region(1, 0, 1<<30) {
		require.NoError(t, err)
		break
	}
	enough := errors.New("enough")
	n := 0
	for _, err := range r.Records() {
		if n++; n == 1 {
			cancel(enough)
		}
		if err != nil {
			require.ErrorIs(t, err, enough)
		}
	}
	require.Less(t, n, 6001)
	require.NoError(t, r.Close())
	require.NoError(t, r.Close())
	for rec, err := range r.Records() {
		require.Nil(t, rec)
		require.ErrorIs(t, err, io.ErrClosedPipe)
	}
	for try := 0; runtime.NumGoroutine() > before; try++ {
		require.Less(t, try, 50_000)
		time.Sleep(time.Millisecond)
	}
}
