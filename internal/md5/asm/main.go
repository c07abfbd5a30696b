// Command asm writes the amd64 kernels of internal/md5; go generate there runs
// it.
package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

const blockSize = 64

// step is one of the 64 steps of a block (RFC 1321 §3.4).
type step struct {
	round int // 0 to 3: F, G, H, I
	word  int // which word of the block is added
	shift uint64
	sine  uint32
}

var steps = func() (all [64]step) {
	words := [4]func(i int) int{
		func(i int) int { return i % 16 },
		func(i int) int { return (5*i + 1) % 16 },
		func(i int) int { return (3*i + 5) % 16 },
		func(i int) int { return 7 * i % 16 },
	}
	shifts := [4][4]uint64{{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}}
	for i := range all {
		r := i / 16
		sine := uint32(math.Abs(math.Sin(float64(i+1))) * (1 << 32))
		all[i] = step{r, words[r](i), shifts[r][i%4], sine}
	}
	return all
}()

// turn gives the state registers in the roles a, b, c, d of the i-th step.
func turn[R any](s [4]R, i int) (a, b, c, d R) {
	return s[(64-i)%4], s[(65-i)%4], s[(66-i)%4], s[(67-i)%4]
}

func main() {
	ConstraintExpr("amd64")
	ConstraintExpr("!noasm")
	scalar()
	single512()
	lanes8(avx2)
	lanes8(avx512)
	Generate()
}

// sines gives the i-th step's constant in memory; the first call lays the
// table out.
var sines = func() func(i int) Mem {
	var table *Mem
	return func(i int) Mem {
		if table == nil {
			m := GLOBL("sines", RODATA|NOPTR)
			for i, s := range steps {
				DATA(4*i, U32(s.sine))
			}
			table = &m
		}
		return table.Offset(4 * i)
	}
}()
