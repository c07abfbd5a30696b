//go:build linux || darwin

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/stretchr/testify/require"
)

// screen is a terminal and what was written to it.
type screen struct {
	*os.File
	master *os.File
	text   chan []byte
}

func newScreen(t *testing.T) *screen {
	t.Helper()
	t.Setenv("TERM", "xterm")
	master, tty, err := pty.Open()
	require.NoError(t, err)
	require.NoError(t, pty.Setsize(tty, &pty.Winsize{Rows: 24, Cols: 100}))
	s := &screen{tty, master, make(chan []byte, 1)}
	go func() {
		var all bytes.Buffer
		_, _ = all.ReadFrom(master) // ends in an error when the terminal is closed
		s.text <- all.Bytes()
	}()
	return s
}

// close gives all that was written.
func (s *screen) close(t *testing.T) string {
	t.Helper()
	require.NoError(t, s.Close())
	text := string(<-s.text)
	require.NoError(t, s.master.Close())
	return text
}

// shown is what stands on the last line of the screen after all was written.
func shown(text string) string {
	line := text[strings.LastIndex(text, "\n")+1:]
	var cells []rune
	at := 0
	for _, r := range line {
		if r == '\r' {
			at = 0
			continue
		}
		for len(cells) <= at {
			cells = append(cells, ' ')
		}
		cells[at] = r
		at++
	}
	return strings.TrimRight(string(cells), " ")
}

func TestProgress(t *testing.T) {
	s := newScreen(t)
	p := newProgress(s.File)
	stdout := &output{w: s.File, bar: p}
	p.start(100e6)
	p.set(20e6)
	time.Sleep(150 * time.Millisecond) // past the throttle
	p.set(50e6)
	_, err := stdout.Write([]byte("a line\n"))
	require.NoError(t, err)
	time.Sleep(150 * time.Millisecond)
	p.set(60e6)
	p.end()
	p.set(70e6) // too late: nothing is drawn
	text := s.close(t)
	require.Regexp(t, `50% .*\(50/100 ?MB, [0-9.]+ ?[kMG]?B/s\) \[\d+s:\d+s\]`, text) // done, rate, elapsed, left
	require.Regexp(t, `\r *\ra line\r\n`, text, "the bar is gone before a line is written")
	require.Contains(t, text, "60%")
	require.NotContains(t, text, "70%")
	require.Empty(t, shown(text))
}

func TestProgressUnknownTotal(t *testing.T) {
	s := newScreen(t)
	p := newProgress(s.File)
	p.start(unknownTotal)
	p.set(20e6)
	time.Sleep(150 * time.Millisecond)
	p.set(50e6)
	p.end()
	text := s.close(t)
	require.Regexp(t, `\(50 ?MB, [0-9.]+ ?[kMG]?B/s\) \[\d+s\]`, text)
	require.NotContains(t, text, "%")
	require.Empty(t, shown(text))
}

func TestProgressNone(t *testing.T) {
	// A terminal that can't move the cursor.
	s := newScreen(t)
	t.Setenv("TERM", "dumb")
	p := newProgress(s.File)
	p.start(100)
	p.set(50)
	p.end()
	require.Empty(t, s.close(t))

	// No terminal.
	name := filepath.Join(t.TempDir(), "stderr")
	f, err := os.Create(name)
	require.NoError(t, err)
	p = newProgress(f)
	p.start(100)
	p.set(50)
	p.end()
	require.NoError(t, f.Close())
	written, err := os.ReadFile(name)
	require.NoError(t, err)
	require.Empty(t, written)
}

// The command draws a bar on a terminal, and leaves none behind, nor one between
// its messages.
func TestProgressOfCommand(t *testing.T) {
	const data = "../../testdata/crlf.fastq.gz"
	files := slices.Repeat([]string{data}, 32)
	files[16] = "lost"
	s := newScreen(t)
	cmd := exec.Command("seqlode", append([]string{"etag"}, files...)...)
	cmd.Stderr = s.File
	stdout, err := cmd.Output()
	text := s.close(t)
	require.Equal(t, exitFailed, exitCode(t, err))
	require.Equal(t, 31, bytes.Count(stdout, []byte(data+"\n")))
	require.Regexp(t, `\d+% .*[0-9.]+ ?[kMG]?B/s`, text)
	require.Regexp(t, `\r *\rseqlode: lost: no such file or directory\r\n`, text)
	require.Empty(t, shown(text))
}

func TestTotalSize(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a")
	require.NoError(t, os.WriteFile(file, make([]byte, 1000), 0o666))
	stdin, err := os.Open(file)
	require.NoError(t, err)
	defer stdin.Close()
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer r.Close()
	defer w.Close()

	a := &app{stdin: stdin}
	require.EqualValues(t, 2000, a.totalSize([]job{{file: file}, {file: dir}, {file: filepath.Join(dir, "lost")}, {file: file}}))
	require.EqualValues(t, 2000, a.totalSize([]job{{file: "-"}, {file: file}}), "a file redirected to stdin")
	a.stdin = r
	require.EqualValues(t, unknownTotal, a.totalSize([]job{{file: file}, {file: "-"}}))
}
