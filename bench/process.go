package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// pipe is a line of programs, each reading what the one before it writes.
type pipe struct {
	stages [][]string // program and arguments
	want   []string   // what its output must hold; none: the output is thrown away
	counts bool       // its output is not text but counted as stored bytes
}

// command is how a pipe is shown: its programs and flags, without the files.
func (p pipe) command() string {
	var stages []string
	for _, args := range p.stages {
		var shown []string
		for _, a := range args {
			if !filepath.IsAbs(a) {
				shown = append(shown, a)
			}
		}
		stages = append(stages, strings.Join(shown, " "))
	}
	return strings.Join(stages, " | ")
}

// pinned gives the pipe with stage i bound to cores[i].
func (p pipe) pinned(cores ...int) pipe {
	out := pipe{want: p.want}
	for i, args := range p.stages {
		out.stages = append(out.stages, append([]string{"taskset", "-c", strconv.Itoa(cores[i])}, args...))
	}
	return out
}

// absent names the first program of the pipe that the machine does not have.
func (p pipe) absent() string {
	for _, args := range p.stages {
		if _, err := exec.LookPath(args[0]); err != nil {
			return args[0]
		}
	}
	return ""
}

// processes is a contender that runs pipes side by side and waits for all.
func processes(name string, pipes ...pipe) contender {
	return contender{name, func(ctx context.Context) (sample, error) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel() // ends the others where one fails
		var lines []*line
		start := time.Now()
		for _, p := range pipes {
			l, err := p.start(ctx)
			lines = append(lines, l)
			if err != nil {
				cancel()
				for _, l := range lines {
					_ = l.wait() // the error that counts is err
				}
				return sample{}, err
			}
		}
		var s sample
		var err error
		for _, l := range lines {
			if e := l.wait(); e != nil && err == nil {
				err = e
				cancel()
			}
		}
		s.wall = time.Since(start)
		for i, l := range lines {
			s.stored += int64(l.stored)
			for _, c := range l.commands {
				if c.ProcessState != nil {
					s.user += c.ProcessState.UserTime()
				}
			}
			if err == nil {
				err = l.verify(pipes[i].want)
			}
		}
		return s, err
	}}
}

// tick is the least user time that is told from none.
const tick = time.Millisecond

// userTime is c measured by the user CPU time of its processes.
func userTime(c contender) contender {
	return contender{c.name + ", user time", func(ctx context.Context) (sample, error) {
		s, err := c.run(ctx)
		s.wall = max(s.user, tick)
		return s, err
	}}
}

// line is a pipe at work.
type line struct {
	commands []*exec.Cmd
	said     []*bytes.Buffer // what each command says on standard error
	out      bytes.Buffer
	stored   counter
}

// counter counts the bytes written to it.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// start starts the stages; where one does not start, those before it still
// have to be waited for.
func (p pipe) start(ctx context.Context) (*line, error) {
	l := new(line)
	var in *os.File
	for i, args := range p.stages {
		c := exec.CommandContext(ctx, args[0], args[1:]...)
		said := new(bytes.Buffer)
		c.Stderr = said
		if in != nil {
			c.Stdin = in
		}
		var r, w *os.File
		if i < len(p.stages)-1 {
			var err error
			if r, w, err = os.Pipe(); err != nil {
				return l, err
			}
			c.Stdout = w
		} else if p.counts {
			c.Stdout = &l.stored
		} else if p.want != nil {
			c.Stdout = &l.out
		}
		err := c.Start()
		// The children hold their own ends now.
		for _, f := range []*os.File{in, w} {
			if f != nil {
				_ = f.Close() // nothing was written through it here
			}
		}
		in = r
		if err != nil {
			if r != nil {
				_ = r.Close() // nobody will read it
			}
			return l, err
		}
		l.commands, l.said = append(l.commands, c), append(l.said, said)
	}
	return l, nil
}

func (l *line) wait() error {
	var first error
	for i, c := range l.commands {
		if err := c.Wait(); err != nil && first == nil {
			first = fmt.Errorf("%s: %w: %s", filepath.Base(c.Path), err, strings.TrimSpace(l.said[i].String()))
		}
	}
	return first
}

func (l *line) verify(want []string) error {
	for _, w := range want {
		if !strings.Contains(l.out.String(), w) {
			return fmt.Errorf("printed %q, which does not hold %s", strings.TrimSpace(l.out.String()), w)
		}
	}
	return nil
}

// peakRSS runs a command on in and gives its output and its peak resident
// memory in bytes, 0 where the system does not tell.
//
// The resource usage that wait gives a parent will not do: a Go program starts
// children by vfork, and Linux then counts the parent's own peak as theirs. So
// the child's high-water mark is read while it runs.
func peakRSS(ctx context.Context, in io.Reader, args ...string) (out string, peak int64, err error) {
	var stdout, stderr bytes.Buffer
	c := exec.CommandContext(ctx, args[0], args[1:]...)
	c.Stdin, c.Stdout, c.Stderr = in, &stdout, &stderr
	if err := c.Start(); err != nil {
		return "", 0, err
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		err = c.Wait()
	}()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for running := true; running; {
		select {
		case <-done:
			running = false
		case <-tick.C:
			peak = max(peak, highWater(c.Process.Pid))
		}
	}
	if err != nil {
		err = fmt.Errorf("%w: %s", err, strings.TrimSpace(stderr.String()))
	}
	return stdout.String(), peak, err
}

// highWater is the peak resident memory of a running process, as Linux tells
// it; 0 elsewhere.
func highWater(pid int) int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0 // another system, or the process has ended
	}
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	field := strings.Fields(after)
	if len(field) == 0 {
		return 0
	}
	kib, err := strconv.ParseInt(field[0], 10, 64)
	if err != nil {
		return 0
	}
	return kib << 10
}
