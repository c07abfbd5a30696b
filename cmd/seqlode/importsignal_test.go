//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// command runs one command line as a process of its own.
func command(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, says bytes.Buffer
	cmd := exec.Command("seqlode", args...)
	cmd.Stdout, cmd.Stderr = &out, &says
	code = exitCode(t, cmd.Run())
	return out.String(), says.String(), code
}

// A signal leaves an import that is under way to be resumed, and says so.
func TestImportSignal(t *testing.T) {
	dir := t.TempDir()
	pipe, vault := filepath.Join(dir, "reads.fastq.gz"), filepath.Join(dir, "v")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	var stderr bytes.Buffer
	cmd := exec.Command("seqlode", "import", "--vault", vault, "--type", "fastq", pipe)
	cmd.Stderr = &stderr
	require.NoError(t, cmd.Start())
	reads, err := os.OpenFile(pipe, os.O_WRONLY, 0) // when the import has opened it
	require.NoError(t, err)
	defer reads.Close()
	require.NoError(t, cmd.Process.Signal(syscall.SIGINT))
	require.Equal(t, 130, exitCode(t, cmd.Wait()))
	lines := strings.Split(stderr.String(), "\n")
	require.Equal(t, "seqlode: import job 1000000002 is not over: `seqlode import --vault "+vault+" --resume` goes on with it", lines[0])
	require.Contains(t, lines, "seqlode: stopped by signal: interrupt")
	stdout, _, code := command(t, "ls", "--vault", vault, "--json")
	require.Zero(t, code)
	require.Empty(t, stdout)
}
