//go:build amd64 && !noasm

package codec

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

//go:generate go run ./asm -out loops_amd64.s -stubs loops_amd64.go -pkg codec

// useAVX2 and useBMI2 say which loops of loops_amd64.s can run here.
var (
	useAVX2 = cpu.X86.HasAVX2 && cpu.X86.HasPOPCNT
	useBMI2 = cpu.X86.HasBMI2
)

// fillFast fills slots where that is quicker than a plain loop.
func fillFast(slots []uint32, entry uint32) bool {
	if !useAVX2 || len(slots) < 12 {
		return false
	}
	fillAVX2(&slots[0], entry, len(slots))
	return true
}

// order0fast32 decodes whole rounds, as far as in surely suffices, and gives how
// many bytes of out and in that takes.
//
// A round writes 32 bytes, of which out has as many times as the loop is asked
// for; it moves on by wideWords bytes of in at most and reads none behind
// them, as its last load is of 16 bytes from at most 48 on. Slots are masked to
// the size of a row.
func order0fast32(out, in []byte, row *row12, states *[wideStates]uint32) (written, used int) {
	rounds := len(out) / wideStates
	if !useAVX2 || rounds == 0 || len(in) < wideWords {
		return 0, 0
	}
	used, left := order0AVX2(unsafe.SliceData(out), unsafe.SliceData(in), len(in)-wideWords, &row[0], &states[0], rounds)
	return (rounds - left) * wideStates, used
}

// order1fast32 is order0fast32 for order 1: it gives how many bytes of each of the
// 32 parts of out it wrote, and leaves in context the last of each.
//
// A round writes 4 bytes of each part and takes 4*wideWords bytes of in at most.
// Contexts are bytes, so that rows of 256 contexts hold all slots.
func order1fast32[R rowOf](out, in []byte, rows *[256]R, states *[wideStates]uint32, context *[wideStates]byte) (written, used int) {
	size := len(out) / wideStates
	rounds := size / 4
	if !useAVX2 || rounds == 0 || len(in) < 4*wideWords {
		return 0, 0
	}
	var last [wideStates]uint32
	left, inMax := 0, len(in)-4*wideWords
	if len(rows[0]) == len(row10{}) {
		used, left = order1x10AVX2(unsafe.SliceData(out), unsafe.SliceData(in), inMax, &rows[0][0], &states[0], &last[0], rounds, size)
	} else {
		used, left = order1x12AVX2(unsafe.SliceData(out), unsafe.SliceData(in), inMax, &rows[0][0], &states[0], &last[0], rounds, size)
	}
	for k := range context {
		context[k] = byte(last[k] >> 24)
	}
	return (rounds - left) * 4, used
}

// fourBytes is how many bytes of in a round of 4 states takes at most, two each;
// it reads none behind them.
const fourBytes = 2 * ransStates

// order0fast8 is order0fast32 for 4 states that take bytes.
func order0fast8(out, in []byte, row *row12, states *[ransStates]uint32) (written, used int) {
	rounds := len(out) / ransStates
	if !useBMI2 || rounds == 0 || len(in) < fourBytes {
		return 0, 0
	}
	used, left := order0by8BMI2(unsafe.SliceData(out), unsafe.SliceData(in), len(in)-fourBytes, &row[0], &states[0], rounds)
	return (rounds - left) * ransStates, used
}

// order0fast16 is order0fast32 for 4 states that take words.
func order0fast16(out, in []byte, row *row12, states *[ransStates]uint32) (written, used int) {
	rounds := len(out) / ransStates
	if !useBMI2 || rounds == 0 || len(in) < fourBytes {
		return 0, 0
	}
	used, left := order0by16BMI2(unsafe.SliceData(out), unsafe.SliceData(in), len(in)-fourBytes, &row[0], &states[0], rounds)
	return (rounds - left) * ransStates, used
}

// order1fast8 is order1fast32 for 4 states that take bytes; a round writes one
// byte of each part.
func order1fast8(out, in []byte, rows *[256]row12, states *[ransStates]uint32, context *[ransStates]byte) (written, used int) {
	size := len(out) / ransStates
	if !useBMI2 || size == 0 || len(in) < fourBytes {
		return 0, 0
	}
	var last [ransStates]uint32
	used, left := order1by8BMI2(unsafe.SliceData(out), unsafe.SliceData(in), len(in)-fourBytes, &rows[0][0], &states[0], &last[0], size, size)
	for k := range context {
		context[k] = byte(last[k])
	}
	return size - left, used
}

// order1fast16 is order1fast8 for states that take words.
func order1fast16[R rowOf](out, in []byte, rows *[256]R, states *[ransStates]uint32, context *[ransStates]byte) (written, used int) {
	size := len(out) / ransStates
	if !useBMI2 || size == 0 || len(in) < fourBytes {
		return 0, 0
	}
	var last [ransStates]uint32
	left, inMax := 0, len(in)-fourBytes
	if len(rows[0]) == len(row10{}) {
		used, left = order1by16x10BMI2(unsafe.SliceData(out), unsafe.SliceData(in), inMax, &rows[0][0], &states[0], &last[0], size, size)
	} else {
		used, left = order1by16x12BMI2(unsafe.SliceData(out), unsafe.SliceData(in), inMax, &rows[0][0], &states[0], &last[0], size, size)
	}
	for k := range context {
		context[k] = byte(last[k])
	}
	return size - left, used
}
