package fasta

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestWords holds what works on eight bytes at once against one byte at a time:
// every byte at every place of lines of many sizes.
func TestWords(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for size := range 75 {
		line := make([]byte, size)
		for i := range line {
			line[i] = '!' + byte(r.IntN('~'-'!'+1))
		}
		check(t, line)
		for i := range line {
			for b := range 256 {
				odd := bytes.Clone(line)
				odd[i] = byte(b)
				check(t, odd)
			}
		}
	}
}

func check(t *testing.T, line []byte) {
	t.Helper()
	all, upper := true, bytes.Clone(line)
	for i, b := range line {
		all = all && b >= '!' && b <= '~'
		if b >= 'a' && b <= 'z' {
			upper[i] = b - 'a' + 'A'
		}
	}
	got := make([]byte, len(line)+8)
	if all != allBases(line) || all != fold(got, line) {
		t.Fatalf("%q: not told", line)
	}
	if !all {
		return
	}
	if !bytes.Equal(upper, got[:len(line)]) || !bytes.Equal(got[len(line):], make([]byte, 8)) {
		t.Fatalf("%q: folded to %q", line, got)
	}
	in := bytes.Clone(line)
	if toUpper(in); !bytes.Equal(upper, in) {
		t.Fatalf("%q: in upper case %q", line, in)
	}
}

func TestClasses(t *testing.T) {
	for b := range 256 {
		require.Equal(t, b >= 0x21 && b <= 0x7e, isBase(byte(b)))
		require.Equal(t, bytes.IndexByte([]byte(" \t\n\v\f\r"), byte(b)) >= 0, isSpace(byte(b)))
	}
}
