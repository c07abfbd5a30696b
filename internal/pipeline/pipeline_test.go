package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// box is a unit: a number of the stream and what became of it.
type box struct{ n, squared int }

// numbers is a stage over 0 … total-1, each of which is squared by a worker.
func numbers(threads, total int) Stage[*box] {
	next := 0
	return Stage[*box]{
		Threads: threads,
		Slots:   2*threads + 2,
		New:     func() *box { return new(box) },
		Fill: func(_ context.Context, b *box) (bool, error) {
			if next == total {
				return false, io.EOF
			}
			*b = box{n: next, squared: -1}
			next++
			return true, nil
		},
		Worker: func() func(*box) error {
			return func(b *box) error {
				if b.n%7 == 3 {
					time.Sleep(50 * time.Microsecond) // so that later ones are ready before
				}
				b.squared = b.n * b.n
				return nil
			}
		},
	}
}

// goroutinesEnd fails the test if more goroutines are left than before.
func goroutinesEnd(t *testing.T) func() {
	t.Helper()
	before := runtime.NumGoroutine()
	return func() {
		t.Helper()
		for try := 0; runtime.NumGoroutine() > before; try++ {
			if try == 10_000 {
				t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
}

func forThreads(t *testing.T, f func(t *testing.T, threads int)) {
	t.Helper()
	for _, threads := range []int{1, 2, 8} {
		t.Run(fmt.Sprintf("%d threads", threads), func(t *testing.T) {
			ended := goroutinesEnd(t)
			f(t, threads)
			ended()
		})
	}
}

func TestOrder(t *testing.T) {
	forThreads(t, func(t *testing.T, threads int) {
		p := Start(t.Context(), numbers(threads, 500))
		defer p.Close()
		for i := range 500 {
			s, err := p.Next()
			require.NoError(t, err)
			require.Equal(t, box{i, i * i}, *s.Unit)
			s.Release()
		}
		for range 3 {
			_, err := p.Next()
			require.Equal(t, io.EOF, err)
		}
	})
}

func TestInlineRunsInNext(t *testing.T) {
	ended := goroutinesEnd(t)
	p := Start(t.Context(), numbers(1, 3))
	_, err := p.Next()
	require.NoError(t, err)
	ended() // none beyond the test's own, while the pipe is open
	p.Close()
}

func TestUnitsInFlightAreBounded(t *testing.T) {
	for _, threads := range []int{2, 8} {
		made, filled := 0, atomic.Int64{}
		stage := numbers(threads, 1000)
		fill := stage.Fill
		stage.New = func() *box { made++; return new(box) }
		stage.Fill = func(ctx context.Context, b *box) (bool, error) {
			filled.Add(1)
			return fill(ctx, b)
		}
		p := Start(t.Context(), stage)
		for filled.Load() < int64(stage.Slots) {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(5 * time.Millisecond)
		require.EqualValues(t, stage.Slots, filled.Load(), "cut ahead of a consumer that takes none")
		for range 1000 {
			s, err := p.Next()
			require.NoError(t, err)
			s.Release()
		}
		p.Close()
		require.Equal(t, stage.Slots, made)
	}
}

func TestFirstFailureInOrder(t *testing.T) {
	early, late := errors.New("of unit 20"), errors.New("of unit 21")
	forThreads(t, func(t *testing.T, threads int) {
		stage := numbers(threads, 100)
		stage.Worker = func() func(*box) error {
			return func(b *box) error {
				switch b.n {
				case 20:
					time.Sleep(5 * time.Millisecond) // fails behind 21 in time
					return early
				case 21:
					return late
				}
				return nil
			}
		}
		p := Start(t.Context(), stage)
		defer p.Close()
		for i := range 20 {
			s, err := p.Next()
			require.NoError(t, err)
			require.Equal(t, i, s.Unit.n)
			s.Release()
		}
		for range 2 {
			s, err := p.Next()
			require.Nil(t, s)
			require.Equal(t, early, err)
		}
	})
}

func TestSourceFailureComesBeforeItsEnd(t *testing.T) {
	broken := errors.New("source broken")
	forThreads(t, func(t *testing.T, threads int) {
		for at := range 20 {
			stage, calls := numbers(threads, at), 0
			fill := stage.Fill
			stage.Fill = func(ctx context.Context, b *box) (bool, error) {
				work, err := fill(ctx, b)
				if err == io.EOF {
					calls++
					if calls == 1 {
						return false, broken
					}
				}
				return work, err
			}
			p := Start(t.Context(), stage)
			for range at {
				s, err := p.Next()
				require.NoError(t, err)
				s.Release()
			}
			_, err := p.Next()
			require.Equal(t, broken, err)
			p.Close()
			require.Equal(t, 1, calls, "nothing is cut behind a failure")
		}
	})
}

func TestReleasedSeesEachUnit(t *testing.T) {
	forThreads(t, func(t *testing.T, threads int) {
		var released []int
		stage := numbers(threads, 100)
		stage.Released = func(b *box) { released = append(released, b.n) }
		p := Start(t.Context(), stage)
		defer p.Close()
		for i := range 100 {
			s, err := p.Next()
			require.NoError(t, err)
			require.Len(t, released, i)
			s.Release()
			require.Equal(t, i, released[i])
		}
	})
}

func TestFailedUnitThatHoldsSomething(t *testing.T) {
	half := errors.New("failed half way")
	for _, where := range []string{"fill", "work"} {
		forThreads(t, func(t *testing.T, threads int) {
			stage := numbers(threads, 100)
			if where == "fill" {
				fill := stage.Fill
				stage.Fill = func(ctx context.Context, b *box) (bool, error) {
					work, err := fill(ctx, b)
					if b.n == 5 {
						b.squared, work, err = 25, false, half
					}
					return work, err
				}
			} else {
				work := stage.Worker
				stage.Worker = func() func(*box) error {
					do := work()
					return func(b *box) error {
						_ = do(b)
						if b.n == 5 {
							return half
						}
						return nil
					}
				}
			}
			stage.Holds = func(b *box) bool { return b.n == 5 && b.squared == 25 }
			p := Start(t.Context(), stage)
			defer p.Close()
			for i := range 6 {
				s, err := p.Next()
				require.NoError(t, err)
				require.Equal(t, i*i, s.Unit.squared)
				s.Release()
			}
			_, err := p.Next()
			require.Equal(t, half, err)
		})
	}
}

func TestCancel(t *testing.T) {
	forThreads(t, func(t *testing.T, threads int) {
		for at := range 12 {
			cause := errors.New("had enough")
			ctx, cancel := context.WithCancelCause(t.Context())
			p := Start(ctx, numbers(threads, 1000))
			for range at {
				s, err := p.Next()
				require.NoError(t, err)
				s.Release()
			}
			cancel(cause)
			for range 2 {
				_, err := p.Next()
				require.Equal(t, cause, err)
			}
			p.Close()
			_, err := p.Next()
			require.Equal(t, cause, err)
		}
	})
}

func TestCancelHidesWhatItCauses(t *testing.T) {
	// A source that is interrupted fails in its own words.
	forThreads(t, func(t *testing.T, threads int) {
		ctx, cancel := context.WithCancel(t.Context())
		stage := numbers(threads, 10)
		stage.Fill = func(context.Context, *box) (bool, error) {
			cancel()
			return false, errors.New("i/o timeout")
		}
		p := Start(ctx, stage)
		defer p.Close()
		_, err := p.Next()
		require.Equal(t, context.Canceled, err)
	})
}

func TestCancelEndsNextThatWaits(t *testing.T) {
	for _, threads := range []int{2, 8} {
		ctx, cancel := context.WithCancel(t.Context())
		stage := numbers(threads, 10)
		stage.Fill = func(ctx context.Context, _ *box) (bool, error) {
			<-ctx.Done()
			return false, ctx.Err()
		}
		p := Start(ctx, stage)
		time.AfterFunc(2*time.Millisecond, cancel)
		_, err := p.Next()
		require.Equal(t, context.Canceled, err)
		p.Close()
	}
}

func TestClose(t *testing.T) {
	forThreads(t, func(t *testing.T, threads int) {
		for held := range 2*threads + 2 { // units that are never released
			p := Start(t.Context(), numbers(threads, 1000))
			for range held {
				_, err := p.Next()
				require.NoError(t, err)
			}
			p.Close()
			_, err := p.Next()
			require.Equal(t, io.ErrClosedPipe, err)
			p.Close()
		}
	})
}

func TestReleaseBehindClose(t *testing.T) {
	forThreads(t, func(t *testing.T, threads int) {
		p := Start(t.Context(), numbers(threads, 1000))
		s, err := p.Next()
		require.NoError(t, err)
		p.Close()
		s.Release()
	})
}

func TestCloseEndsFillThatWaits(t *testing.T) {
	ended := goroutinesEnd(t)
	stage, begun := numbers(2, 10), make(chan struct{})
	stage.Fill = func(ctx context.Context, _ *box) (bool, error) {
		close(begun)
		<-ctx.Done()
		return false, ctx.Err()
	}
	p := Start(t.Context(), stage)
	<-begun
	p.Close()
	ended()
}

func TestUnitsWithoutWorkKeepTheirPlace(t *testing.T) {
	forThreads(t, func(t *testing.T, threads int) {
		stage := numbers(threads, 200)
		fill := stage.Fill
		stage.Fill = func(ctx context.Context, b *box) (bool, error) {
			work, err := fill(ctx, b)
			return work && b.n%3 == 0, err
		}
		p := Start(t.Context(), stage)
		defer p.Close()
		for i := range 200 {
			s, err := p.Next()
			require.NoError(t, err)
			want := box{i, -1}
			if i%3 == 0 {
				want.squared = i * i
			}
			require.Equal(t, want, *s.Unit)
			s.Release()
		}
	})
}

func TestLimiterIsShared(t *testing.T) {
	ended := goroutinesEnd(t)
	limiter := NewLimiter(2)
	var now, most atomic.Int64
	var pipes []*Pipe[*box]
	for range 3 {
		stage := numbers(4, 60)
		stage.Limiter = limiter
		stage.Worker = func() func(*box) error {
			return func(*box) error {
				n := now.Add(1)
				for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
				}
				time.Sleep(100 * time.Microsecond)
				now.Add(-1)
				return nil
			}
		}
		pipes = append(pipes, Start(t.Context(), stage))
	}
	for range 60 {
		for _, p := range pipes { // in turn: a pipe that waits must not hold a token
			s, err := p.Next()
			require.NoError(t, err)
			s.Release()
		}
	}
	for _, p := range pipes {
		_, err := p.Next()
		require.Equal(t, io.EOF, err)
		p.Close()
	}
	require.EqualValues(t, 2, most.Load())
	ended()
}

func TestLimiterWaitEndsWithContext(t *testing.T) {
	l := NewLimiter(0) // counts as 1
	require.NoError(t, l.Acquire(t.Context()))
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	require.ErrorIs(t, l.Acquire(ctx), context.DeadlineExceeded)
	l.Release()
	require.ErrorIs(t, l.Acquire(ctx), context.DeadlineExceeded, "a free token is none for who has ended")
	require.NoError(t, l.Acquire(t.Context()))

	var none *Limiter
	require.NoError(t, none.Acquire(t.Context()))
	none.Release()
	require.ErrorIs(t, none.Acquire(ctx), context.DeadlineExceeded)
}

func TestThreads(t *testing.T) {
	require.Equal(t, runtime.GOMAXPROCS(0), Threads(0))
	require.Equal(t, runtime.GOMAXPROCS(0), Threads(-3))
	require.Equal(t, 1, Threads(1))
	require.Equal(t, 5, Threads(5))
	require.Equal(t, MaxThreads, Threads(math.MaxInt))
}

func BenchmarkHandOver(b *testing.B) {
	for _, threads := range []int{1, 2} {
		b.Run(fmt.Sprintf("threads=%d", threads), func(b *testing.B) {
			stage := numbers(threads, b.N)
			stage.Worker = func() func(*box) error { return func(*box) error { return nil } }
			p := Start(b.Context(), stage)
			defer p.Close()
			for range b.N {
				s, err := p.Next()
				if err != nil {
					b.Fatal(err)
				}
				s.Release()
			}
		})
	}
}
