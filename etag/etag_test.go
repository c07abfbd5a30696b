package etag_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/etag"
)

// record is a FASTQ record of one read.
const record = "@r1 x\nACGT\n+\nIIII\n"

// member is an ordinary gzip member.
func member(tb testing.TB, text string) []byte {
	tb.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := io.WriteString(w, text)
	require.NoError(tb, err)
	require.NoError(tb, w.Close())
	return b.Bytes()
}

// block is one BGZF block: a gzip member with its size in the BC field.
func block(tb testing.TB, text string) []byte {
	tb.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Extra = []byte("BC\x02\x00\x00\x00")
	w.OS = 255
	_, err := io.WriteString(w, text)
	require.NoError(tb, err)
	require.NoError(tb, w.Close())
	p := b.Bytes()
	p[16], p[17] = byte(len(p)-1), byte((len(p)-1)>>8)
	return p
}

// eof is the empty block that ends a BGZF file (SAMv1 §4.1.2).
const eof = "\x1f\x8b\x08\x04\x00\x00\x00\x00\x00\xff\x06\x00\x42\x43\x02\x00\x1b\x00\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00"

// reads is n records.
func reads(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "@read.%d lane 1\nACGTN%s\n+\n#####%s\n", i, strings.Repeat("GATTACA", i%30), strings.Repeat("IHGFEDC", i%30))
	}
	return b.String()
}

// forms gives a text in every form that a FASTQ file comes in.
func forms(tb testing.TB, text string) map[string][]byte {
	cat := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	var blocks, members [][]byte
	const size = 30000
	for at := 0; at < len(text); at += size {
		part := text[at:min(at+size, len(text))]
		blocks = append(blocks, block(tb, part))
		members = append(members, member(tb, part))
	}
	var mixed [][]byte
	for i := range blocks {
		mixed = append(mixed, [][]byte{blocks[i], members[i]}[i%2], [][]byte{member(tb, ""), []byte(eof), nil}[i%3])
	}
	bgzf := cat(cat(blocks...), []byte(eof))
	return map[string][]byte{
		"bgzf":          bgzf,
		"bgzf, no EOF":  cat(blocks...),
		"gzip":          member(tb, text),
		"multi-member":  cat(members...),
		"mixed":         cat(mixed...),
		"empty members": cat(member(tb, ""), []byte(eof), member(tb, ""), bgzf, member(tb, ""), []byte(eof)),
	}
}

func TestFormsAndFamilies(t *testing.T) {
	text := reads(1500)
	md, s256, s512 := md5.Sum([]byte(text)), sha256.Sum256([]byte(text)), sha512.Sum512([]byte(text))
	want := map[etag.Family]string{
		etag.MD5up:    hex.EncodeToString(md[:]),
		etag.SHA256up: hex.EncodeToString(s256[:]),
		etag.SHA512up: hex.EncodeToString(s512[:]),
	}
	for form, file := range forms(t, text) {
		for family, hash := range want {
			for _, threads := range []int{1, 2, 5} {
				t.Run(fmt.Sprint(form, "/", family, "/", threads), func(t *testing.T) {
					for _, r := range []io.Reader{bytes.NewReader(file), iotest.OneByteReader(bytes.NewReader(file)), iotest.DataErrReader(bytes.NewReader(file))} {
						res, err := etag.Compute(t.Context(), r, etag.Options{Family: family, Threads: threads})
						require.NoError(t, err)
						require.Equal(t, "FASTQ_"+string(family), res.Algorithm)
						require.Equal(t, hash, res.Hex)
						require.EqualValues(t, 1500, res.Reads)
						require.EqualValues(t, 1500*5+7*sumModulo(1500, 30), res.Bases)
						require.EqualValues(t, len(text), res.TextBytes)
						require.EqualValues(t, len(file), res.StoredBytes)
						require.Equal(t, form == "bgzf, no EOF", len(res.Warnings) == 1, res.Warnings)
					}
				})
			}
		}
	}
}

// sumModulo is the sum of i%m for i below n.
func sumModulo(n, m int) (sum int) {
	for i := range n {
		sum += i % m
	}
	return sum
}

