package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// fill writes the loop that enters a symbol in a row: 8 entries at a time, the
// last ones under a mask.
func fill() {
	TEXT("fillAVX2", NOSPLIT, "func(row *uint32, entry uint32, n int)")
	Pragma("noescape")
	Doc("fillAVX2 sets the n entries at row to entry, entry + 1<<8, entry + 2<<8 and so on.")
	steps := GLOBL("steps", RODATA|NOPTR)
	for i := range 8 {
		DATA(4*i, U32(i<<8))
	}
	masks := GLOBL("masks", RODATA|NOPTR)
	for i := range 16 {
		set := U32(0)
		if i < 8 {
			set = 1<<32 - 1
		}
		DATA(4*i, set)
	}
	row, n := RDI, RCX
	entry, eight, sixteen, next := YMM(), YMM(), YMM(), YMM()
	Load(Param("row"), row)
	Load(Param("n"), n)
	Load(Param("entry"), EAX)
	VMOVD(EAX, entry.AsX())
	VPBROADCASTD(entry.AsX(), entry)
	VPADDD(steps, entry, entry)
	broadcast(8<<8, eight)
	broadcast(16<<8, sixteen)
	VPADDD(eight, entry, next)
	SUBQ(U8(16), n)
	JLT(LabelRef("last"))
	Label("more")
	VMOVDQU(entry, Mem{Base: row})
	VMOVDQU(next, Mem{Base: row, Disp: 32})
	VPADDD(sixteen, entry, entry)
	VPADDD(sixteen, next, next)
	ADDQ(U8(64), row)
	SUBQ(U8(16), n)
	JGE(LabelRef("more"))
	Label("last")
	ADDQ(U8(16), n)
	CMPQ(n, U8(8))
	JLT(LabelRef("masked"))
	VMOVDQU(entry, Mem{Base: row})
	VMOVDQA(next, entry)
	ADDQ(U8(32), row)
	SUBQ(U8(8), n)
	Label("masked")
	LEAQ(masks, RAX)
	SHLQ(U8(2), n)
	SUBQ(n, RAX)
	VMOVDQU(Mem{Base: RAX, Disp: 32}, next)
	VPMASKMOVD(entry, next, Mem{Base: row})
	VZEROUPPER()
	RET()
}
