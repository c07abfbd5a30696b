package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const vectorSize = 32 // 8 lanes of 4 bytes

// lanes8 writes a kernel of eight streams, one in each 32-bit lane.
//
// A quarter of 16 bytes of every stream is loaded at a time: row j has stream j
// in its lower half, stream 4+j in its upper, so a transposition of 4 by 4
// words inside the halves puts a word of every stream in lane order. The words
// of a block stay in registers 16 to 31 in AVX-512, on the stack in AVX2.
func lanes8(is dialect) {
	TEXT("lanes8"+is.name, 0, "func(state *[4][8]uint32, in *[8]*byte, blocks int)")
	Doc("lanes8" + is.name + " advances state by so many blocks, at least one, of each of the in.")
	Pragma("noescape")
	state, in, off, end, ptr, stack := reg.RDI, reg.RSI, reg.RCX, reg.RBX, reg.RAX, reg.RDX
	s := [4]reg.VecPhysical{reg.Y0, reg.Y1, reg.Y2, reg.Y3}
	temps := temporaries{t: reg.Y4, v: reg.Y5, k: reg.Y6, ones: reg.Y7}
	row := [4]reg.VecPhysical{reg.Y8, reg.Y9, reg.Y10, reg.Y11}
	half := [4]reg.VecPhysical{reg.Y12, reg.Y13, reg.Y14, reg.Y15}
	onStack := is.name == avx2.name
	words := [16]Op{
		reg.Y16, reg.Y17, reg.Y18, reg.Y19, reg.Y20, reg.Y21, reg.Y22, reg.Y23,
		reg.Y24, reg.Y25, reg.Y26, reg.Y27, reg.Y28, reg.Y29, reg.Y30, reg.Y31,
	}

	Load(Param("state"), state)
	Load(Param("in"), in)
	Load(Param("blocks"), end)
	SHLQ(U8(6), end)
	XORL(off.As32(), off.As32())
	if onStack {
		for i := range words {
			words[i] = Mem{Base: stack, Disp: vectorSize * i}
		}
		space := AllocLocal(vectorSize * (len(words) + 1))
		LEAQ(space.Offset(vectorSize-1), stack)
		ANDQ(I8(-vectorSize), stack) // so that no word crosses a cache line
		VPCMPEQD(temps.ones, temps.ones, temps.ones)
	}
	for i := range s {
		VMOVDQU(Mem{Base: state, Disp: vectorSize * i}, s[i])
	}

	Label("loop")
	transpose := func(q int) {
		for i := range 8 {
			quarter := Mem{Base: ptr, Index: off, Scale: 1, Disp: 16 * q}
			MOVQ(Mem{Base: in, Disp: 8 * i}, ptr)
			if r := row[i%4]; i < 4 {
				VMOVDQU(quarter, r.AsX())
			} else {
				VINSERTI128(U8(1), quarter, r, r)
			}
		}
		VPUNPCKLDQ(row[1], row[0], half[0])
		VPUNPCKLDQ(row[3], row[2], half[1])
		VPUNPCKHDQ(row[1], row[0], half[2])
		VPUNPCKHDQ(row[3], row[2], half[3])
		for i, word := range words[4*q : 4*q+4] {
			to := word
			if onStack {
				to = row[i]
			}
			if i%2 == 0 {
				VPUNPCKLQDQ(half[i+1], half[i], to)
			} else {
				VPUNPCKHQDQ(half[i], half[i-1], to)
			}
			if onStack {
				VMOVDQA(to, word)
			}
		}
	}
	next := 0
	is.rounds(s, temps, func(i int) Op {
		for ; next < 4 && next <= i/2; next++ { // spread out, and early enough
			transpose(next)
		}
		return words[i]
	})
	for i := range s {
		m := Mem{Base: state, Disp: vectorSize * i}
		VPADDD(m, s[i], s[i])
		VMOVDQU(s[i], m)
	}
	ADDQ(U8(blockSize), off)
	CMPQ(off, end)
	JNE(LabelRef("loop"))
	VZEROUPPER()
	RET()
}
