package fasta

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/errs"
)

// counted gives made-up bases, and counts how often it is asked.
type counted struct {
	asked atomic.Int64
	wait  chan struct{} // where not nil, answers wait for it
	err   error
	short bool
}

func (c *counted) Find(_ context.Context, contig Contig) (Contig, error) {
	contig.Length = 1000
	return contig, nil
}

func (c *counted) AppendBases(ctx context.Context, dst []byte, contig Contig, beg, end int64) ([]byte, error) {
	c.asked.Add(1)
	if c.wait != nil {
		select {
		case <-c.wait:
		case <-ctx.Done():
			return dst, context.Cause(ctx)
		}
	}
	if c.short {
		end--
	}
	return append(dst, madeBases(contig.Name)[beg:end]...), c.err
}

func madeBases(name string) string { return strings.Repeat("ACGTN"+name, 1000)[:1000] }

func TestCached(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, bound := range []int64{1, 40, 399, 1 << 20, 0} {
		src := new(counted)
		c := Cached(src, bound)
		for range 500 {
			name := string(rune('A' + r.IntN(3)))
			beg := r.Int64N(1001)
			end := beg + r.Int64N(1001-beg)
			contig := Contig{Name: name, Length: 1000 * r.Int64N(2)}
			got, err := c.AppendBases(t.Context(), []byte("x"), contig, beg, end)
			require.NoError(t, err)
			require.Equal(t, "x"+madeBases(name)[beg:end], string(got))
			lru := c.(*cached).pieces
			require.LessOrEqual(t, lru.size, lru.bound)
			size := int64(0)
			for _, p := range lru.pieces {
				size += int64(len(p.data))
			}
			require.Equal(t, size, lru.size)
		}
		if bound == 0 || bound == 1<<20 {
			require.EqualValues(t, 3, src.asked.Load())
		}
	}
	c := Cached(new(counted), 0)
	_, err := c.AppendBases(t.Context(), nil, Contig{Name: "A"}, 999, 1001)
	require.ErrorIs(t, err, errs.ErrRangeNotSatisfiable)
	_, err = Cached(&counted{short: true}, 0).AppendBases(t.Context(), nil, Contig{Name: "A"}, 9, 10)
	require.ErrorIs(t, err, errs.ErrInternal)
}

// TestCachedOldestGoes keeps what was used last.
func TestCachedOldestGoes(t *testing.T) {
	src := new(counted)
	c := Cached(src, 400) // pieces of 100
	ask := func(piece int64) {
		t.Helper()
		_, err := c.AppendBases(t.Context(), nil, Contig{Name: "A", Length: 1000}, 100*piece, 100*piece+100)
		require.NoError(t, err)
	}
	for _, piece := range []int64{0, 1, 2, 3, 0, 4, 0} {
		ask(piece)
	}
	require.EqualValues(t, 5, src.asked.Load())
	ask(1) // went for 4
	require.EqualValues(t, 6, src.asked.Load())
	ask(0)
	ask(3)
	require.EqualValues(t, 6, src.asked.Load())
}

func TestCachedShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := &counted{wait: make(chan struct{})}
		c := Cached(src, 0)
		ask := func(ctx context.Context) error {
			got, err := c.AppendBases(ctx, nil, Contig{Name: "A", Length: 1000}, 3, 9)
			if err == nil && string(got) != madeBases("A")[3:9] {
				err = errors.New("other bases")
			}
			return err
		}
		// One asks; when it gives up, another does, and all others get what that one gets.
		first, leave := context.WithCancel(t.Context())
		var group sync.WaitGroup
		group.Go(func() { require.ErrorIs(t, ask(first), context.Canceled) })
		synctest.Wait()
		impatient, leaveToo := context.WithCancel(t.Context())
		group.Go(func() { require.ErrorIs(t, ask(impatient), context.Canceled) })
		for range 8 {
			group.Go(func() { require.NoError(t, ask(t.Context())) })
		}
		synctest.Wait()
		require.EqualValues(t, 1, src.asked.Load())
		leaveToo()
		synctest.Wait()
		leave()
		synctest.Wait()
		require.EqualValues(t, 2, src.asked.Load())
		close(src.wait)
		group.Wait()
		require.EqualValues(t, 2, src.asked.Load())
	})
	// A failure is told, and not kept.
	broken := errors.New("broken")
	src := &counted{err: broken}
	c := Cached(src, 0)
	for range 2 {
		_, err := c.AppendBases(t.Context(), nil, Contig{Name: "A", Length: 1000}, 3, 9)
		require.ErrorIs(t, err, broken)
	}
	src.err = nil
	_, err := c.AppendBases(t.Context(), nil, Contig{Name: "A", Length: 1000}, 3, 9)
	require.NoError(t, err)
	require.EqualValues(t, 3, src.asked.Load())
}

// TestConcurrently reads spans of files from several goroutines.
func TestConcurrently(t *testing.T) {
	for name, f := range files(t, ">a\n"+strings.Repeat("ACGTACGTAC\n", 500)) {
		t.Run(name, func(t *testing.T) {
			whole := strings.Repeat("ACGTACGTAC", 500)
			c := Cached(f, 2000)
			var group sync.WaitGroup
			for seed := range uint64(4) {
				group.Go(func() {
					r := rand.New(rand.NewPCG(seed, 1))
					for range 100 {
						beg := r.Int64N(5000)
						end := beg + r.Int64N(5000-beg)
						for _, b := range []Bases{f, c} {
							got, err := b.AppendBases(t.Context(), nil, Contig{Name: "a", Length: 5000}, beg, end)
							if err != nil || string(got) != whole[beg:end] {
								t.Error(fmt.Errorf("[%d, %d): %w", beg, end, err))
							}
						}
					}
				})
			}
			group.Wait()
		})
	}
}
