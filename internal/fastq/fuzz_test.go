package fastq

import (
	"context"
	"math/rand/v2"
	"testing"
)

// FuzzChecker holds the checker, at random cuts, against the reference.
func FuzzChecker(f *testing.F) {
	for i, tt := range checks {
		f.Add([]byte(tt.text), uint64(i), uint16(8))
		f.Add([]byte("@x y\nACGT\n+x\nIIII\n@x\nACGT\n+\nIIII\n"+tt.text), uint64(i), uint16(1000))
	}
	f.Add(records(20, 40, true, "\r\n"), uint64(1), uint16(50))
	f.Add(records(20, 40, false, "\n"), uint64(1), uint16(300))
	f.Fuzz(func(t *testing.T, text []byte, seed uint64, mean uint16) {
		rnd := rand.New(rand.NewPCG(seed, 0))
		want := reference(text)
		alone, whole := new(Checker), new(Checker)
		paired, mate := NewPair(context.Background(), PairOptions{})
		defer mate.Abort()
		for how, got := range map[string]verdict{
			"cut":            run(alone, cutAtRandom(text, int(mean), rnd)),
			"whole":          run(whole, [][]byte{text}),
			"cut, in a pair": run(paired, cutAtRandom(text, int(mean), rnd)),
		} {
			if got != want {
				t.Errorf("%s:\n got %+v\nwant %+v", how, got, want)
			}
		}
	})
}
