package gzip

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/errs"
)

// A bare BAM stream is given as it is, of any length and from any source.
func TestPlain(t *testing.T) {
	for _, n := range []int{0, 1, 13, 14, 256<<10 - 4, 256 << 10, 3_000_000} {
		file := append([]byte(plainMagic), reads(n, uint64(n))...)
		forThreads(t, func(t *testing.T, opt Options) {
			want := outcome{text: string(file), end: End{Plain: true}, offset: int64(len(file))}
			got, err := readAll(bytes.NewReader(file), opt)
			require.NoError(t, err)
			requireSame(t, want, got, "whole")
			got, err = readAll(iotest.HalfReader(onlyReader{bytes.NewReader(file)}), opt)
			require.NoError(t, err)
			requireSame(t, want, got, "in pieces")
			if n < 100 {
				got, err = readAll(iotest.OneByteReader(bytes.NewReader(file)), opt)
				require.NoError(t, err)
				requireSame(t, want, got, "byte by byte")
			}
			got, err = readAll(broken(file), opt)
			require.ErrorIs(t, err, errBroken)
			if len(file) >= 18 { // what tells a BGZF block
				require.True(t, got.text == string(file), "%d bytes before the fault, of %d", len(got.text), len(file))
			}
			require.Empty(t, want.end.Warnings())
		})
	}
}

// The first chunk tells what the file is, and no chunk has virtual offsets.
func TestPlainChunks(t *testing.T) {
	r := NewReader(t.Context(), iotest.OneByteReader(strings.NewReader(plainMagic+"more")), Options{Threads: 1})
	defer r.Close()
	var text string
	for {
		s, err := r.Next()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		require.Nil(t, s.Unit.Batch())
		text += string(s.Unit.Text)
		require.True(t, strings.HasPrefix(text, plainMagic))
		s.Release()
	}
	require.Equal(t, plainMagic+"more", text)
}

// Only what a file begins with can be plain, and only with the whole magic.
func TestNotPlain(t *testing.T) {
	for _, c := range []struct{ file, text, want string }{
		{"BAM", "", "not a gzip file"},
		{"BAM\x02more of it and more", "", "not a gzip file"},
		{string(member("a")) + plainMagic, "a", "trailing garbage"},
		{string(block("a")) + plainMagic, "a", "trailing garbage"},
	} {
		got, err := readAll(strings.NewReader(c.file), Options{Threads: 1})
		require.ErrorIs(t, err, errs.ErrCorrupt)
		require.ErrorContains(t, err, c.want)
		require.Equal(t, c.text, got.text)
	}
	// What looks like a member in a plain file is text.
	file := plainMagic + string(member("a"))
	got, err := readAll(strings.NewReader(file), Options{})
	require.NoError(t, err)
	require.Equal(t, file, got.text)
}
