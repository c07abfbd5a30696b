package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

// app is what every subcommand works with: the three standard streams, the
// global flags and the progress bar.
type app struct {
	stdin  *os.File
	stdout *output
	stderr io.Writer

	progress  *progress
	stdinUsed atomic.Bool // standard input has been given out

	threads int
	json    bool
	started bool        // cobra has found nothing wrong with the command line
	inVault atomic.Bool // a vault is open
}

func newApp(stdin, stdout, stderr *os.File) *app {
	bar := newProgress(stderr)
	return &app{
		stdin:    stdin,
		stdout:   &output{w: stdout, bar: bar},
		stderr:   &output{w: stderr, bar: bar},
		progress: bar,
	}
}

// errFailed ends a command that has said on stderr what went wrong.
var errFailed = errors.New("failed")

// usageError is a command line that means nothing: exit code 2.
type usageError struct{ message string }

func (e usageError) Error() string { return e.message }

func usagef(format string, args ...any) error {
	return usageError{fmt.Sprintf(format, args...)}
}

// execute runs one command line and gives the exit code.
func (a *app) execute(ctx context.Context, args []string) int {
	root := newRoot(a)
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	a.progress.end()
	if ctx.Err() != nil {
		return exitFailed // the signal handler says why
	}
	if lost := a.stdout.err; lost != nil {
		if isClosedPipe(lost) {
			return exitPipe
		}
		a.say("standard output: %v", cause(lost))
		return exitFailed
	}
	var usage usageError
	switch {
	case err == nil:
		return exitGood
	case !a.started || errors.As(err, &usage):
		a.say("%v", err)
		fmt.Fprintf(a.stderr, "Try '%s --help'.\n", cmd.CommandPath())
		return exitUsage
	}
	if err := unsaid(err); err != nil {
		a.say("%v", err)
		if a.json {
			_ = a.printJSON(failedJSON{Error: err.Error()}) // the command has failed anyway
		}
	}
	return exitFailed
}

// unsaid is what of an error has not been said yet: all but errFailed.
func unsaid(err error) error {
	if !errors.Is(err, errFailed) {
		return err
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return nil
	}
	var left []error
	for _, e := range joined.Unwrap() {
		left = append(left, unsaid(e))
	}
	return errors.Join(left...)
}

// say writes one message to stderr.
func (a *app) say(format string, args ...any) {
	fmt.Fprintf(a.stderr, "seqlode: %s\n", harmless(fmt.Sprintf(format, args...)))
}

// harmless is a message with what would steer a terminal spelt out: messages hold
// names from files and command lines.
func harmless(message string) string {
	var b strings.Builder
	for _, r := range message {
		if r == '\n' || r == '\t' || strconv.IsPrint(r) {
			b.WriteRune(r)
			continue
		}
		quoted := strconv.QuoteRune(r)
		b.WriteString(quoted[1 : len(quoted)-1])
	}
	return b.String()
}

// failed says on stderr what went wrong with a file, unless that has been said or
// will be: of standard output and of signals, others tell.
func (a *app) failed(file string, err error) error {
	if err == nil || errors.Is(err, errFailed) || errors.Is(err, context.Canceled) || a.stdout.err != nil {
		return err
	}
	a.say("%s: %s", label(file), cause(err))
	if a.json {
		if err := a.printJSON(failedJSON{File: file, Error: cause(err)}); err != nil {
			return err
		}
	}
	return errFailed
}

// output is a stream that takes the progress bar away before it writes and
// remembers its first error; from then on it writes nothing.
type output struct {
	w   io.Writer
	bar *progress
	err error
}

func (o *output) Write(p []byte) (int, error) {
	if o.err != nil {
		return 0, o.err
	}
	o.bar.hide()
	n, err := o.w.Write(p)
	o.err = err
	return n, err
}

// isClosedPipe says that the reader of a pipe has gone, which is no news to the
// user: `seqlode etag … | head -1`.
func isClosedPipe(err error) bool {
	const windowsNoData = syscall.Errno(232) // ERROR_NO_DATA: the pipe is being closed
	return errors.Is(err, syscall.EPIPE) || runtime.GOOS == "windows" && errors.Is(err, windowsNoData)
}
