//go:build unix

package main

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode"
	"github.com/seqlode/seqlode/readset"
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
	cmd := exec.Command("seqlode", "import", "--vault", vault, "--type", "fastq", pipe)
	stderr, err := cmd.StderrPipe()
	require.NoError(t, err)
	says := bufio.NewScanner(stderr)
	require.NoError(t, cmd.Start())
	reads, err := os.OpenFile(pipe, os.O_WRONLY, 0) // when the import has opened it
	require.NoError(t, err)
	require.NoError(t, cmd.Process.Signal(syscall.SIGINT))
	named := "seqlode: import job 1000000002 is not over: `seqlode import --vault " + vault + " --resume` goes on with it"
	for says.Scan() && says.Text() != named { // on a slow machine it says before that it waits
	}
	require.Equal(t, named, says.Text())
	require.NoError(t, reads.Close()) // a read of a pipe holds the end up
	last := ""
	for says.Scan() {
		last = says.Text()
	}
	require.Equal(t, "seqlode: stopped by signal: interrupt", last)
	require.Equal(t, 130, exitCode(t, cmd.Wait()))
	stdout, _, code := command(t, "ls", "--vault", vault, "--json")
	require.Zero(t, code)
	require.Empty(t, stdout)
}

// A signal while standard input is copied leaves no copy.
func TestImportStdinSignal(t *testing.T) {
	tmp := t.TempDir()
	cmd := exec.Command("seqlode", "import", "--vault", filepath.Join(t.TempDir(), "v"), "--sample", "s", "-")
	cmd.Env = append(os.Environ(), "TMPDIR="+tmp)
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	defer in.Close()
	require.NoError(t, cmd.Start())
	copying := func() bool {
		files, err := filepath.Glob(filepath.Join(tmp, copies+"*", "-"))
		return err == nil && len(files) == 1
	}
	require.Eventually(t, copying, 5*time.Minute, 5*time.Millisecond)
	require.NoError(t, cmd.Process.Signal(syscall.SIGINT))
	require.Equal(t, 130, exitCode(t, cmd.Wait()))
	left, err := os.ReadDir(tmp)
	require.NoError(t, err)
	require.Empty(t, left)
}

// Read sets whose job another process has begun and left.
func TestMoveTwice(t *testing.T) {
	vault := filepath.Join(t.TempDir(), "v")
	_, stderr, code := command(t, "import", "--vault", vault, "../../testdata/crlf.fastq.gz")
	require.Zero(t, code, stderr)
	v, err := seqlode.Open(t.Context(), seqlode.Options{Dir: vault, Workers: -1})
	require.NoError(t, err)
	sets := readset.StartReadSetActivationJobInput{SequenceStoreID: "1000000001", Sources: []readset.JobReadSet{{ReadSetID: "1000000003"}}}
	_, err = v.ReadSets.ArchiveReadSets(t.Context(), sets)
	require.NoError(t, err)
	stdout, stderr, code := command(t, "archive", "--vault", vault, "1000000003")
	require.Zero(t, code, stderr)
	require.Equal(t, "1000000003: archived\n", stdout)

	_, err = v.ReadSets.StartReadSetActivationJob(t.Context(), sets)
	require.NoError(t, err)
	require.NoError(t, v.Close())
	stdout, stderr, code = command(t, "activate", "--vault", vault, "1000000003")
	require.Zero(t, code, stderr)
	require.Equal(t, "1000000003: activated\n", stdout)
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
		require.Equal(t, exitPipe, exitCode(t, err), "%v", args)
		if args[0] != "verify" || len(args) < 3 {
			require.Empty(t, stderr.String(), "%v", args)
		}
	}
}
