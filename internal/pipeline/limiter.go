package pipeline

import "context"

// Limiter bounds how many units are worked on at once by all that share it.
// A nil Limiter sets no bound.
type Limiter struct{ tokens chan struct{} }

// NewLimiter lets n units be worked on at once; below 1 counts as 1.
func NewLimiter(n int) *Limiter { return &Limiter{make(chan struct{}, max(1, n))} }

// Acquire waits for its turn, or gives the cause of ctx.
func (l *Limiter) Acquire(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if l == nil {
		return nil
	}
	select {
	case l.tokens <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Release ends what Acquire began.
func (l *Limiter) Release() {
	if l != nil {
		<-l.tokens
	}
}
