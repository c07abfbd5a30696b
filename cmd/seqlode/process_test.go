//go:build unix

package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// exitCode is the code a command ended with.
func exitCode(t *testing.T, err error) int {
	t.Helper()
	if err == nil {
		return 0
	}
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit)
	return exit.ExitCode()
}

// The reader of a pipe that goes away is no news: the exit code of SIGPIPE and no
// word.
func TestClosedPipe(t *testing.T) {
	sample := filepath.Join(t.TempDir(), "sample.bam")
	for _, ext := range []string{"", ".bai"} { // the index behind its file
		data, err := os.ReadFile("../../readset/testdata/sample.bam" + ext)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(sample+ext, data, 0o666))
	}
	for _, args := range [][]string{
		{"etag", "../../testdata/crlf.fastq.gz"},
		{"etag", "--json", "../../testdata/crlf.fastq.gz", "lost"},
		{"view", "../../readset/testdata/sample.bam"},
		{"view", "-h", sample, "chr1", "chr2:1-1000"},
		{"view", "-H", "../../readset/testdata/sample.bam"},
		{"help", "etag"},
	} {
		r, w, err := os.Pipe()
		require.NoError(t, err)
		require.NoError(t, r.Close())
		var stderr bytes.Buffer
		cmd := exec.Command("seqlode", args...)
		cmd.Stdout, cmd.Stderr = w, &stderr
		err = cmd.Run()
		require.NoError(t, w.Close())
		require.Equal(t, exitPipe, exitCode(t, err), "%v", args)
		require.Empty(t, stderr.String(), "%v", args)
	}
}

// A signal ends the command soon, with one line, even while it waits for a pipe.
func TestSignal(t *testing.T) {
	block, err := os.ReadFile("../../testdata/reads.gzip.fastq.gz")
	require.NoError(t, err)
	for _, c := range []struct {
		signal syscall.Signal
		code   int
		stderr string
	}{
		{syscall.SIGINT, 130, "seqlode: stopped by signal: interrupt\n"},
		{syscall.SIGTERM, 143, "seqlode: stopped by signal: terminated\n"},
	} {
		var stdout, stderr bytes.Buffer
		cmd := exec.Command("seqlode", "etag", "../../testdata/crlf.fastq.gz", "-")
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		in, err := cmd.StdinPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		// More than a pipe holds: once this is written the command is at work.
		for range 4 {
			_, err = io.Copy(in, bytes.NewReader(block))
			require.NoError(t, err)
		}
		require.NoError(t, cmd.Process.Signal(c.signal))
		begin := time.Now()
		err = cmd.Wait()
		require.Less(t, time.Since(begin), 60*grace)
		require.Equal(t, c.code, exitCode(t, err))
		require.Equal(t, c.stderr, stderr.String())
		require.NotContains(t, stdout.String(), "  -\n", "standard input had not ended")
	}
}
