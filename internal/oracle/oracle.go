package oracle

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Needs skips a test that is not to run real programs, or lacks one of them. It
// keeps samtools from fetching references from the network.
func Needs(t testing.TB, programs ...string) {
	t.Helper()
	if os.Getenv("SEQLODE_INTEROP") == "" {
		t.Skipf("runs %s; set SEQLODE_INTEROP=1", strings.Join(programs, ", "))
	}
	for _, program := range programs {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed", program)
		}
	}
	t.Setenv("REF_PATH", filepath.Join(t.TempDir(), "none"))
	t.Setenv("REF_CACHE", "")
}

// Shared is the folder of the format specs' test files and the like.
func Shared(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("SEQLODE_SHARED")
	if dir == "" {
		t.Skip("reads the format specs' test files; set SEQLODE_SHARED")
	}
	return dir
}

// Reads is the folder of what make-reads.sh made.
func Reads(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("SEQLODE_READS")
	if dir == "" {
		t.Skip("reads what make-reads.sh made; set SEQLODE_READS")
	}
	return dir
}

// Said is what a program had to say.
type Said struct {
	Out  []byte
	Err  string // its messages
	Good bool   // whether it exited with 0
}

// Ask runs a program, which may fail. A nil stdin is empty.
func Ask(t testing.TB, stdin []byte, program string, args ...string) Said {
	t.Helper()
	var out, messages bytes.Buffer
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stdin), &out, &messages
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return Said{out.Bytes(), messages.String(), err == nil}
}

// Run runs a program that must succeed, and gives what it printed.
func Run(t testing.TB, stdin []byte, program string, args ...string) []byte {
	t.Helper()
	said := Ask(t, stdin, program, args...)
	if !said.Good {
		t.Fatalf("%s %v: %s", program, args, said.Err)
	}
	return said.Out
}

// ConformanceBAMs calls hold with every BAM of the format specs' test files, and
// with a BAM of each of their SAM files that samtools can make one of; name is
// the file it is of. There are more than 100.
func ConformanceBAMs(t testing.TB, hold func(name, bam string)) {
	t.Helper()
	shared, made := Shared(t), filepath.Join(t.TempDir(), "made.bam")
	files := 0
	err := filepath.WalkDir(filepath.Join(shared, "conformance"), func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		bam := path
		switch filepath.Ext(path) {
		case ".sam":
			bam = made
			if !Ask(t, nil, "samtools", "view", "-b", "--no-PG", "-o", bam, path).Good {
				return nil
			}
		case ".bam":
		default:
			return nil
		}
		files++
		hold(path, bam)
		return nil
	})
	if err != nil || files <= 100 {
		t.Fatalf("%d conformance files: %v", files, err)
	}
}

// View gives what samtools view prints, what it says, and whether it was content.
func View(t testing.TB, args ...string) (text, said string, good bool) {
	t.Helper()
	all := Ask(t, nil, "samtools", append([]string{"view"}, args...)...)
	return string(all.Out), all.Err, all.Good
}
