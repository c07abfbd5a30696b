package codec

// scratch is a stack of buffers that are kept from block to block.
type scratch struct {
	bufs [][]byte
	used int
}

// get gives a buffer of n bytes, of any content, until the matching put.
func (x *scratch) get(n int) []byte {
	if x.used == len(x.bufs) {
		x.bufs = append(x.bufs, nil)
	}
	x.bufs[x.used] = room(x.bufs[x.used], n)
	x.used++
	return x.bufs[x.used-1]
}

func (x *scratch) put() { x.used-- }
