// Command asm writes the amd64 form of internal/cram/codec's rANS loops; go
// generate there runs it.
package main

import (
	"math/bits"
	"strconv"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

const (
	vectors = 4 // of 8 states each
	low     = 1 << 15
)

// Registers of the loops for 32 states.
var (
	out, rounds = RDI, RCX
	in, inMax   = RSI, R8
	rows        = RDX
	spread      = R9 // the table that says where words go
	wanting     = RAX
	count       = RBX

	states                = [vectors]VecVirtual{YMM(), YMM(), YMM(), YMM()}
	slots, least, symbols = YMM(), YMM(), YMM()
	entry, where, all     = YMM(), YMM(), YMM()
	high, short           = YMM(), YMM()
)

func main() {
	ConstraintExpr("amd64,!noasm")
	spreads := spreadTable()
	order0(spreads)
	order1(spreads, 10)
	order1(spreads, 12)
	for _, l := range []fourLoop{
		{"order0by8BMI2", false, false, 12},
		{"order1by8BMI2", false, true, 12},
		{"order0by16BMI2", true, false, 12},
		{"order1by16x10BMI2", true, true, 10},
		{"order1by16x12BMI2", true, true, 12},
	} {
		l.write()
	}
	fill()
	Generate()
}

// spreadTable says, for each set of 8 states that want a word, which of the
// next words each gets.
func spreadTable() Mem {
	table := GLOBL("spread", RODATA|NOPTR)
	for set := range 256 {
		for state := range 8 {
			n := bits.OnesCount(uint(set) & (1<<state - 1))
			DATA(8*set+state, U8(n))
		}
	}
	return table
}

// begin loads what all loops need.
func begin(spreads Mem, frequencyBits int) {
	Load(Param("out"), out)
	Load(Param("in"), in)
	Load(Param("inMax"), inMax)
	ADDQ(in, inMax)
	Load(Param("rows"), rows)
	Load(Param("rounds"), rounds)
	LEAQ(spreads, spread)
	broadcast(1<<frequencyBits-1, slots)
	broadcast(low, least)
	broadcast(0xff, symbols)
	Load(Param("states"), RAX)
	for v, y := range states {
		VMOVDQU(Mem{Base: RAX, Disp: 32 * v}, y)
	}
}

// end stores the states and gives where the loop stopped.
func end() {
	Load(Param("states"), RAX)
	for v, y := range states {
		VMOVDQU(y, Mem{Base: RAX, Disp: 32 * v})
	}
	Load(Param("in"), RAX)
	SUBQ(RAX, in)
	Store(in, ReturnIndex(0))
	Store(rounds, ReturnIndex(1))
	VZEROUPPER()
	RET()
}

func broadcast(value uint32, y VecVirtual) {
	MOVL(U32(value), EAX)
	VMOVD(EAX, y.AsX())
	VPBROADCASTD(y.AsX(), y)
}

// step takes the symbol of entry off the states of vector v, and fills those up
// that are short.
func step(v, frequencyBits int) {
	r := states[v]
	VPSRLD(U8(frequencyBits), r, high)
	VPSRLD(U8(20), entry, r)
	VPMULLD(high, r, r)
	VPADDD(high, r, r)
	VPSRLD(U8(8), entry, high)
	VPAND(slots, high, high)
	VPADDD(high, r, r)

	VPCMPGTD(r, least, short)
	VMOVMSKPS(short, wanting.As32())
	VPMOVZXWD(Mem{Base: in}, high)
	VPMOVZXBD(Mem{Base: spread, Index: wanting, Scale: 8}, where)
	VPERMD(high, where, high)
	VPSLLD(U8(16), r, where)
	VPOR(where, high, high)
	VPBLENDVB(short, high, r, r)
	POPCNTL(wanting.As32(), count.As32())
	LEAQ(Mem{Base: in, Index: count, Scale: 2}, in)
}

// order0 writes the loop of order 0: 32 bytes a round.
func order0(spreads Mem) {
	TEXT("order0AVX2", NOSPLIT, "func(out, in *byte, inMax int, rows, states *uint32, rounds int) (used, left int)")
	Pragma("noescape")
	Doc("order0AVX2 decodes rounds of 32 bytes with the row at rows, while a round begins at inMax or before.",
		"It gives the bytes of in that it used and the rounds that are left.")
	begin(spreads, 12)
	order := GLOBL("order", RODATA|NOPTR)
	for i, part := range []uint32{0, 4, 1, 5, 2, 6, 3, 7} {
		DATA(4*i, U32(part))
	}
	var parts [vectors]VecVirtual
	for v := range parts {
		parts[v] = YMM()
	}
	Label("round")
	CMPQ(in, inMax)
	JHI(LabelRef("done"))
	TESTQ(rounds, rounds)
	JE(LabelRef("done"))
	for v := range vectors {
		VPAND(slots, states[v], where)
		VPCMPEQD(all, all, all)
		VPGATHERDD(all, Mem{Base: rows, Index: where, Scale: 4}, entry)
		VPAND(symbols, entry, parts[v])
		step(v, 12)
	}
	VPACKUSDW(parts[1], parts[0], parts[0])
	VPACKUSDW(parts[3], parts[2], parts[2])
	VPACKUSWB(parts[2], parts[0], parts[0])
	VMOVDQU(order, where)
	VPERMD(parts[0], where, parts[0])
	VMOVDQU(parts[0], Mem{Base: out})
	ADDQ(U8(32), out)
	DECQ(rounds)
	JMP(LabelRef("round"))
	Label("done")
	end()
}

// order1 writes the loop of order 1: 4 bytes of every part a round. A lane of
// last holds the last 4 symbols of its state, the last one on top.
func order1(spreads Mem, frequencyBits int) {
	name := "order1x" + strconv.Itoa(frequencyBits) + "AVX2"
	TEXT(name, NOSPLIT, "func(out, in *byte, inMax int, rows, states, last *uint32, rounds, size int) (used, left int)")
	Pragma("noescape")
	Doc(name+" decodes rounds of 4 bytes of each of 32 parts, size bytes apart, by the rows at rows,",
		"while a round begins at inMax or before. last holds the 4 symbols before of each state, the last one on top.",
		"It gives the bytes of in that it used and the rounds that are left.")
	begin(spreads, frequencyBits)
	var last [vectors]VecVirtual
	Load(Param("last"), RAX)
	for v := range last {
		last[v] = YMM()
		VMOVDQU(Mem{Base: RAX, Disp: 32 * v}, last[v])
	}
	// The bits of the context, where they lie in an index of a slot.
	VPSLLD(U8(frequencyBits), symbols, symbols)
	size := R10
	Load(Param("size"), size)
	buffer := AllocLocal(4 * 32)
	at, four := R11, R12

	Label("round")
	CMPQ(in, inMax)
	JHI(LabelRef("done"))
	TESTQ(rounds, rounds)
	JE(LabelRef("done"))
	for range 4 {
		for v := range vectors {
			VPAND(slots, states[v], where)
			VPSRLD(U8(24-frequencyBits), last[v], high)
			VPAND(symbols, high, high)
			VPOR(high, where, where)
			VPCMPEQD(all, all, all)
			VPGATHERDD(all, Mem{Base: rows, Index: where, Scale: 4}, entry)
			VPSRLD(U8(8), last[v], last[v])
			VPSLLD(U8(24), entry, high)
			VPOR(high, last[v], last[v])
			step(v, frequencyBits)
		}
	}
	for v := range vectors {
		VMOVDQU(last[v], buffer.Offset(32*v))
	}
	MOVQ(out, at)
	for state := range 32 {
		MOVL(buffer.Offset(4*state), four.As32())
		MOVL(four.As32(), Mem{Base: at})
		if state < 31 {
			ADDQ(size, at)
		}
	}
	ADDQ(U8(4), out)
	DECQ(rounds)
	JMP(LabelRef("round"))
	Label("done")
	Load(Param("last"), RAX)
	for v := range last {
		VMOVDQU(last[v], Mem{Base: RAX, Disp: 32 * v})
	}
	end()
}
