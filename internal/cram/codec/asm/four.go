package main

import (
	"strconv"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// fourLoop is a loop for 4 states: of bytes (rANS 4x8) or of words (Nx16).
type fourLoop struct {
	name   string
	words  bool
	order1 bool
	bits   int // of the frequencies
}

// lowBytes is the least state of rANS 4x8.
const lowBytes = 1 << 23

// Registers of the loops for 4 states.
var (
	state         = [4]GPPhysical{R8, R9, R10, R11}
	slot          = [4]GPPhysical{R12, R13, R14, R15} // entries; in order 1 the low byte is the context
	tmp, shift    = RAX, RBX
	first, second = RDI, RBP // where byte 0 or part 0, and part 2 are written
	between       = RCX      // bytes between two parts
)

func (l fourLoop) write() {
	signature, doc := "func(out, in *byte, inMax int, rows, states *uint32, rounds int) (used, left int)", " decodes rounds of 4 bytes with the row at rows, while a round begins at inMax or before."
	if l.order1 {
		signature = "func(out, in *byte, inMax int, rows, states, context *uint32, rounds, size int) (used, left int)"
		doc = " decodes rounds of one byte of each of 4 parts, size bytes apart, by the rows at rows, while a round begins at inMax or before. The low bytes of context are the symbols before."
	}
	TEXT(l.name, NOSPLIT, signature)
	Pragma("noescape")
	Doc(l.name+doc, "It gives the bytes of in that it used and the rounds that are left.")
	limit, left := AllocLocal(8), AllocLocal(8)
	Load(Param("in"), in)
	Load(Param("inMax"), tmp)
	ADDQ(in, tmp)
	MOVQ(tmp, limit)
	Load(Param("rounds"), tmp)
	MOVQ(tmp, left)
	Load(Param("rows"), rows)
	Load(Param("states"), tmp)
	for k, r := range state {
		MOVL(Mem{Base: tmp, Disp: 4 * k}, r.As32())
	}
	Load(Param("out"), first)
	if l.order1 {
		Load(Param("context"), tmp)
		for k, e := range slot {
			MOVL(Mem{Base: tmp, Disp: 4 * k}, e.As32())
		}
		Load(Param("size"), between)
		LEAQ(Mem{Base: first, Index: between, Scale: 2}, second)
	}

	Label("round")
	CMPQ(in, limit)
	JHI(LabelRef("done"))
	SUBQ(U8(1), left)
	JCS(LabelRef("none"))
	for k := range state {
		l.step(k)
	}
	for k := range state {
		l.renorm(k)
	}
	if l.order1 {
		INCQ(first)
		INCQ(second)
	} else {
		ADDQ(U8(4), first)
	}
	JMP(LabelRef("round"))

	if !l.words {
		for k := range state {
			Label("again" + strconv.Itoa(k))
			MOVBLZX(Mem{Base: in}, shift.As32())
			SHLL(U8(8), state[k].As32())
			ORL(shift.As32(), state[k].As32())
			INCQ(in)
			JMP(LabelRef("on" + strconv.Itoa(k)))
		}
	}
	Label("none")
	MOVQ(U32(0), left)
	Label("done")
	Load(Param("states"), tmp)
	for k, r := range state {
		MOVL(r.As32(), Mem{Base: tmp, Disp: 4 * k})
	}
	if l.order1 {
		Load(Param("context"), tmp)
		for k, e := range slot {
			MOVL(e.As32(), Mem{Base: tmp, Disp: 4 * k})
		}
	}
	Load(Param("in"), tmp)
	SUBQ(tmp, in)
	Store(in, ReturnIndex(0))
	MOVQ(left, tmp)
	Store(tmp, ReturnIndex(1))
	RET()
}

// step decodes a byte with state k, all but renorm.
func (l fourLoop) step(k int) {
	r, e := state[k].As32(), slot[k].As32()
	mask := U32(1<<l.bits - 1)
	to := Mem{Base: first, Disp: k}
	if l.order1 {
		to = Mem{Base: []Register{first, first, second, second}[k]}
		if k%2 == 1 {
			to.Index, to.Scale = between, 1
		}
		MOVBLZX(slot[k].As8(), e)
		SHLL(U8(l.bits), e)
		MOVL(r, tmp.As32())
		ANDL(mask, tmp.As32())
		ORL(tmp.As32(), e)
	} else {
		MOVL(r, e)
		ANDL(mask, e)
	}
	MOVL(Mem{Base: rows, Index: slot[k], Scale: 4}, e)
	MOVB(slot[k].As8(), to)
	SHRL(U8(l.bits), r)
	MOVL(e, tmp.As32())
	SHRL(U8(20), tmp.As32())
	MOVL(e, shift.As32())
	SHRL(U8(8), shift.As32())
	ANDL(U32(0xfff), shift.As32())
	ADDL(r, shift.As32())
	IMULL(tmp.As32(), r)
	ADDL(shift.As32(), r)
}

// renorm fills state k up. One byte comes without a branch; that a second is
// wanted is so rare that it is best guessed.
func (l fourLoop) renorm(k int) {
	r := state[k].As32()
	if l.words {
		MOVL(r, tmp.As32())
		SHLL(U8(16), tmp.As32())
		MOVW(Mem{Base: in}, tmp.As16())
		LEAQ(Mem{Base: in, Disp: 2}, shift)
		CMPL(r, U32(low))
		CMOVLCS(tmp.As32(), r)
		CMOVQCS(shift, in)
		return
	}
	MOVBLZX(Mem{Base: in}, shift.As32())
	MOVL(r, tmp.As32())
	SHLL(U8(8), tmp.As32())
	ORL(shift.As32(), tmp.As32())
	CMPL(r, U32(lowBytes))
	CMOVLCS(tmp.As32(), r)
	ADCQ(U8(0), in)
	CMPL(r, U32(lowBytes))
	JCS(LabelRef("again" + strconv.Itoa(k)))
	Label("on" + strconv.Itoa(k))
}
