package fastq

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/errs"
)

// read is a record with memory of its own.
type read struct{ title, seq, qual string }

// cutAll gives the records of a text in chunks, and what ended it. Each chunk is
// overwritten once it is done with.
func cutAll(c *Cutter, chunks [][]byte) (reads []read, err error) {
	take := func() {
		for r := new(Record); c.Next(r); {
			reads = append(reads, read{string(r.Title), string(r.Sequence), string(r.Qualities)})
		}
	}
	for _, chunk := range chunks {
		chunk = bytes.Clone(chunk)
		c.Write(chunk)
		take()
		for i := range chunk {
			chunk[i] = '\n'
		}
		if c.Err() != nil {
			return reads, c.Err()
		}
	}
	c.Close()
	take()
	return reads, c.Err()
}

// readsOf gives the first n records of a text, one by one.
func readsOf(text []byte, n int64) (reads []read) {
	lines := bytes.Split(text, []byte("\n"))
	line := func(i int64) string { return string(bytes.TrimSuffix(lines[i], []byte("\r"))) }
	for i := range n {
		reads = append(reads, read{line(4 * i)[1:], line(4*i + 1), line(4*i + 3)})
	}
	return reads
}

// holdCutter holds a cutter against the checker.
func holdCutter(t *testing.T, text []byte, chunks [][]byte) {
	t.Helper()
	checker := new(Checker)
	verdict := run(checker, [][]byte{text})
	c := NewCutter(1 << 20)
	got, err := cutAll(c, chunks)
	if verdict.Fault == "" {
		require.Equal(t, io.EOF, err)
	} else {
		require.EqualError(t, err, verdict.Fault)
	}
	require.Equal(t, verdict.Reads, c.Records())
	require.Equal(t, readsOf(text, verdict.Reads), got)
}

func TestCutter(t *testing.T) {
	texts := [][]byte{
		records(50, 40, true, "\n"), records(50, 40, false, "\r\n"),
		[]byte("@a b\nAC\n+a b\nII\n@\n\n+\n\n@c\r\nACG\n+\r\nIII\r\n\r\n\n\n"),
		[]byte("@a\nAC\n+\nII"), []byte("@a\nAC\n+\nII\r"),
	}
	for _, tt := range checks {
		texts = append(texts, []byte(tt.text), []byte("@x y\nACGT\n+x\nIIII\n"+tt.text))
	}
	for _, text := range texts {
		for _, n := range []int{1, 2, 3, 7, 64, 1 << 20} {
			holdCutter(t, text, cutEvery(text, n))
		}
	}
}

func TestCutterLimit(t *testing.T) {
	long := bytes.Repeat([]byte("A"), 5000)
	text := fmt.Appendf(nil, "@a\nAC\n+\nII\n@b\n%s\n+\n%s\n", long, long)
	c := NewCutter(9000)
	reads, err := cutAll(c, cutEvery(text, 100))
	require.Len(t, reads, 1)
	require.ErrorIs(t, err, errs.ErrLimitExceeded)
	require.EqualError(t, err, "record 2, line 5: record of more than 9000 bytes")

	// Blank lines without end are no record.
	c = NewCutter(1000)
	chunks := append(cutEvery([]byte("@a\nAC\n+\nII\n"), 5), cutEvery(bytes.Repeat([]byte("\n"), 5000), 70)...)
	reads, err = cutAll(c, chunks)
	require.Len(t, reads, 1)
	require.Equal(t, io.EOF, err)
}

func TestCutterAllocatesNothing(t *testing.T) {
	text := records(500, 150, false, "\n")
	chunks := cutEvery(text, 10_000)
	c := NewCutter(1 << 20)
	var r Record
	c.Write(text) // so that its memory is there
	for c.Next(&r) {
	}
	require.Zero(t, testing.AllocsPerRun(10, func() {
		for _, chunk := range chunks {
			c.Write(chunk)
			for c.Next(&r) {
			}
		}
	}))
	require.NoError(t, c.Err())
}

// FuzzCutter holds a cutter, at random cuts, against the checker.
func FuzzCutter(f *testing.F) {
	for i, tt := range checks {
		f.Add([]byte("@x y\nACGT\n+x\nIIII\n@x\nACGT\n+\nIIII\n"+tt.text), uint64(i), uint16(20))
	}
	f.Fuzz(func(t *testing.T, text []byte, seed uint64, mean uint16) {
		rnd := rand.New(rand.NewPCG(seed, 0))
		holdCutter(t, text, cutAtRandom(text, int(mean), rnd))
	})
}