// TestGolden holds the committed files to the values that public tools gave.
func TestGolden(t *testing.T) {
	list, err := os.ReadFile("../testdata/etags.txt")
	require.NoError(t, err)
	for line := range strings.Lines(string(list)) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "  ")
		require.Len(t, f, 3)
		_, family, _ := strings.Cut(f[0], "_")
		file, err := os.Open(filepath.Join("../testdata", f[2]))
		require.NoError(t, err)
		defer file.Close()
		res, err := etag.Compute(t.Context(), file, etag.Options{Family: etag.Family(family)})
		require.NoError(t, err)
		require.Equal(t, f[:2], []string{res.Algorithm, res.Hex}, f[2])
	}
}

// TestFaults has each fault of storage.md §6 that concerns gzip and FASTQ.
func TestFaults(t *testing.T) {
	three := reads(3)
	whole := member(t, three)
	blocks := append(block(t, three), eof...)
	flip := func(p []byte, at int) []byte {
		p = bytes.Clone(p)
		if at < 0 {
			at += len(p)
		}
		p[at] ^= 1
		return p
	}
	for _, c := range []struct {
		name string
		file []byte
		kind error
		want string
	}{
		{"no bytes", nil, etag.ErrCorrupt, "f.gz: the file is empty"},
		{"uncompressed", []byte(three), etag.ErrCorrupt, "f.gz: not compressed: compress it with gzip or bgzip"},
		{"other bytes", []byte("PK\x03\x04"), etag.ErrCorrupt, "f.gz: not a gzip file"},
		{"CRAM", []byte("CRAM\x03\x00"), etag.ErrValidation, "f.gz: declared FASTQ, but it is a CRAM file"},
		{"truncated gzip", whole[:len(whole)-20], etag.ErrCorrupt, "f.gz: byte 0: truncated: the file ends inside the gzip member that starts here"},
		{"truncated gzip footer", whole[:len(whole)-1], etag.ErrCorrupt, "f.gz: byte 0: truncated: the file ends inside the gzip member that starts here"},
		{"truncated gzip header", append(bytes.Clone(whole), whole[:5]...), etag.ErrCorrupt, fmt.Sprintf("f.gz: byte %d: truncated: the file ends inside the gzip header that starts here", len(whole))},
		{"truncated BGZF", blocks[:len(blocks)-30], etag.ErrCorrupt, "f.gz: byte 0: truncated: the file ends inside the BGZF block that starts here"},
		{"truncated second block", append(bytes.Clone(blocks[:len(blocks)-28]), blocks[:40]...), etag.ErrCorrupt, fmt.Sprintf("f.gz: byte %d: truncated: the file ends inside the BGZF block that starts here", len(blocks)-28)},
		{"gzip CRC", flip(whole, -8), etag.ErrCorrupt, crcMessage("gzip member", three)},
		{"block CRC", flip(block(t, three), -8), etag.ErrCorrupt, crcMessage("BGZF block", three)},
		{"gzip length", flip(whole, -4), etag.ErrCorrupt, fmt.Sprintf("f.gz: byte 0: gzip member states %d bytes of text (modulo 2^32), holds %d", len(three)^1, len(three))},
		{"block length", flip(block(t, three), -4), etag.ErrCorrupt, "f.gz: byte 0: BGZF block: deflate: stream holds more than the stated size (at byte 57 of the stream)"},
		{"garbage behind gzip", append(bytes.Clone(whole), "garbage"...), etag.ErrCorrupt, fmt.Sprintf("f.gz: byte %d: trailing garbage: bytes that begin no gzip member", len(whole))},
		{"garbage behind BGZF", append(bytes.Clone(blocks), "garbage"...), etag.ErrCorrupt, fmt.Sprintf("f.gz: byte %d: trailing garbage: bytes that begin no gzip member", len(blocks))},
		{"no record", member(t, ""), etag.ErrCorrupt, "f.gz: no FASTQ record in the file"},
		{"BAM declared FASTQ", block(t, "BAM\x01"), etag.ErrValidation, "f.gz: declared FASTQ, but it is a BAM file"},
		{"FASTA", member(t, ">c\nACGT\n"), etag.ErrCorrupt, "f.gz: record 1, line 1: name line starts with '>', not '@': this looks like FASTA"},
		{"unequal lengths", member(t, record+"@r2\nACGT\n+\nIII\n"+record), etag.ErrCorrupt, "f.gz: record 2, line 8: quality line has length 3, sequence line has length 4"},
		{"broken record", member(t, record+"@r2\nACGT\n"), etag.ErrCorrupt, "f.gz: record 2, line 7: input ends inside a record: the '+' line is missing"},
		{"multi-line", member(t, "@r1\nACGT\nACGT\n+\nIIII\nIIII\n"), etag.ErrCorrupt, "f.gz: record 1, line 3: the sequence goes on in the third line of the record, where '+' must be: multi-line FASTQ is not accepted; write each record on four lines, for example with \"seqtk seq -l0\""},
	} {
		for _, threads := range []int{1, 2} {
			t.Run(fmt.Sprint(c.name, "/", threads), func(t *testing.T) {
				res := etag.ComputeAll(t.Context(), []etag.Source{{Name: "f.gz", Reader: bytes.NewReader(c.file)}},
					etag.Options{Type: etag.FASTQ, Threads: threads})
				require.Error(t, res[0].Err)
				require.ErrorIs(t, res[0].Err, c.kind)
				require.EqualError(t, res[0].Err, c.want)
				var e *etag.Error
				require.ErrorAs(t, res[0].Err, &e)
				require.Equal(t, "f.gz", e.Pos.File)
			})
		}
	}
}

