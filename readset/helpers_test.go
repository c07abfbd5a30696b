package readset_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/index"
	"github.com/seqlode/seqlode/internal/bam"
	"github.com/seqlode/seqlode/internal/bgzf"
	"github.com/seqlode/seqlode/internal/sam"
	"github.com/seqlode/seqlode/readset"
)

// sample gives the test file, its header and its lines.
func sample(t testing.TB) (file []byte, header string, lines []string) {
	t.Helper()
	file, err := os.ReadFile("testdata/sample.bam")
	require.NoError(t, err)
	text, err := os.ReadFile("testdata/sample.sam")
	require.NoError(t, err)
	for line := range strings.Lines(string(text)) {
		if line[0] == '@' {
			header += line
		} else {
			lines = append(lines, line)
		}
	}
	return file, header, lines
}

// pipe is a source that cannot seek.
type pipe struct{ io.Reader }

// open opens a file, which the test closes.
func open(t testing.TB, src io.Reader, opt readset.Options) *readset.Reader {
	t.Helper()
	r, err := readset.Open(src, opt)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, r.Close()) })
	return r
}

// indexOf makes the index of a BAM file.
func indexOf(t testing.TB, file []byte, format index.Format) *bytes.Buffer {
	t.Helper()
	var b bytes.Buffer
	_, err := index.Build(t.Context(), bytes.NewReader(file), &b, format, nil)
	require.NoError(t, err)
	return &b
}

// linesOf gives the SAM text of the records of a loop.
func linesOf(t testing.TB, records func(func(*readset.Record, error) bool)) (lines []string) {
	t.Helper()
	for r, err := range records {
		require.NoError(t, err)
		lines = append(lines, string(r.AppendSAM(nil)))
	}
	return lines
}

// randomBAM makes a sorted file of records (a multiple of 6) on five references, some of them
// long, and some unplaced ones, in blocks of a size.
func randomBAM(t testing.TB, seed uint64, records, block int) []byte {
	t.Helper()
	rnd := rand.New(rand.NewPCG(seed, 1))
	const references, length = 5, 200_000
	var text strings.Builder
	var refs []sam.Ref
	for i := range references {
		fmt.Fprintf(&text, "@SQ\tSN:c%d\tLN:%d\n", i, length)
		refs = append(refs, sam.Ref{Name: fmt.Appendf(nil, "c%d", i), Length: length})
	}
	h, err := sam.NewHeader([]byte(text.String()), refs)
	require.NoError(t, err)
	var raw bytes.Buffer
	w, err := bam.NewWriter(t.Context(), &raw, h, 1, bam.Options{Threads: 1})
	require.NoError(t, err)
	for ref := range int32(references + 1) {
		places := make([]int32, records/(references+1))
		for i := range places {
			places[i] = rnd.Int32N(length)
		}
		slices.Sort(places)
		for i, pos := range places {
			flag, n := uint16(0), uint32(1+rnd.IntN(150))
			switch rnd.IntN(20) {
			case 0:
				n = uint32(1 + rnd.IntN(60_000)) // a spliced one
			case 1:
				flag = 4
			}
			at := ref
			if ref == references {
				at, pos, flag = -1, -1, 4
			}
			require.NoError(t, w.Write(bamRecord(fmt.Sprintf("r%d.%d", ref, i), flag, at, pos, []uint32{n<<4 | 3}, nil)))
		}
	}
	require.NoError(t, w.Close())
	return inBlocks(t, raw.Bytes(), block)
}

// inBlocks gives a BGZF file the blocks of a size.
func inBlocks(t testing.TB, file []byte, size int) []byte {
	t.Helper()
	r := bgzf.NewReader(t.Context(), bytes.NewReader(file), bgzf.Options{Threads: 1})
	defer r.Close()
	text, err := io.ReadAll(r)
	require.NoError(t, err)
	return compressed(t, text, size)
}

// compressed puts text in blocks of a size.
func compressed(t testing.TB, text []byte, size int) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := bgzf.NewWriter(t.Context(), &b, 1, bgzf.WriterOptions{Threads: 1})
	require.NoError(t, err)
	for len(text) > 0 {
		n := min(size, len(text))
		_, err = w.Write(text[:n])
		require.NoError(t, err)
		require.NoError(t, w.Flush())
		text = text[n:]
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

// bamRecord makes a record without a sequence.
func bamRecord(name string, flag uint16, ref, pos int32, cigar []uint32, tags []byte) sam.Record {
	r := make([]byte, 32)
	le.PutUint32(r, uint32(ref))
	le.PutUint32(r[4:], uint32(pos))
	r[8] = byte(len(name) + 1)
	le.PutUint16(r[12:], uint16(len(cigar)))
	le.PutUint16(r[14:], flag)
	le.PutUint32(r[20:], ^uint32(0))
	le.PutUint32(r[24:], ^uint32(0))
	r = append(append(r, name...), 0)
	for _, op := range cigar {
		r = le.AppendUint32(r, op)
	}
	return append(r, tags...)
}
