package fastq

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/errs"
)

// named makes a record of one base for each name.
func named(names []string) []byte {
	return []byte("@" + strings.Join(names, "\nA\n+\nI\n@") + "\nA\n+\nI\n")
}

// numbered makes n names.
func numbered(n int, suffix string) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("HWI:6:73:%d%s", i, suffix)
	}
	return out
}

// runPair feeds two texts, each from a goroutine of its own, and gives what the
// two ends say.
func runPair(ctx context.Context, opt PairOptions, first, second [][]byte) (errs [2]error, reads [2]int64) {
	var c [2]*Checker
	c[0], c[1] = NewPair(ctx, opt)
	var group sync.WaitGroup
	for i, chunks := range [2][][]byte{first, second} {
		group.Go(func() {
			defer c[i].Abort()
			for _, chunk := range chunks {
				if c[i].Write(chunk) != nil {
					break
				}
			}
			errs[i] = c[i].Close()
			reads[i] = c[i].Counts().Reads
		})
	}
	group.Wait()
	return errs, reads
}

// pairFault is the one error of a pair: both ends may have it, or one end.
func pairFault(t *testing.T, got [2]error) string {
	t.Helper()
	err := got[0]
	if err == nil {
		err = got[1]
	}
	if err == nil {
		return ""
	}
	for _, e := range got {
		require.True(t, e == nil || e == err, "both ends give one and the same error: %v, %v", got[0], got[1])
	}
	require.ErrorIs(t, err, errs.ErrCorrupt)
	return err.Error()
}

var r1r2 = PairOptions{First: "r1.fq.gz", Second: "r2.fq.gz"}

func TestPair(t *testing.T) {
	long := strings.Repeat("x", 300)
	many, odd := numbered(40_000, "/2"), numbered(40_000, "/2")
	odd[30_000] = "HWI:6:73:30001/2"
	for _, tt := range []struct {
		what          string
		first, second []string
		fault         string
	}{
		{"one", []string{"a/1"}, []string{"a/2"}, ""},
		{"many", numbered(40_000, "/1"), many, ""},
		{"first name", []string{"a/1"}, []string{"b/2"},
			`r2.fq.gz: record 1, line 1: read name "b/2" does not match "a/1", the same record of r1.fq.gz`},
		{"later name, with comments", []string{"a 1:N", "b 1:N", "d 1:N"}, []string{"a 2:N", "b 2:N", "c 2:N"},
			`r2.fq.gz: record 3, line 9: read name "c" does not match "d", the same record of r1.fq.gz`},
		{"a name among many", numbered(40_000, "/1"), odd,
			`r2.fq.gz: record 30001, line 120001: read name "HWI:6:73:30001/2" does not match "HWI:6:73:30000/1", the same record of r1.fq.gz`},
		{"a read missing", []string{"a", "b", "c"}, []string{"a", "c"},
			`r2.fq.gz: record 2, line 5: read name "c" does not match "b", the same record of r1.fq.gz`},
		{"long names", []string{long + "a"}, []string{long + "b"}, fmt.Sprintf(
			`r2.fq.gz: record 1, line 1: read name "%s"… does not match "%[1]s"…, the same record of r1.fq.gz`, long[:254])},
		{"control bytes in names", []string{"a\x00"}, []string{"a\x01"},
			`r2.fq.gz: record 1, line 1: read name "a\x01" does not match "a\x00", the same record of r1.fq.gz`},
		{"second short", []string{"a", "b", "c"}, []string{"a", "b"},
			"r2.fq.gz: 2 reads here and 3 in r1.fq.gz: paired files must hold the same number of reads"},
		{"first short", []string{"a"}, []string{"a", "b", "c"},
			"r2.fq.gz: 3 reads here and 1 in r1.fq.gz: paired files must hold the same number of reads"},
		{"second much shorter", numbered(60_000, ""), []string{"HWI:6:73:0"},
			"r2.fq.gz: 1 reads here and 60000 in r1.fq.gz: paired files must hold the same number of reads"},
		{"first much shorter", numbered(5_000, ""), numbered(60_000, ""),
			"r2.fq.gz: 60000 reads here and 5000 in r1.fq.gz: paired files must hold the same number of reads"},
	} {
		t.Run(tt.what, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(3, 3))
			first, second := named(tt.first), named(tt.second)
			for _, mean := range []int{1 << 10, 1 << 16, 1 << 24} {
				got, reads := runPair(t.Context(), r1r2, cutAtRandom(first, mean, rnd), cutAtRandom(second, mean, rnd))
				require.Equal(t, tt.fault, pairFault(t, got))
				if got[0] == nil && got[1] == nil {
					require.Equal(t, [2]int64{int64(len(tt.first)), int64(len(tt.second))}, reads)
				}
			}
		})
	}
}

