package crash

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"
)

// Plan is what Run does.
type Plan struct {
	Child string
	Args  []string
	Seed  uint64
	Life  time.Duration // a child lives at most so long; 0: 200 ms

	// Check looks at what a child left. Said are the lines of that child. Killed is
	// false where it ended by itself, which does not count as a kill.
	Check func(t testing.TB, said []string, killed bool)
}

// Kills is how often Run kills: SEQLODE_KILLS, or 15.
func Kills(t testing.TB) int {
	t.Helper()
	text := os.Getenv("SEQLODE_KILLS")
	if text == "" {
		return 15
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("SEQLODE_KILLS=%s: must be a number from 1 on", text)
	}
	return n
}

// Run starts one child after another and kills each at a moment that the seed
// chooses: of four children, one at any time after its start, three after their
// first line. A child that fails by itself fails the test.
func Run(t testing.TB, plan Plan) {
	t.Helper()
	life := plan.Life
	if life == 0 {
		life = 200 * time.Millisecond
	}
	rnd := rand.New(rand.NewPCG(plan.Seed, 0))
	kills := Kills(t)
	for done, tries := 0, 0; done < kills; tries++ {
		if tries > 10*kills {
			t.Fatalf("of %d children %d were killed, the others were faster: shorten Life", tries, done)
		}
		p := Start(t, plan.Child, plan.Args...)
		moment := time.Duration(rnd.Int64N(int64(life)))
		if tries%4 != 0 {
			<-p.first
		}
		select {
		case <-time.After(moment):
		case <-p.ended:
		}
		killed := p.Kill()
		if killed {
			done++
		} else {
			p.Wait(t)
		}
		plan.Check(t, p.Said(), killed)
	}
}
