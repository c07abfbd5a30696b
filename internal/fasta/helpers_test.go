package fasta

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/bgzf"
)

// fai gives an index as a .fai file.
func fai(t testing.TB, x *Index) string {
	t.Helper()
	var b bytes.Buffer
	n, err := x.WriteTo(&b)
	require.NoError(t, err)
	require.EqualValues(t, b.Len(), n)
	return b.String()
}

// bgzipped compresses a text, with blocks of size bytes of it.
func bgzipped(t testing.TB, text string, size int) []byte {
	t.Helper()
	var out bytes.Buffer
	for len(text) > 0 {
		n := min(size, len(text))
		var block bytes.Buffer
		w, err := bgzf.NewWriter(context.Background(), &block, 1, bgzf.WriterOptions{Threads: 1})
		require.NoError(t, err)
		_, err = w.Write([]byte(text[:n]))
		require.NoError(t, err)
		require.NoError(t, w.Close())
		out.WriteString(strings.TrimSuffix(block.String(), bgzf.EOFBlock))
		text = text[n:]
	}
	out.WriteString(bgzf.EOFBlock)
	return out.Bytes()
}

// told is what a scan of a text gives, in one string.
func told(s Summary, err error) string {
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	for _, q := range s.Index.Sequences {
		fmt.Fprintf(&b, "%q %d %d %d %d %s\n", q.Name, q.Length, q.Offset, q.LineBases, q.LineWidth, q.M5)
	}
	fmt.Fprintln(&b, s.MD5, s.TextBytes, s.Warnings)
	return b.String()
}

// scanEveryWay scans a text in chunks of several sizes, with sums and without,
// and holds all against each other.
func scanEveryWay(t testing.TB, text string, strict bool) (Summary, error) {
	t.Helper()
	sum, err := Scan(context.Background(), strings.NewReader(text), Options{Strict: strict, Sums: true, Threads: 1})
	want := told(sum, err)
	got, err2 := Scan(context.Background(), iotest.DataErrReader(strings.NewReader(text)), Options{Strict: strict, Sums: true, Threads: 3})
	require.Equal(t, want, told(got, err2))
	for _, size := range []int{1, 2, 3, 7, 64} {
		for _, sums := range []bool{true, false} {
			got, err2 := scanChunks(text, size, strict, sums)
			if err == nil && !sums {
				for i := range got.Index.Sequences {
					require.Empty(t, got.Index.Sequences[i].M5)
					got.Index.Sequences[i].M5 = sum.Index.Sequences[i].M5
				}
			}
			require.Equal(t, want, told(got, err2), "chunks of %d, sums: %v", size, sums)
		}
	}
	if err == nil {
		h := md5.Sum([]byte(text))
		require.Equal(t, hex.EncodeToString(h[:]), sum.MD5)
		require.EqualValues(t, len(text), sum.TextBytes)
	}
	return sum, err
}

// scanChunks is Scan of a plain text in chunks of a size; the MD5 of the text is
// right in any case.
func scanChunks(text string, size int, strict, sums bool) (Summary, error) {
	s, h := newScanner(strict, sums), newHasher()
	for rest := text; ; {
		n := min(size, len(rest))
		var out gathered
		var err error
		if n > 0 {
			err = s.write([]byte(rest[:n]), &out)
		} else {
			err = s.close(&out)
		}
		if err != nil {
			return Summary{}, err
		}
		if sums {
			h.write([]byte(rest[:n]), &out)
		}
		if n == 0 {
			break
		}
		rest = rest[n:]
	}
	if sums {
		for i := range s.x.Sequences {
			s.x.Sequences[i].M5 = hex.EncodeToString(h.sums[i][:])
		}
	}
	whole := md5.Sum([]byte(text))
	return Summary{Index: &s.x, MD5: hex.EncodeToString(whole[:]), TextBytes: int64(len(text)), Warnings: s.notes.warnings()}, nil
}

func hexOf(sum [md5.Size]byte) string { return hex.EncodeToString(sum[:]) }
