package bgzf

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// program runs a program on in and gives what it prints.
func program(t *testing.T, in []byte, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	var out, said bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(in), &out, &said
	require.NoError(t, cmd.Run(), "%s %v: %s", name, args, &said)
	return out.Bytes()
}

// needs skips the test where real programs are not wanted or not there.
func needs(t *testing.T, programs ...string) {
	t.Helper()
	if os.Getenv("SEQLODE_INTEROP") == "" {
		t.Skipf("runs %v; set SEQLODE_INTEROP=1", programs)
	}
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("there is no %s", p)
		}
	}
}

// interopTexts are texts of all manners.
func interopTexts() map[string][]byte {
	return map[string][]byte{
		"none":            nil,
		"a byte":          []byte("x"),
		"reads":           reads(1<<20, 1),
		"noise":           noise(300000, 2),
		"zeros":           make([]byte, 300000),
		"a block":         reads(BlockText, 3),
		"several blocks":  reads(3*BlockText, 4),
		"and a byte more": reads(3*BlockText+1, 5),
	}
}

func TestTheyReadOurs(t *testing.T) {
	needs(t, "bgzip", "gzip", "pigz")
	for name, text := range interopTexts() {
		for _, level := range []int{-2, 0, 1, 6, 9} {
			t.Run(fmt.Sprintf("%s, level %d", name, level), func(t *testing.T) {
				var x Index
				stored := written(t, text, level, WriterOptions{Threads: 2, Index: &x})
				for _, cmd := range [][]string{{"bgzip", "-dc"}, {"bgzip", "-dc", "-@2"}, {"gzip", "-dc"}, {"pigz", "-dc"}} {
					require.True(t, bytes.Equal(text, program(t, stored, cmd[0], cmd[1:]...)), "%v", cmd)
				}
				program(t, stored, "gzip", "-t")

				dir := t.TempDir()
				file, index := filepath.Join(dir, "f.gz"), filepath.Join(dir, "f.gzi")
				require.NoError(t, os.WriteFile(file, stored, 0o600))
				program(t, nil, "bgzip", "-r", "-I", index, file)
				want, err := os.ReadFile(index)
				require.NoError(t, err)
				var got bytes.Buffer
				_, err = x.WriteTo(&got)
				require.NoError(t, err)
				if len(text) == 0 {
					// bgzip 1.16 states 2^64-1 entries for a file without text.
					require.Equal(t, gzi(0), got.Bytes())
				} else {
					require.Equal(t, want, got.Bytes())
				}

				if len(text) < 200 {
					return
				}
				// bgzip finds places by our index.
				require.NoError(t, os.WriteFile(file+".gzi", got.Bytes(), 0o600))
				at := len(text) - 150
				require.Equal(t, text[at:at+100], program(t, nil, "bgzip", "-b", fmt.Sprint(at), "-s", "100", file))
			})
		}
	}
}

func TestWeReadTheirs(t *testing.T) {
	needs(t, "bgzip")
	for name, text := range interopTexts() {
		for _, args := range [][]string{{"-c"}, {"-c", "-l0"}, {"-c", "-l1"}, {"-c", "-l9", "-@2"}} {
			t.Run(fmt.Sprintf("%s %v", name, args), func(t *testing.T) {
				dir := t.TempDir()
				index := filepath.Join(dir, "f.gzi")
				stored := program(t, text, "bgzip", append([]string{"-i", "-I", index}, args...)...)
				for _, threads := range []int{1, 2} {
					got, err := readAll(t, bytes.NewReader(stored), Options{Threads: threads})
					require.NoError(t, err)
					require.True(t, string(text) == got.text)
					require.True(t, got.hasEOF)
				}
				f, err := os.Open(index)
				require.NoError(t, err)
				defer f.Close()
				x, err := ReadIndex(f)
				require.NoError(t, err)

				// Theirs are blocks of the same texts.
				var ours Index
				mine := parse(t, written(t, text, 6, WriterOptions{Threads: 1, Index: &ours}))
				theirs := parse(t, stored)
				require.Len(t, mine.blocks, len(theirs.blocks))
				require.Len(t, x, len(ours))
				for i := range x {
					require.Equal(t, ours[i].Text, x[i].Text)
					require.Equal(t, theirs.blocks[i+1].Offset, x[i].Stored)
				}
			})
		}
	}
}
