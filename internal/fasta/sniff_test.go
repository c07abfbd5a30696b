package fasta

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestSniff(t *testing.T) {
	gzipped := func(text string) string {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, err := z.Write([]byte(text))
		require.NoError(t, err)
		require.NoError(t, z.Close())
		return b.String()
	}
	long := strings.Repeat("ACGT", 50_000)
	for _, c := range []struct {
		name, in string
		want     bool
	}{
		{"FASTA", small, true},
		{"empty lines first", "\n\r\n>a\nA\n", true},
		{"long", ">a\n" + long, true},
		{"bgzipped", string(bgzipped(t, small, 3)), true},
		{"gzipped", gzipped(small), true},
		{"gzipped, cut", gzipped(">a\n" + long)[:100], true},
		{"FASTQ", "@a\nA\n+\nI\n", false},
		{"BAM", string(bgzipped(t, "BAM\x01\x00\x00\x00\x00", 99)), false},
		{"nothing", "", false},
		{"gzip of nothing", gzipped(""), false},
		{"bases", long, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			is, whole, err := Sniff(iotest.HalfReader(strings.NewReader(c.in)))
			require.NoError(t, err)
			require.Equal(t, c.want, is)
			got, err := io.ReadAll(whole)
			require.NoError(t, err)
			require.True(t, string(got) == c.in)
			seeker := strings.NewReader("x" + c.in)
			_, err = seeker.ReadByte()
			require.NoError(t, err)
			is, whole, err = Sniff(seeker)
			require.NoError(t, err)
			require.Equal(t, c.want, is)
			require.True(t, whole == io.Reader(seeker))
			require.Equal(t, len(c.in), seeker.Len())
		})
	}
	broken := errors.New("broken")
	_, _, err := Sniff(iotest.ErrReader(broken))
	require.ErrorIs(t, err, broken)
}

// TestSniffedDeadline ends a Read that waits for a pipe.
func TestSniffedDeadline(t *testing.T) {
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer r.Close()
	defer w.Close()
	if r.SetReadDeadline(time.Time{}) != nil {
		t.Skip("pipes have no deadlines on this system")
	}
	s := &sniffed{r, r}
	require.NoError(t, s.SetReadDeadline(time.Unix(1, 0)))
	_, err = s.Read(make([]byte, 1))
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	require.ErrorIs(t, (&sniffed{strings.NewReader(""), strings.NewReader("")}).SetReadDeadline(time.Time{}), errors.ErrUnsupported)
}
