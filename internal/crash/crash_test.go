package crash_test

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/crash"
)

func TestMain(m *testing.M) {
	os.Exit(crash.Main(m, map[string]func([]string) error{
		// counter writes a file and says so, on and on.
		"counter": func(args []string) error {
			for n := 0; ; n++ {
				if err := os.WriteFile(filepath.Join(args[0], strconv.Itoa(n)), nil, 0o666); err != nil {
					return err
				}
				if err := crash.Say("%d", n); err != nil {
					return err
				}
				time.Sleep(time.Millisecond)
			}
		},
		"short": func([]string) error { return crash.Say("done") },
		"fails": func([]string) error { return errors.New("for a reason") },
	}))
}

func TestRun(t *testing.T) {
	dir := t.TempDir()
	checks, most := 0, 0
	t.Setenv("SEQLODE_KILLS", "8")
	crash.Run(t, crash.Plan{
		Child: "counter",
		Args:  []string{dir},
		Life:  20 * time.Millisecond,
		Check: func(t testing.TB, said []string, killed bool) {
			require.True(t, killed)
			checks++
			most = max(most, len(said))
			for n, line := range said {
				require.Equal(t, strconv.Itoa(n), line)
				require.FileExists(t, filepath.Join(dir, line))
			}
		},
	})
	require.Equal(t, 8, checks)
	require.Positive(t, most)
}

func TestProcess(t *testing.T) {
	p := crash.Start(t, "short")
	p.Wait(t)
	require.Equal(t, []string{"done"}, p.Said())
	require.False(t, p.Kill(), "it had ended")

	p = crash.Start(t, "fails")
	failed := &fatal{TB: t}
	func() {
		defer func() { _ = recover() }()
		p.Wait(failed)
	}()
	require.True(t, failed.called)
	require.True(t, crash.Start(t, "counter", t.TempDir()).Kill())
}

// fatal notes that a test would have ended.
type fatal struct {
	testing.TB
	called bool
}

func (f *fatal) Fatalf(string, ...any) {
	f.called = true
	panic("ended")
}
