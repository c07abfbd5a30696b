//go:build !amd64 || noasm

package deflate

// fastLoop runs the fast loop in its only form.
func (d *Decoder) fastLoop(ipMax, opMax int) { d.fastLoopGo(ipMax, opMax) }
