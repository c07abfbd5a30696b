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

// The reader of a pipe that goes away is no news for commands in a vault either.
func TestClosedPipeInVault(t *testing.T) {
	vault := filepath.Join(t.TempDir(), "v")
	_, stderr, code := command(t, "import", "--vault", vault, "../../testdata/crlf.fastq.gz")
	require.Zero(t, code, stderr)
	for _, args := range [][]string{
		{"ls"}, {"ls", "--json"}, {"show", "1000000003"}, {"show", "--json", "1000000003"}, {"get", "1000000003"}, {"cat", "1000000003"},
		{"tag", "1000000003", "a=b"}, {"verify"}, {"verify", "--json"}, {"verify", "1000000099", "1000000003"}, {"store", "ls"},
		{"archive", "1000000003"}, {"activate", "1000000003"}, {"import", "../../testdata/crlf.fastq.gz"}, {"ls", "--duplicates"}, {"rm", "1000000003"},
	} {
		r, w, err := os.Pipe()
		require.NoError(t, err)
		require.NoError(t, r.Close())
		var stderr bytes.Buffer
		cmd := exec.Command("seqlode", append(args, "--vault", vault)...)
		cmd.Stdout, cmd.Stderr = w, &stderr
		err = cmd.Run()
		require.NoError(t, w.Close())
		require.Equal(t, exitFailed, exitCode(t, err), "%v", args)
		if args[0] != "verify" || len(args) < 3 {
			require.Empty(t, stderr.String(), "%v", args)
		}
	}
}
