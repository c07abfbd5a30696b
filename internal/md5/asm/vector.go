package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// dialect is what a vector instruction set says in its own way.
type dialect struct {
	name string

	// prepare adds to a what a step needs and b has no part in: the block's
	// word, a register or memory, and the step's constant; k is a temporary.
	prepare func(round int, word Op, sine Mem, a, c, d, k reg.VecPhysical)

	// function makes F, G, H or I in t, less what prepare added.
	function func(round int, b, c, d, t, ones reg.VecPhysical)
}

var avx512 = dialect{
	name: "AVX512",
	prepare: func(_ int, word Op, sine Mem, a, _, _, _ reg.VecPhysical) {
		VPADDD_BCST(sine, a, a)
		if m, ok := word.(Mem); ok {
			VPADDD_BCST(m, a, a)
		} else {
			VPADDD(word, a, a)
		}
	},
	function: func(round int, b, c, d, t, _ reg.VecPhysical) {
		VMOVDQA32(d, t)
		VPTERNLOGD(U8(truth[round]), b, c, t)
	},
}

// truth gives F, G, H and I as VPTERNLOGD wants them: bit 4d+2c+b of a table is
// the function's bit.
var truth = func() (tables [4]uint8) {
	for i := range 8 {
		b, c, d := i&1, i>>1&1, i>>2
		for r, bit := range [4]int{b&c | ^b&d, d&b | ^d&c, b ^ c ^ d, c ^ (b | ^d)} {
			tables[r] |= uint8(bit&1) << i
		}
	}
	return tables
}()

var avx2 = dialect{
	name: "AVX2",
	prepare: func(round int, word Op, sine Mem, a, c, d, k reg.VecPhysical) {
		VPBROADCASTD(sine, k)
		VPADDD(word, a, a)
		VPADDD(k, a, a)
		if round == 1 { // the half of G that has no bit in common with d & b
			VPANDN(c, d, k)
			VPADDD(k, a, a)
		}
	},
	function: func(round int, b, c, d, t, ones reg.VecPhysical) {
		switch round {
		case 0: // ((c ^ d) & b) ^ d
			VPXOR(c, d, t)
			VPAND(b, t, t)
			VPXOR(d, t, t)
		case 1: // d & b
			VPAND(b, d, t)
		case 2: // (c ^ d) ^ b
			VPXOR(c, d, t)
			VPXOR(b, t, t)
		case 3: // (^d | b) ^ c
			VPXOR(ones, d, t)
			VPOR(b, t, t)
			VPXOR(c, t, t)
		}
	},
}

// temporaries are the registers that rounds needs beside the state.
type temporaries struct {
	t, v, k reg.VecPhysical
	ones    reg.VecPhysical // all bits set; AVX2 only
}

// rounds writes the 64 steps of a block.
//
// A rotation to add b to would be two instructions deep where it is a shift
// pair (AVX2) and two cycles where VPROLD takes them (Zen 4), and the addition
// comes on top. But a shift to the left is linear: of b + x<<n with x = a + f,
// b + a<<n needs no f. That leaves, after f,
//
//	x = a + f       g = f<<n
//	y = x>>(32-n)   v = v + g, which was b + a<<n
//	y + v
//
// The word and the constant go into a one step ahead, where they are in
// nobody's way.
func (is dialect) rounds(s [4]reg.VecPhysical, r temporaries, word func(i int) Op) {
	prepare := func(i int) {
		a, _, c, d := turn(s, i)
		is.prepare(steps[i].round, word(steps[i].word), sines(i), a, c, d, r.k)
	}
	prepare(0)
	for i, st := range steps {
		a, b, c, d := turn(s, i)
		VPSLLD(U8(st.shift), a, r.v)
		is.function(st.round, b, c, d, r.t, r.ones)
		VPADDD(r.t, a, a)
		VPSRLD(U8(32-st.shift), a, a)
		VPADDD(b, r.v, r.v)
		VPSLLD(U8(st.shift), r.t, r.t)
		VPADDD(r.t, r.v, r.v)
		VPADDD(r.v, a, a)
		if i+1 < len(steps) {
			prepare(i + 1)
		}
	}
}

// single512 writes the kernel of one stream for AVX-512VL: every lane holds the
// same stream. A broadcast reads its word alone, so nothing past the block is
// read.
func single512() {
	TEXT("blockAVX512", NOSPLIT, "func(s *[4]uint32, p []byte)")
	Doc("blockAVX512 advances s over the whole blocks of p.")
	Pragma("noescape")
	state, in, end := reg.RDI, reg.RSI, reg.RBX
	s := [4]reg.VecPhysical{reg.X0, reg.X1, reg.X2, reg.X3}
	old := [4]reg.VecPhysical{reg.X4, reg.X5, reg.X6, reg.X7}

	Load(Param("s"), state)
	Load(Param("p").Base(), in)
	Load(Param("p").Len(), end)
	ANDQ(I8(-blockSize), end)
	JZ(LabelRef("done"))
	ADDQ(in, end)
	for i := range s {
		VPBROADCASTD(Mem{Base: state, Disp: 4 * i}, s[i])
	}

	Label("loop")
	for i := range s {
		VMOVDQA32(s[i], old[i])
	}
	avx512.rounds(s, temporaries{t: reg.X8, v: reg.X9}, func(i int) Op {
		return Mem{Base: in, Disp: 4 * i}
	})
	for i := range s {
		VPADDD(old[i], s[i], s[i])
	}
	ADDQ(U8(blockSize), in)
	CMPQ(in, end)
	JNE(LabelRef("loop"))

	for i := range s {
		VMOVD(s[i], Mem{Base: state, Disp: 4 * i})
	}
	Label("done")
	RET()
}
