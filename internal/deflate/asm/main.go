// Command asm writes the amd64 form of internal/deflate's fast loop; go
// generate there runs it.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/gotypes"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// The format of the tables, as in table.go.
const (
	litRootBits  = 11
	distRootBits = 8

	codeShift     = 8
	codeMask      = 15
	literalsShift = 12
	odd           = 1 << 14
	noLength      = 1 << 15
	firstShift    = 16
	valueShift    = 16
	secondShift   = 24

	kindMask = 0xf000
	kindEnd  = 0xc000
	kindLink = 0xe000

	minLength = 3
)

// Registers of the loop.
var (
	bits, count = RAX, RBX // count has no noise: it is 63 at most
	in, out     = RSI, RDI // where the next load and store go
	entry       = RCX      // of pairs or lit, for what bits begin with
	pairs, dist = R8, R9

	// What bits, count and out were when the round began, to go back to.
	symbolBits, symbolCount, symbolOut = R10, R14, R11

	length    = R13
	distEntry = R15
	distance  = RDX
	from      = distEntry // the source of a match, once its entry is used up
	tmp       = R12
)

func main() {
	ConstraintExpr("amd64,!noasm")
	masks, steps := periods()

	TEXT("fastLoopBMI2", NOSPLIT, "func(in, out *byte, ip, ipMax, op, opMax int, pairs, lit, dist *uint32, bits uint64, count uint) (newIP, newOP int, newBits uint64, newCount uint, ended bool)")
	Pragma("noescape")
	Doc("fastLoopBMI2 is fastLoopGo for amd64 with BMI2 and SSSE3. What d.in, d.ip and", "so on are there comes and goes by value; ended says that the block has ended.")
	ipEnd, opEnd := AllocLocal(8), AllocLocal(8)
	address("in", "ipMax", tmp)
	MOVQ(tmp, ipEnd)
	address("out", "opMax", tmp)
	MOVQ(tmp, opEnd)
	address("in", "ip", in)
	address("out", "op", out)
	Load(Param("pairs"), pairs)
	Load(Param("dist"), dist)
	Load(Param("bits"), bits)
	Load(Param("count"), count)
	refill()
	nextEntry()

	Label("round")
	head(ipEnd, opEnd)
	JNE(LabelRef("noLength"))

	Label("match")
	lookUpDistance()
	BZHIQ(entry, symbolBits, length)
	Label("length")
	field(codeShift, codeMask, tmp)
	SHRXQ(tmp, length, length) // the extra bits
	MOVL(entry.As32(), tmp.As32())
	SHRL(U8(secondShift), tmp.As32())
	LEAQ(Mem{Base: length, Index: tmp, Scale: 1, Disp: minLength}, length)
	field(literalsShift, 1, tmp)
	ADDQ(tmp, out)

	TESTL(U32(odd), distEntry.As32())
	JNE(LabelRef("oddDistance"))
	Label("distance")
	BZHIQ(distEntry, bits, distance)
	RORXL(U8(codeShift), distEntry.As32(), tmp.As32()) // the bits above codeMask are zero
	SHRXQ(tmp, distance, distance)
	MOVL(distEntry.As32(), tmp.As32())
	SHRL(U8(valueShift), tmp.As32())
	ADDQ(tmp, distance)
	take(distEntry)
	nextEntry()
	MOVQ(out, from)
	SUBQ(distance, from)
	CMPQ(from, argument("out"))
	JCS(LabelRef("fault"))
	refill()

	CMPQ(distance, U8(16))
	JCS(LabelRef("near"))
	copy32()
	CMPQ(length, U8(32))
	JHI(LabelRef("far"))
	ADDQ(length, out)
	JMP(LabelRef("round"))

	Comment("A match of more than 32 bytes.")
	Label("far")
	ADDQ(out, length) // its end
	Label("farMore")
	ADDQ(U8(32), from)
	ADDQ(U8(32), out)
	copy32()
	LEAQ(Mem{Base: out, Disp: 32}, tmp)
	CMPQ(tmp, length)
	JCS(LabelRef("farMore"))
	MOVQ(length, out)
	JMP(LabelRef("round"))

	Comment("A match that overlaps its source: its period, repeated.")
	Label("near")
	ADDQ(out, length) // its end
	MOVUPS(Mem{Base: from}, X0)
	LEAQ(steps, tmp)
	MOVBQZX(Mem{Base: tmp, Index: distance, Scale: 1}, from)
	SHLQ(U8(4), distance)
	LEAQ(masks, tmp)
	MOVUPS(Mem{Base: tmp, Index: distance, Scale: 1}, X1)
	PSHUFB(X1, X0)
	Label("nearMore")
	MOVUPS(X0, Mem{Base: out})
	ADDQ(from, out)
	CMPQ(out, length)
	JCS(LabelRef("nearMore"))
	MOVQ(length, out)
	JMP(LabelRef("round"))

	Comment("One or two literals, or an odd entry.")
	Label("noLength")
	TESTL(U32(odd), entry.As32())
	JNE(LabelRef("odd"))
	Label("literals")
	field(literalsShift, 3, tmp)
	ADDQ(tmp, out)
	nextEntry()
	refill()
	head(ipEnd, opEnd)
	JNE(LabelRef("noLength"))
	JMP(LabelRef("match"))

	Label("odd")
	kind(entry)
	CMPL(tmp.As32(), U32(kindEnd))
	JEQ(LabelRef("end"))
	CMPL(tmp.As32(), U32(kindLink))
	JNE(LabelRef("fault"))
	MOVQ(symbolBits, bits)
	MOVL(symbolCount.As32(), count.As32())
	skip(litRootBits)
	linked(entry)
	Load(Param("lit"), tmp)
	MOVL(Mem{Base: tmp, Index: entry, Scale: 4}, entry.As32())
	RORXL(U8(firstShift), entry.As32(), tmp.As32())
	MOVB(tmp.As8(), Mem{Base: out})
	BZHIQ(entry, bits, length)
	take(entry)
	lookUpDistance()
	TESTL(U32(noLength), entry.As32())
	JEQ(LabelRef("length"))
	TESTL(U32(odd), entry.As32())
	JEQ(LabelRef("literals"))
	kind(entry)
	CMPL(tmp.As32(), U32(kindEnd))
	JEQ(LabelRef("end"))
	JMP(LabelRef("fault"))

	Label("oddDistance")
	kind(distEntry)
	CMPL(tmp.As32(), U32(kindLink))
	JNE(LabelRef("fault"))
	skip(distRootBits)
	linked(distEntry)
	MOVL(Mem{Base: dist, Index: distEntry, Scale: 4}, distEntry.As32())
	TESTL(U32(odd), distEntry.As32())
	JEQ(LabelRef("distance"))

	Label("fault")
	MOVQ(symbolBits, bits)
	MOVL(symbolCount.As32(), count.As32())
	MOVQ(symbolOut, out)

	Label("return")
	MOVB(U8(0), result("ended"))
	JMP(LabelRef("store"))
	Label("end")
	MOVB(U8(1), result("ended"))
	Label("store")
	SUBQ(argument("in"), in)
	SUBQ(argument("out"), out)
	Store(in, ReturnIndex(0))
	Store(out, ReturnIndex(1))
	Store(bits, ReturnIndex(2))
	Store(count, ReturnIndex(3))
	RET()
	Generate()
}