// TestPairRandom holds pairs against a plain loop over their names.
func TestPairRandom(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 5))
	for range 60 {
		// Names of any length fill the batches of the two sides differently.
		n := 1 + rnd.IntN(3000)
		names := [2][]string{make([]string, n), make([]string, n)}
		for i := range n {
			name := strings.Repeat("n", rnd.IntN(100)) + fmt.Sprint(i)
			names[0][i], names[1][i] = name+"/1", name+"/2"
		}
		if side := rnd.IntN(2); rnd.IntN(3) == 0 {
			names[side] = names[side][:1+rnd.IntN(n)]
		}
		if side := rnd.IntN(2); rnd.IntN(3) == 0 {
			names[side][rnd.IntN(len(names[side]))] = "other"
		}
		want := ""
		for i := range min(len(names[0]), len(names[1])) {
			if a, b := names[0][i], names[1][i]; strings.TrimSuffix(a, "/1") != strings.TrimSuffix(b, "/2") {
				want = fmt.Sprintf("r2.fq.gz: record %d, line %d: read name %q does not match %q, the same record of r1.fq.gz", i+1, 4*i+1, b, a)
				break
			}
		}
		if want == "" && len(names[0]) != len(names[1]) {
			want = fmt.Sprintf("r2.fq.gz: %d reads here and %d in r1.fq.gz: paired files must hold the same number of reads", len(names[1]), len(names[0]))
		}
		mean := 100 + rnd.IntN(20_000)
		got, _ := runPair(t.Context(), r1r2, cutAtRandom(named(names[0]), mean, rnd), cutAtRandom(named(names[1]), mean, rnd))
		require.Equal(t, want, pairFault(t, got))
	}
}

func TestPairSkipNames(t *testing.T) {
	opt := PairOptions{SkipNames: true}
	long := strings.Repeat("x", MaxName+1)
	got, _ := runPair(t.Context(), opt, [][]byte{named([]string{"a", long})}, [][]byte{named([]string{"b", "c"})})
	require.Empty(t, pairFault(t, got))
	got, _ = runPair(t.Context(), opt, [][]byte{named([]string{"a"})}, [][]byte{named([]string{"b", "c"})})
	require.Equal(t, "the second file: 2 reads here and 1 in the first file: paired files must hold the same number of reads", pairFault(t, got))
}

func TestPairNameLimit(t *testing.T) {
	for _, tail := range []string{"", "\r", " comment", "\tcomment\r"} {
		for _, over := range []int{0, 1, 2, 3, 100} {
			text := named([]string{"ok", strings.Repeat("x", MaxName+over) + tail})
			for _, chunks := range [][][]byte{{text}, cutEvery(text, 1000), cutEvery(text, 1)} {
				c, mate := NewPair(t.Context(), r1r2)
				want := verdict{Counts: Counts{2, 2}}
				if over > 0 {
					want = verdict{Counts{1, 1}, "record 2, line 5: read name is longer than 65536 bytes"}
				}
				require.Equal(t, want, run(c, chunks), "%d bytes over, then %q", over, tail)
				if over > 0 {
					require.ErrorIs(t, c.Close(), errs.ErrLimitExceeded)
				}
				require.NoError(t, run2(mate, text), "the mate is released")
			}
		}
	}
}

// run2 writes one chunk and says whether it could.
func run2(c *Checker, text []byte) error {
	defer c.Abort()
	return c.Write(text[:4])
}

