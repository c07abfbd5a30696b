// Command seqlode is the door to seqlode for people: it reads flags, shows
// progress and prints what the packages compute. `seqlode help` lists what it
// does.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// The exit codes. A signal ends with 128 + its number, as shells have it.
const (
	exitGood   = 0
	exitFailed = 1
	exitUsage  = 2
	exitPipe   = 128 + int(syscall.SIGPIPE) // the reader of standard output has gone
)

// How long a cancelled command may take to wind up. A read from a silent pipe
// can't be interrupted; after this time it is left behind. In a vault the work
// under way is given back, for which a slow disk needs its time: what is left
// behind, others take over only when its lease has run out.
const (
	grace        = time.Second
	graceInVault = 20 * time.Second
)

func main() {
	os.Exit(run(os.Args[1:]))
}

// run executes one command line until it ends or a signal ends it.
func run(args []string) int {
	// Without this a closed pipe at stdout kills the process unheard.
	signal.Ignore(syscall.SIGPIPE)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)

	a := newApp(os.Stdin, os.Stdout, os.Stderr)
	done := make(chan int, 1)
	go func() { done <- a.execute(ctx, args) }()
	select {
	case code := <-done:
		return code
	case s := <-signals:
		signal.Stop(signals) // a second one ends the process at once
		cancel()
		if !endsWithin(grace, done) && a.inVault.Load() {
			a.say("waiting for what is under way in the vault to stop; a second signal ends it at once")
			endsWithin(graceInVault, done)
		}
		a.progress.end()
		fmt.Fprintln(os.Stderr, "seqlode: stopped by signal:", s)
		code := exitFailed
		if n, ok := s.(syscall.Signal); ok {
			code = 128 + int(n)
		}
		return code
	}
}

// endsWithin waits for the end of a command, for a while.
func endsWithin(d time.Duration, done <-chan int) bool {
	select {
	case <-done:
		return true
	case <-time.After(d):
		return false
	}
}
