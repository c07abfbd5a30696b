package crash

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// childEnv names the child that a process is.
const childEnv = "SEQLODE_CRASH_CHILD"

// Main runs the tests, or in a child the function of its name, and gives the exit
// code. A child that fails says why on stderr.
func Main(m *testing.M, children map[string]func(args []string) error) int {
	name := os.Getenv(childEnv)
	if name == "" {
		return m.Run()
	}
	child, ok := children[name]
	if !ok {
		fmt.Fprintf(os.Stderr, "crash: TestMain names no child %q\n", name)
		return 2
	}
	if err := child(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// Say tells the parent one line. When it returns, the parent will read it, whatever
// becomes of this process.
func Say(format string, args ...any) error {
	_, err := fmt.Fprintf(os.Stdout, format+"\n", args...)
	return err
}

// Process is a child that was started.
type Process struct {
	cmd    *exec.Cmd
	stderr bytes.Buffer
	first  chan struct{} // closed at the first line, or the end of output
	ended  chan struct{} // closed when the process has ended and all is read

	mu   sync.Mutex
	said []string
}

// Start starts a child; it ends with the test at the latest.
func Start(t testing.TB, name string, args ...string) *Process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &Process{
		cmd:   exec.CommandContext(t.Context(), self, args...),
		first: make(chan struct{}),
		ended: make(chan struct{}),
	}
	// GORACE: -race lets every process sleep a second at its end.
	p.cmd.Env = append(os.Environ(), childEnv+"="+name, "GORACE=atexit_sleep_ms=0")
	p.cmd.Stderr = &p.stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		first := sync.OnceFunc(func() { close(p.first) })
		defer first()
		in := bufio.NewReader(out)
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				break // what is left is no whole line
			}
			p.mu.Lock()
			p.said = append(p.said, strings.TrimSuffix(line, "\n"))
			p.mu.Unlock()
			first()
		}
		_ = p.cmd.Wait() // the state says how it ended
	}()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill() // it has mostly ended by now
		<-p.ended
	})
	return p
}

// Said gives the lines so far.
func (p *Process) Said() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string{}, p.said...)
}

// Kill ends the process as kill -9 does, and says whether it did; false means that
// the process had ended by itself.
func (p *Process) Kill() bool {
	_ = p.cmd.Process.Kill() // fails when it has ended
	<-p.ended
	return !p.cmd.ProcessState.Exited() || runtime.GOOS == "windows" && !p.cmd.ProcessState.Success()
}

// Join waits for the end of the process, however it ends.
func (p *Process) Join() { <-p.ended }

// Wait waits for the end of the process and requires that it went well.
func (p *Process) Wait(t testing.TB) {
	t.Helper()
	<-p.ended
	if !p.cmd.ProcessState.Success() {
		t.Fatalf("child %s: %v\n%s", p.cmd.Args[1:], p.cmd.ProcessState, p.stderr.String())
	}
}
