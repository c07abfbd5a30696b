package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// scalar writes the kernel of one stream in general registers, for any amd64.
//
// From b to the step's result lie five instructions in F and I, four in G and
// H: the two halves of G have no bit in common and are added one by one, the
// one that needs b last; the inner xor of H needs no b.
func scalar() {
	TEXT("blockScalar", NOSPLIT, "func(s *[4]uint32, p []byte)")
	Doc("blockScalar advances s over the whole blocks of p.")
	Pragma("noescape")
	state, in, end := reg.RDI, reg.RSI, reg.RBX
	s := [4]reg.Register{reg.EAX, reg.ECX, reg.EDX, reg.R8L}
	old := [4]reg.Register{reg.R12L, reg.R13L, reg.R14L, reg.R15L}
	t, u := reg.R9L, reg.R10L

	Load(Param("s"), state)
	Load(Param("p").Base(), in)
	Load(Param("p").Len(), end)
	ANDQ(I8(-blockSize), end)
	JZ(LabelRef("done"))
	ADDQ(in, end)
	for i := range s {
		MOVL(Mem{Base: state, Disp: 4 * i}, s[i])
	}

	Label("loop")
	for i := range s {
		MOVL(s[i], old[i])
	}
	for i, st := range steps {
		a, b, c, d := turn(s, i)
		ADDL(Mem{Base: in, Disp: 4 * st.word}, a)
		ADDL(U32(st.sine), a)
		MOVL(d, t)
		switch st.round {
		case 0: // ((c ^ d) & b) ^ d
			XORL(c, t)
			ANDL(b, t)
			XORL(d, t)
		case 1: // c &^ d, d & b
			MOVL(d, u)
			NOTL(u)
			ANDL(c, u)
			ADDL(u, a)
			ANDL(b, t)
		case 2: // (c ^ d) ^ b
			XORL(c, t)
			XORL(b, t)
		case 3: // (^d | b) ^ c
			NOTL(t)
			ORL(b, t)
			XORL(c, t)
		}
		ADDL(t, a)
		ROLL(U8(st.shift), a)
		ADDL(b, a)
	}
	for i := range s {
		ADDL(old[i], s[i])
	}
	ADDQ(U8(blockSize), in)
	CMPQ(in, end)
	JNE(LabelRef("loop"))

	for i := range s {
		MOVL(s[i], Mem{Base: state, Disp: 4 * i})
	}
	Label("done")
	RET()
}