// TestBAMHeaderFaults has BAM files whose header can't be read.
func TestBAMHeaderFaults(t *testing.T) {
	file, err := os.ReadFile("testdata/alignments.bam")
	require.NoError(t, err)
	z, err := gzip.NewReader(bytes.NewReader(file))
	require.NoError(t, err)
	text, err := io.ReadAll(z)
	require.NoError(t, err)
	for _, size := range []int{4, 6, 8, 50, 120} {
		for _, threads := range []int{1, 2} {
			for _, f := range [][]byte{block(t, string(text[:size])), member(t, string(text[:size])), text[:size]} {
				res := etag.ComputeAll(t.Context(), []etag.Source{{Name: "f.bam", Reader: bytes.NewReader(f)}}, etag.Options{Threads: threads})
				require.EqualError(t, res[0].Err, "f.bam: truncated: the file ends inside the BAM header")
				require.ErrorIs(t, res[0].Err, etag.ErrCorrupt)
			}
		}
	}
}

// crcMessage is the fault of a text whose stored CRC-32 has its lowest bit
// flipped.
func crcMessage(what, text string) string {
	sum := crc32.ChecksumIEEE([]byte(text))
	return fmt.Sprintf("f.gz: byte 0: %s states CRC-32 %08x, its text has %08x", what, sum^1, sum)
}

// TestOneBadAmongGood has a failed source leave the others alone.
func TestOneBadAmongGood(t *testing.T) {
	good := member(t, reads(500))
	bad := good[:len(good)/2]
	for _, threads := range []int{1, 2, 8} {
		var sources []etag.Source
		for i := range 40 {
			file := good
			if i%7 == 3 {
				file = bad
			}
			sources = append(sources, etag.Source{Name: fmt.Sprint(i), Reader: bytes.NewReader(file)})
		}
		sources = append(sources, etag.Source{Name: "40", Reader: iotest.ErrReader(errors.New("disk on fire"))})
		one, err := etag.Compute(t.Context(), bytes.NewReader(good), etag.Options{})
		require.NoError(t, err)
		for i, res := range etag.ComputeAll(t.Context(), sources, etag.Options{Threads: threads}) {
			switch {
			case i == 40:
				require.EqualError(t, res.Err, "40: byte 0: cannot read on: disk on fire")
				require.ErrorIs(t, res.Err, etag.ErrInternal)
			case i%7 == 3:
				require.ErrorIs(t, res.Err, io.ErrUnexpectedEOF)
				require.ErrorContains(t, res.Err, fmt.Sprint(i, ": byte 0: truncated"))
			default:
				require.Equal(t, one, res)
			}
		}
	}
}

func TestWarnings(t *testing.T) {
	noEOF := block(t, record)
	zeros := append(member(t, record), 0, 0, 0)
	for _, c := range []struct {
		file []byte
		code string
		text string
	}{
		{noEOF, etag.MissingEOFBlock, "no BGZF EOF block: the file may have been cut between two blocks"},
		{zeros, etag.TrailingZeros, "3 zero bytes behind the last gzip member"},
	} {
		res, err := etag.Compute(t.Context(), bytes.NewReader(c.file), etag.Options{})
		require.NoError(t, err)
		require.Equal(t, []etag.Warning{{Code: c.code, Message: c.text}}, res.Warnings)
		_, err = etag.Compute(t.Context(), bytes.NewReader(c.file), etag.Options{Strict: true})
		require.ErrorIs(t, err, etag.ErrCorrupt)
		require.EqualError(t, err, c.text)
	}
	// A BGZF part that an ordinary member follows needs no EOF block.
	res, err := etag.Compute(t.Context(), bytes.NewReader(append(noEOF, member(t, record)...)), etag.Options{Strict: true})
	require.NoError(t, err)
	require.Empty(t, res.Warnings)
}

