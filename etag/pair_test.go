package etag_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/etag"
)

// mates is FASTQ text of n reads of so many bases.
func mates(n, bases int, suffix string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "@read%d%s\n%s\n+\n%s\n", i, suffix, strings.Repeat("A", bases), strings.Repeat("I", bases))
	}
	return b.String()
}

func pairOf(first, second []byte) (a, b etag.Source) {
	return etag.Source{Name: "r1.gz", Reader: bytes.NewReader(first)}, etag.Source{Name: "r2.gz", Reader: bytes.NewReader(second)}
}

// TestComputePair: mates of very different lengths, as those of single cells,
// are hashed as if alone.
func TestComputePair(t *testing.T) {
	texts := [2]string{mates(40_000, 28, "/1"), mates(40_000, 200, "/2")}
	var files [2][]byte
	var alone [2]etag.Result
	for i, text := range texts {
		var err error
		files[i] = member(t, text)
		alone[i], err = etag.Compute(t.Context(), bytes.NewReader(files[i]), etag.Options{})
		require.NoError(t, err)
	}
	for _, swap := range []bool{false, true} {
		for _, threads := range []int{1, 2, 5} {
			i, j := 0, 1
			if swap {
				i, j = 1, 0
			}
			told := map[int]bool{}
			a, b := pairOf(files[i], files[j])
			res := etag.ComputePair(t.Context(), a, b, etag.Options{Threads: threads, Done: func(i int, r etag.Result) { told[i] = r.Err == nil }})
			require.Equal(t, [2]etag.Result{alone[i], alone[j]}, res)
			require.Equal(t, map[int]bool{0: true, 1: true}, told)
		}
	}
}

func TestComputePairFaults(t *testing.T) {
	good := mates(30_000, 50, "/1")
	file := member(t, good)
	other := strings.Replace(mates(30_000, 50, "/2"), "@read20000/", "@rEad20000/", 1)
	for _, c := range []struct {
		name        string
		second      []byte
		skip        bool
		first, both string
	}{
		{"names", member(t, other), false, `"rEad20000/2" does not match "read20000/1"`, `r2.gz: record 20001`},
		{"names skipped", member(t, other), true, "", ""},
		{"fewer reads", member(t, mates(29_999, 50, "/2")), false, "29999 reads here and 30000 in r1.gz", "29999 reads here and 30000 in r1.gz"},
		{"cut", file[:len(file)/2], false, "", "r2.gz: "},
		{"no FASTQ", member(t, "BAM\x01"), false, "", "declared FASTQ, but it is a BAM file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, threads := range []int{1, 3} {
				a, b := pairOf(file, c.second)
				res := etag.ComputePair(t.Context(), a, b, etag.Options{Threads: threads, SkipNames: c.skip})
				one := 0
				for i, want := range []string{c.first, c.both} {
					switch {
					case want == "":
						require.NoError(t, res[i].Err)
					case res[i].Err != nil:
						require.ErrorContains(t, res[i].Err, want)
						one++
					}
				}
				require.Equal(t, c.both != "", one > 0)
			}
		})
	}
}

// TestComputePairEndsWithContext: neither side waits for the other behind the
// end of ctx.
func TestComputePairEndsWithContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	a, b := pairOf(member(t, mates(100_000, 50, "")), nil)
	b.Reader = stalled{ctx}
	res := etag.ComputePair(ctx, a, b, etag.Options{})
	require.ErrorIs(t, res[0].Err, context.DeadlineExceeded)
	require.ErrorIs(t, res[1].Err, context.DeadlineExceeded)
}

// stalled is a source that gives nothing before its context ends.
type stalled struct{ ctx context.Context }

func (s stalled) Read([]byte) (int, error) {
	<-s.ctx.Done()
	return 0, s.ctx.Err()
}
