//go:build amd64 && !noasm

package deflate

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

//go:generate go run ./asm -out loop_amd64.s -stubs loop_amd64.go -pkg deflate

// useBMI2 says that fastLoopBMI2 can run here.
var useBMI2 = cpu.X86.HasBMI2 && cpu.X86.HasSSSE3

// fastLoop runs the fast loop in its fastest form.
//
// What is proved of fastLoopGo holds for fastLoopBMI2: it differs only in that
// a match of a distance below 16 reads 16 bytes from its source on and writes
// 16 bytes at a time, so it ends less than 16 bytes past the end of the match.
func (d *Decoder) fastLoop(ipMax, opMax int) {
	if !useBMI2 {
		d.fastLoopGo(ipMax, opMax)
		return
	}
	var ended bool
	t := d.table
	d.ip, d.op, d.bits, d.count, ended = fastLoopBMI2(
		unsafe.SliceData(d.in), unsafe.SliceData(d.out), d.ip, ipMax, d.op, opMax,
		&t.pairs[0], &t.lit[0], &t.dist[0], d.bits, d.count)
	if ended {
		d.endBlock()
	}
}