// blocked starts a pair whose first side runs ahead until it blocks. finish
// waits for it to end and gives its error.
func blocked(t *testing.T, ctx context.Context) (second *Checker, finish func() error) {
	t.Helper()
	first, second := NewPair(ctx, r1r2)
	text := named(numbered(60_000, "/1"))
	done := make(chan error, 1)
	go func() {
		defer first.Abort()
		for _, chunk := range cutEvery(text, 32<<10) {
			if err := first.Write(chunk); err != nil {
				done <- err
				return
			}
		}
		done <- first.Close()
	}()
	synctest.Wait()
	require.Empty(t, done, "the first side must be blocked")
	p := first.mate.pair
	require.Len(t, p.queue[0], aheadBatches+1)
	require.Less(t, first.Counts().Reads, int64(batchNames*(aheadBatches+2)))
	return second, func() error { return <-done }
}

func TestPairRelease(t *testing.T) {
	cause := errors.New("switched off")
	for _, tt := range []struct {
		what string
		act  func(t *testing.T, second *Checker, cancel context.CancelCauseFunc)
		want string
	}{
		{"the mate ends early", func(t *testing.T, second *Checker, _ context.CancelCauseFunc) {
			require.NoError(t, second.Write(named(numbered(10_000, "/2"))))
			require.NoError(t, second.Close())
		}, "r2.fq.gz: 10000 reads here and 60000 in r1.fq.gz: paired files must hold the same number of reads"},
		{"the mate ends at once", func(t *testing.T, second *Checker, _ context.CancelCauseFunc) {
			require.NoError(t, second.Write([]byte("@HWI:6:73:0/2\nA\n+\nI\n")))
			require.NoError(t, second.Close())
		}, "r2.fq.gz: 1 reads here and 60000 in r1.fq.gz: paired files must hold the same number of reads"},
		{"the mate is of another sample", func(t *testing.T, second *Checker, _ context.CancelCauseFunc) {
			require.NoError(t, second.Write(named([]string{"HWI:6:73:0/2", "x"})))
			require.Error(t, second.Close())
		}, `r2.fq.gz: record 2, line 5: read name "x" does not match "HWI:6:73:1/1", the same record of r1.fq.gz`},
		{"the mate has a fault", func(t *testing.T, second *Checker, _ context.CancelCauseFunc) {
			require.EqualError(t, second.Write([]byte("x")), "record 1, line 1: name line starts with 'x', not '@'")
		}, ""},
		{"the mate is empty", func(t *testing.T, second *Checker, _ context.CancelCauseFunc) {
			require.EqualError(t, second.Close(), "no FASTQ record in the file")
		}, ""},
		{"the mate is aborted", func(t *testing.T, second *Checker, _ context.CancelCauseFunc) {
			require.NoError(t, second.Write(named(numbered(10_000, "/2"))))
			second.Abort()
			second.Abort()
		}, ""},
		{"cancel", func(t *testing.T, second *Checker, cancel context.CancelCauseFunc) {
			cancel(cause)
			synctest.Wait()
			require.Equal(t, cause, second.Write(named(numbered(10_000, "/2"))))
			require.Equal(t, cause, second.Close())
		}, "switched off"},
		{"the mate catches up", func(t *testing.T, second *Checker, _ context.CancelCauseFunc) {
			for _, chunk := range cutEvery(named(numbered(60_000, "/2")), 10_000) {
				require.NoError(t, second.Write(chunk))
			}
			require.NoError(t, second.Close())
		}, ""},
	} {
		t.Run(tt.what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				second, finish := blocked(t, ctx)
				tt.act(t, second, cancel)
				if err := finish(); tt.want == "" {
					require.NoError(t, err)
				} else {
					require.EqualError(t, err, tt.want)
				}
			})
		})
	}
}

// TestPairWatch sees that an ended pair no longer hangs on its context.
func TestPairWatch(t *testing.T) {
	for _, end := range []func(*Checker){
		func(c *Checker) { _ = c.Write([]byte("@a\nA\n+\nI\n")); _ = c.Close() },
		func(c *Checker) { _ = c.Write([]byte("x")) },
		(*Checker).Abort,
	} {
		first, second := NewPair(t.Context(), r1r2)
		end(first)
		end(second)
		require.False(t, first.mate.pair.stop(), "the watch is still on")
	}
	done, cancel := context.WithCancel(t.Context())
	cancel()
	got, _ := runPair(done, r1r2, [][]byte{named(numbered(50_000, ""))}, [][]byte{named(numbered(50_000, ""))})
	for _, err := range got {
		if err != nil {
			require.ErrorIs(t, err, context.Canceled)
		}
	}
}
