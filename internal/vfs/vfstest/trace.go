package vfstest

import (
	"strings"
	"sync"
)

// Trace writes down the operations that change something. The zero value is
// empty and ready.
type Trace struct {
	mu  sync.Mutex
	ops []Op
}

// Hook adds an operation; it fails none.
func (t *Trace) Hook(op Op) *Fault {
	if op.Kind.Reads() {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if last := len(t.ops) - 1; last >= 0 && op.Kind == Write && t.ops[last].Kind == Write && t.ops[last].Name == op.Name {
		t.ops[last].Bytes += op.Bytes // how a text is cut into writes is no part of the order
		return nil
	}
	t.ops = append(t.ops, op)
	return nil
}

// Take gives the operations since the last Take, one a line.
func (t *Trace) Take() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var b strings.Builder
	for _, op := range t.ops {
		b.WriteString(op.String())
		b.WriteByte('\n')
	}
	t.ops = nil
	return b.String()
}
