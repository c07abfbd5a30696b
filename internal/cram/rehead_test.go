package cram

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/oracle"
	"github.com/seqlode/seqlode/internal/sam"
)

func stamped(h *sam.Header) (*sam.Header, error) { return h.WithComment("store 1") }

// reheaded is a file with the line more, whatever way its source gives bytes.
func reheaded(t *testing.T, file []byte) []byte {
	t.Helper()
	var all [][]byte
	for _, src := range []io.Reader{bytes.NewReader(file), iotest.HalfReader(bytes.NewReader(file))} {
		r, err := Rehead(src, stamped)
		require.NoError(t, err)
		got, err := io.ReadAll(r)
		require.NoError(t, err)
		all = append(all, got)
	}
	require.Equal(t, all[0], all[1])
	return all[0]
}

func TestRehead(t *testing.T) {
	bases := readFasta(t, "testdata/odd.fa")
	for _, name := range []string{"v21", "v30", "v31", "multi", "embed", "lossy"} {
		file, err := os.ReadFile("testdata/" + name + ".cram")
		require.NoError(t, err)
		want, was, err := textOf(t, file, Options{Bases: bases})
		require.NoError(t, err)
		made := reheaded(t, file)
		got, is, err := textOf(t, made, Options{Bases: bases})
		require.NoError(t, err)
		require.Equal(t, string(want), string(got))
		header, err := stamped(was.Header())
		require.NoError(t, err)
		require.Equal(t, string(header.Text), string(is.Header().Text))
		require.True(t, bytes.HasSuffix(made, file[was.first:]))
	}
}

func TestReheadFaults(t *testing.T) {
	file, err := os.ReadFile("testdata/v30.cram")
	require.NoError(t, err)
	for _, cut := range []int{0, 10, 26, 40, 100} {
		_, err := Rehead(bytes.NewReader(file[:cut]), stamped)
		require.ErrorIs(t, err, errs.ErrCorrupt, "%d", cut)
	}
	_, err = Rehead(bytes.NewReader(file), func(h *sam.Header) (*sam.Header, error) { return h.WithComment("\n") })
	require.ErrorIs(t, err, errs.ErrValidation)
}

func TestAppendITF8(t *testing.T) {
	for _, n := range []int32{0, 1, 127, 128, 1<<14 - 1, 1 << 14, 1<<21 - 1, 1 << 21, 1<<28 - 1, 1 << 28, 1<<31 - 1, -1, -2} {
		p := appendITF8(nil, n)
		require.Equal(t, itf8Len(p[0]), len(p))
		require.Equal(t, n, itf8(p))
	}
}

// TestReheadAsSamtools: samtools reads what was made, and finds only the line
// more.
func TestReheadAsSamtools(t *testing.T) {
	oracle.Needs(t, "samtools")
	path := filepath.Join(t.TempDir(), "made.cram")
	for _, name := range []string{"v21", "v30", "v31", "multi", "embed"} {
		was := "testdata/" + name + ".cram"
		file, err := os.ReadFile(was)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, reheaded(t, file), 0o600))
		oracle.Run(t, nil, "samtools", "quickcheck", path)
		view := func(args ...string) string {
			return string(oracle.Run(t, nil, "samtools", append([]string{"view", "--no-PG", "-T", "testdata/odd.fa"}, args...)...))
		}
		require.Equal(t, view(was), view(path), name)
		require.Equal(t, view("-H", was), strings.Replace(view("-H", path), "@CO\tstore 1\n", "", 1), name)
		require.Contains(t, view("-H", path), "@CO\tstore 1\n")
	}
}
