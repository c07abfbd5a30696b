package gzip

import (
	"bytes"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// compressors are programs that make gzip of standard input.
var compressors = [][]string{
	{"gzip", "-c"}, {"gzip", "-c1"}, {"gzip", "-c9"},
	{"pigz", "-c", "-p2"}, {"pigz", "-c", "-p2", "-b128", "-i"}, {"pigz", "-c", "-11", "-p1"},
	{"bgzip", "-c"}, {"bgzip", "-c", "-l0"}, {"igzip", "-c"}, {"igzip", "-c", "-0"}, {"libdeflate-gzip", "-c", "-12"},
}

func run(t *testing.T, in []byte, cmd []string) []byte {
	t.Helper()
	c := exec.CommandContext(t.Context(), cmd[0], cmd[1:]...)
	var out, said bytes.Buffer
	c.Stdin, c.Stdout, c.Stderr = bytes.NewReader(in), &out, &said
	require.NoError(t, c.Run(), "%v: %s", cmd, &said)
	return out.Bytes()
}

func TestWeReadTheirs(t *testing.T) {
	if os.Getenv("SEQLODE_INTEROP") == "" {
		t.Skip("runs gzip, pigz, bgzip, igzip and libdeflate-gzip; set SEQLODE_INTEROP=1")
	}
	texts := [][]byte{nil, []byte("x"), reads(700000, 1), make([]byte, 700000)}
	var all, allText []byte
	for _, cmd := range compressors {
		if _, err := exec.LookPath(cmd[0]); err != nil {
			t.Logf("there is no %s", cmd[0])
			continue
		}
		for _, text := range texts {
			stored := run(t, text, cmd)
			for _, threads := range []int{1, 2} {
				got, err := readAll(bytes.NewReader(stored), Options{Threads: threads})
				require.NoError(t, err, "%v", cmd)
				require.True(t, string(text) == got.text, "%v", cmd)
				require.Zero(t, got.end.SecondLooks)
				require.False(t, got.end.NoEOFBlock)
			}
			all, allText = append(all, stored...), append(allText, text...)
		}
	}
	got, err := readAll(bytes.NewReader(all), Options{Threads: 2})
	require.NoError(t, err)
	require.True(t, string(allText) == got.text, "all of them in one file")
	if _, err := exec.LookPath("gzip"); err == nil {
		require.True(t, bytes.Equal(allText, run(t, all, []string{"gzip", "-dc"})))
	}
}
