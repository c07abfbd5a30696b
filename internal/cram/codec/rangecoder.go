package codec

// Constants of the adaptive models (CRAMcodecs §4.1).
const (
	modelStep  = 16
	modelLimit = 1<<16 - 17 // a total above it is halved
	rangeLow   = 1 << 24
)

// model is an adaptive model: the total of the frequencies, then an entry
// frequency<<16 | symbol for each symbol, about the most frequent first.
type model []uint32

// newModel makes a model of the symbols below n.
func newModel(n int) model {
	m := make(model, 1+n)
	m.reset()
	return m
}

// reset gives every symbol the frequency 1.
func (m model) reset() {
	m[0] = uint32(len(m) - 1)
	for i := range m[1:] {
		m[1+i] = 1<<16 | uint32(i)
	}
}

// halve halves the frequencies, rounding up.
func (m model) halve() {
	total := uint32(0)
	for i, e := range m[1:] {
		e -= e >> 17 << 16
		m[1+i] = e
		total += e >> 16
	}
	m[0] = total
}

// rangeCoder is the decoder of the range coder (CRAMcodecs §4). After a fault it
// goes on with symbols of no meaning.
type rangeCoder struct {
	span uint32
	code uint32
	pos  int
	in   []byte
	bad  bool // a code outside of its model
}

// start begins a stream that lasts to the end of s.
func (c *rangeCoder) start(s *source) error {
	p := s.take(5)
	if p == nil {
		return s.err
	}
	*c = rangeCoder{span: 1<<32 - 1, in: s.data, pos: s.pos}
	for _, b := range p {
		c.code = c.code<<8 | uint32(b)
	}
	return nil
}

// end gives the fault of the stream.
func (c *rangeCoder) end(s *source) error {
	s.pos = min(c.pos, len(s.data))
	switch {
	case c.bad:
		return s.corrupt("range coder has no symbol for its code")
	case c.pos > len(s.data):
		return s.corrupt("the stream ends early")
	}
	return nil
}

// over reports whether the stream has a fault. Who decodes much asks now and
// then, so that a short stream for a large block costs no time.
func (c *rangeCoder) over() bool { return c.bad || c.pos > len(c.in) }

// decode takes the next symbol by m, and adapts m.
func (c *rangeCoder) decode(m model) byte {
	c.span /= m[0]
	code := c.code / c.span
	acc, x := uint32(0), 1
	for ; x < len(m); x++ {
		f := m[x] >> 16
		if acc+f > code {
			break
		}
		acc += f
	}
	if x >= len(m) {
		c.bad = true
		c.span |= rangeLow
		return 0
	}
	e := m[x]
	c.code -= acc * c.span
	c.span *= e >> 16
	for c.span < rangeLow {
		c.span <<= 8
		c.code <<= 8
		if c.pos < len(c.in) {
			c.code |= uint32(c.in[c.pos])
		}
		c.pos++
	}
	e += modelStep << 16
	m[x] = e
	m[0] += modelStep
	if m[0] > modelLimit {
		m.halve()
		e = m[x]
	}
	if x > 1 && e>>16 > m[x-1]>>16 {
		m[x], m[x-1] = m[x-1], e
	}
	return byte(e)
}
