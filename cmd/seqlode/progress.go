package main

import (
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress is a bar on stderr; where that is no terminal all its methods do
// nothing. It may be used from several goroutines.
type progress struct {
	mu    sync.Mutex
	w     io.Writer                // nil: no terminal
	bar   *progressbar.ProgressBar // nil: not running
	total int64
	drawn bool
}

func newProgress(stderr *os.File) *progress {
	p := &progress{}
	if term.IsTerminal(int(stderr.Fd())) && os.Getenv("TERM") != "dumb" {
		p.w = stderr
	}
	return p
}

// unknownTotal stands for an amount of work that can't be told beforehand.
const unknownTotal = -1

// start begins a bar over total bytes. With unknownTotal it shows what is done
// and the rate, with no end in sight; with 0 nothing.
func (p *progress) start(total int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.w == nil || total == 0 {
		return
	}
	p.total = total
	p.bar = progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(p.w),
		progressbar.OptionShowBytes(true),
		progressbar.OptionShowCount(),
		progressbar.OptionFullWidth(),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionSetSpinnerChangeInterval(0), // no goroutine: nothing is drawn behind our back
		progressbar.OptionClearOnFinish(),
	)
	p.bar.StartWithoutRender() // or the first rate shown is one over no time
}

// set says how many of the bytes are done.
func (p *progress) set(done int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar == nil || done <= 0 {
		return
	}
	if p.total != unknownTotal {
		done = min(done, p.total) // a file may have grown
	}
	p.drawn = true
	_ = p.bar.Set64(done) // a bar that can't be drawn stops no work
}

// hide takes the bar off the screen to make room for a line; the next set draws
// it anew.
func (p *progress) hide() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.erase()
}

// end takes the bar away for good.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.erase()
	p.bar = nil
}

func (p *progress) erase() {
	if p.bar != nil && p.drawn {
		_ = p.bar.Clear()
		p.drawn = false
	}
}
