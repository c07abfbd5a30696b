package deflate

func (d *Decoder) fastLoop(ipMax, opMax int) { d.fastLoopGo(ipMax, opMax) }