func TestOptions(t *testing.T) {
	for _, c := range []struct {
		opt  etag.Options
		kind error
		want string
	}{
		{etag.Options{Family: "MD4"}, etag.ErrValidation, `unknown ETag family "MD4": it is MD5up, SHA256up or SHA512up`},
		{etag.Options{Type: "VCF"}, etag.ErrValidation, `unknown file type "VCF": it is FASTQ, BAM, UBAM or CRAM`},
	} {
		_, err := etag.Compute(t.Context(), strings.NewReader(""), c.opt)
		require.ErrorIs(t, err, c.kind)
		require.EqualError(t, err, c.want)
	}
	require.Empty(t, etag.ComputeAll(t.Context(), nil, etag.Options{}))
}

func TestProgress(t *testing.T) {
	file := member(t, reads(20000))
	var last etag.Progress
	_, err := etag.Compute(t.Context(), &slow{bytes.NewReader(file)}, etag.Options{Progress: func(p etag.Progress) {
		require.GreaterOrEqual(t, p.TextBytes, last.TextBytes)
		require.GreaterOrEqual(t, p.StoredBytes, last.StoredBytes)
		last = p
	}})
	require.NoError(t, err)
	require.Positive(t, last.TextBytes)
	require.Positive(t, last.StoredBytes)
}

// slow is a reader that takes its time.
type slow struct{ r io.Reader }

func (s *slow) Read(p []byte) (int, error) {
	time.Sleep(5 * time.Millisecond)
	return s.r.Read(p[:min(len(p), 8<<10)])
}

// TestCancel has a computation end soon and leave no goroutine behind.
func TestCancel(t *testing.T) {
	before := runtime.NumGoroutine()
	file := member(t, reads(5000))
	for _, threads := range []int{1, 2, 8} {
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		reason := errors.New("enough")
		sources := make([]etag.Source, 5)
		for i := range sources {
			sources[i] = etag.Source{Reader: &endless{file: file, after: 20, then: func() { cancel(reason) }}}
		}
		for _, res := range etag.ComputeAll(ctx, sources, etag.Options{Threads: threads}) {
			require.ErrorIs(t, res.Err, reason)
		}
	}
	for range 5000 { // ended goroutines are counted a little longer
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
}

// endless gives a file again and again, and calls then after some times.
type endless struct {
	file  []byte
	at    int
	after int
	then  func()
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.file[e.at:])
	if e.at += n; e.at == len(e.file) {
		e.at = 0
		if e.after--; e.after == 0 {
			e.then()
		}
	}
	return n, nil
}

// TestPipe has a computation end whose source is a pipe that says nothing.
func TestPipe(t *testing.T) {
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer w.Close()
	defer r.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = etag.Compute(ctx, r, etag.Options{Threads: 2})
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

// TestOpen has sources opened in their turn and closed at their end, and each
// result told once.
func TestOpen(t *testing.T) {
	file := member(t, reads(300))
	for _, threads := range []int{1, 2} {
		var open, most, told int32
		sources := make([]etag.Source, 100)
		for i := range sources {
			sources[i].Name = fmt.Sprint(i)
			sources[i].Open = func() (io.ReadCloser, error) {
				if i == 50 {
					return nil, os.ErrNotExist
				}
				most = max(most, atomic.AddInt32(&open, 1))
				return &closer{bytes.NewReader(file), &open}, nil
			}
		}
		results := etag.ComputeAll(t.Context(), sources, etag.Options{Threads: threads, Done: func(i int, r etag.Result) {
			told++
			require.Equal(t, i == 50, r.Err != nil, r.Err)
		}})
		require.ErrorIs(t, results[50].Err, os.ErrNotExist)
		require.EqualError(t, results[50].Err, "50: file does not exist")
		require.EqualValues(t, 100, told)
		require.Zero(t, open)
		require.LessOrEqual(t, most, int32(8))
	}
}

// closer counts the open ones.
type closer struct {
	io.Reader
	open *int32
}

func (c *closer) Close() error {
	atomic.AddInt32(c.open, -1)
	return nil
}