func argument(name string) Mem { return resolved(Param(name).Resolve()) }
func result(name string) Mem   { return resolved(Return(name).Resolve()) }

func resolved(b *gotypes.Basic, err error) Mem {
	if err != nil {
		panic(err)
	}
	return b.Addr
}

// address loads a pointer parameter and adds an index parameter.
func address(base, index string, r GPPhysical) {
	Load(Param(base), r)
	ADDQ(argument(index), r)
}

// refill fills bits to at least 56 and moves in on.
func refill() {
	SHLXQ(count, Mem{Base: in}, tmp)
	ORQ(tmp, bits)
	MOVL(count.As32(), tmp.As32())
	XORL(U8(63), tmp.As32())
	SHRL(U8(3), tmp.As32())
	ADDQ(tmp, in)
	ORL(U8(56), count.As32())
}

// nextEntry looks up the entry for bits. It goes before refill, which it
// needn't wait for.
func nextEntry() {
	MOVL(bits.As32(), entry.As32())
	ANDL(U32(1<<litRootBits-1), entry.As32())
	MOVL(Mem{Base: pairs, Index: entry, Scale: 4}, entry.As32())
}

// head begins a round: it tests the limits, keeps where the symbol begins,
// stores the literals that there may be and takes the entry's bits. Its flags
// say whether the entry has no length.
func head(ipEnd, opEnd Mem) {
	CMPQ(in, ipEnd)
	JHI(LabelRef("return"))
	CMPQ(out, opEnd)
	JHI(LabelRef("return"))
	MOVQ(bits, symbolBits)
	MOVL(count.As32(), symbolCount.As32())
	MOVQ(out, symbolOut)
	take(entry)
	RORXL(U8(firstShift), entry.As32(), tmp.As32())
	MOVW(tmp.As16(), Mem{Base: out})
	TESTL(U32(noLength), entry.As32())
}

// take drops the bits of an entry.
func take(e GPPhysical) {
	SHRXQ(e, bits, bits)
	SUBB(e.As8(), count.As8())
}

// skip drops n bits.
func skip(n uint8) {
	SHRQ(U8(n), bits)
	SUBB(U8(n), count.As8())
}

// field extracts bits of the entry.
func field(shift uint8, mask uint32, to GPPhysical) {
	MOVL(entry.As32(), to.As32())
	SHRL(U8(shift), to.As32())
	ANDL(U32(mask), to.As32())
}

// kind gives what an odd entry is, in tmp.
func kind(e GPPhysical) {
	MOVL(e.As32(), tmp.As32())
	ANDL(U32(kindMask), tmp.As32())
}

// linked makes of a link the index of the entry it leads to.
func linked(e GPPhysical) {
	MOVL(e.As32(), tmp.As32())
	SHRL(U8(codeShift), tmp.As32())
	ANDL(U32(codeMask), tmp.As32())
	BZHIQ(tmp, bits, tmp)
	SHRL(U8(valueShift), e.As32())
	ADDQ(tmp, e)
}

func lookUpDistance() {
	MOVBLZX(bits.As8(), distEntry.As32())
	MOVL(Mem{Base: dist, Index: distEntry, Scale: 4}, distEntry.As32())
}

func copy32() {
	MOVUPS(Mem{Base: from}, X0)
	MOVUPS(X0, Mem{Base: out})
	MOVUPS(Mem{Base: from, Disp: 16}, X1)
	MOVUPS(X1, Mem{Base: out, Disp: 16})
}

// periods makes, for the distances below 16, the shuffles that repeat so many
// bytes over 16, and how many of the 16 are whole periods.
func periods() (masks, steps Mem) {
	masks = GLOBL("periodMasks", RODATA|NOPTR)
	for distance := range 16 {
		for i := range 16 {
			DATA(16*distance+i, U8(i%max(1, distance)))
		}
	}
	steps = GLOBL("periodSteps", RODATA|NOPTR)
	for distance := range 16 {
		DATA(distance, U8(16-16%max(1, distance)))
	}
	return masks, steps
}
