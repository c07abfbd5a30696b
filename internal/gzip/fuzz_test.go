package gzip

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// allowed says why the two readers may differ about a file.
func allowed(ours error, theirs error, end End) string {
	switch {
	case end.Plain:
		return "a bare BAM stream passes"
	case ours == nil && end.TrailingZeros > 0:
		return "zeros behind the last member are fine, as gzip has it"
	case ours == nil && theirs == gzip.ErrHeader:
		return "the standard library takes names and comments of up to 511 bytes"
	case ours != nil && strings.Contains(ours.Error(), "reserved flags"):
		return "reserved flags mean a later format (RFC 1952 §2.3.1.2), which the standard library ignores"
	case ours != nil && strings.Contains(ours.Error(), "BGZF block"):
		return "what says that it is a BGZF block must be one"
	}
	return ""
}

func FuzzReader(f *testing.F) {
	text := string(reads(600, 1))
	named := fields{extra: "ABCDE", name: "n\x00", comment: "c\x00", headerCRC: true}
	f.Add(join(member(text), member(""), member("x")))
	f.Add(join(block(text), []byte(eofBlock)))
	f.Add(join(block("a"), member("b"), block("c"), memberOf(named, deflated([]byte("d")), []byte("d")), []byte(eofBlock), make([]byte, 3)))
	f.Add(join(member("a"), []byte("garbage")))
	f.Add(memberOf(fields{flags: 0x80}, deflated([]byte("t")), []byte("t")))
	f.Add(memberOf(fields{name: strings.Repeat("x", 600) + "\x00"}, deflated([]byte("t")), []byte("t")))
	f.Add(member(text)[:200])
	f.Add([]byte(plainMagic + text))
	f.Add(memberOf(fields{}, []byte{1, 2, 0, 0xfd, 0xff, 'o', 'k'}, []byte("ok")))
	f.Fuzz(func(t *testing.T, stored []byte) {
		if len(stored) > 1<<14 { // 16 MB of text at most
			return
		}
		var want []byte
		z, theirs := gzip.NewReader(bytes.NewReader(stored))
		if theirs == nil {
			want, theirs = io.ReadAll(z)
		}
		// The fuzzer wants each run to be the same: no goroutines.
		got, ours := readAll(bytes.NewReader(stored), Options{Threads: 1})
		if allowed(ours, theirs, got.end) == "" {
			require.Equal(t, theirs == nil, ours == nil, "ours: %v; theirs: %v", ours, theirs)
		}
		if ours == nil && theirs == nil {
			require.True(t, string(want) == got.text, "%d bytes, want %d", len(got.text), len(want))
		}
		require.Zero(t, got.end.SecondLooks, "our decoder rejected what the standard library takes")
		if ours == nil {
			require.EqualValues(t, len(stored), got.offset)
		}
		once, err := readAll(onlyReader{bytes.NewReader(stored)}, Options{Threads: 1})
		require.Equal(t, ours == nil, err == nil)
		if err == nil {
			requireSame(t, got, once, "a source that passes once")
		}
	})
}
