package vfstest

import (
	"sync"
	"sync/atomic"
	"syscall"
)

// Rule fails operations by their number. It counts the operations that change
// something, from 1, or those that Match accepts.
type Rule struct {
	From  int // the first operation that fails
	To    int // the last; 0: all from From on, as on a disk that is gone
	Fault Fault
	Match func(Op) bool // nil: whatever does not only read

	seen atomic.Int64
}

// Nth fails the n-th operation alone.
func Nth(n int, fault Fault) *Rule { return &Rule{From: n, To: n, Fault: fault} }

// Gone fails the n-th operation and all after it, the reading ones too.
func Gone(n int, fault Fault) *Rule {
	return &Rule{From: n, Fault: fault, Match: func(Op) bool { return true }}
}

// Hook is the rule in action.
func (r *Rule) Hook(op Op) *Fault {
	if r.Match == nil && op.Kind.Reads() || r.Match != nil && !r.Match(op) {
		return nil
	}
	n := int(r.seen.Add(1))
	if n < r.From || r.To > 0 && n > r.To {
		return nil
	}
	return &r.Fault
}

// Hit says whether the rule has failed an operation.
func (r *Rule) Hit() bool { return int(r.seen.Load()) >= r.From }

// Full is a disk with room for so many bytes: the write that finds no room is cut
// short and fails with ENOSPC, as do all later writes and new files.
func Full(room int) Hook {
	var mu sync.Mutex
	return func(op Op) *Fault {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case op.Kind == Write && op.Bytes > room:
			keep := room
			room = 0
			return &Fault{Err: syscall.ENOSPC, Keep: keep}
		case op.Kind == Write:
			room -= op.Bytes
		case room == 0 && (op.Kind == Create || op.Kind == Mkdir):
			return &Fault{Err: syscall.ENOSPC}
		}
		return nil
	}
}
