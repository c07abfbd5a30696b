package codec

import "slices"

// Run lengths of the arithmetic coder come in parts of at most maxRunPart, which
// says that more follows. Their contexts are the symbol, then runContexts-2,
// then runContexts-1 (CRAMcodecs §4.3).
const (
	maxRunPart  = 3
	runContexts = 258
)

// arithPart is how many bytes are decoded between two looks for a fault.
const arithPart = 1 << 14

// arithModels are the models of a stream of the arithmetic coder.
type arithModels struct {
	literals [256]model
	runs     [runContexts]model
}

// arith decodes a block of the adaptive arithmetic coder (CRAMcodecs §4).
func (d *Decoder) arith(dst, src []byte, size int) ([]byte, error) {
	s := source{method: Arith, data: src}
	dst = room(dst, size)
	return dst, d.transformed(byArith, dst, &s, 0)
}

// start makes the models of literals below n ready; of order 0 there is one.
func (a *arithModels) start(n int, order1, runs bool) {
	contexts := 1
	if order1 {
		contexts = n
	}
	for i := range contexts {
		if cap(a.literals[i]) == 0 {
			a.literals[i] = make(model, 1+256)
		}
		a.literals[i] = a.literals[i][:1+n]
		a.literals[i].reset()
	}
	if runs {
		for i := range a.runs {
			if a.runs[i] == nil {
				a.runs[i] = make(model, 1+maxRunPart+1)
			}
			a.runs[i].reset()
		}
	}
}

// decodeArith decodes a stream without transforms to fill out.
func (d *Decoder) decodeArith(flags byte, out []byte, s *source) error {
	if d.models == nil {
		d.models = new(arithModels)
	}
	a := d.models
	n := int(s.u8())
	if n == 0 {
		n = 256
	}
	var c rangeCoder
	if err := c.start(s); err != nil {
		return err
	}
	order1, runs := flags&3 == flagOrder, flags&flagRLE != 0
	a.start(n, order1, runs)
	switch {
	case runs:
		if err := a.decodeRuns(&c, order1, out, s); err != nil {
			return err
		}
	case order1:
		last := byte(0)
		for part := range slices.Chunk(out, arithPart) {
			for i := range part {
				last = c.decode(a.literals[last])
				part[i] = last
			}
			if c.over() {
				break
			}
		}
	default:
		m := a.literals[0]
		for part := range slices.Chunk(out, arithPart) {
			for i := range part {
				part[i] = c.decode(m)
			}
			if c.over() {
				break
			}
		}
	}
	return c.end(s)
}

// decodeRuns decodes literals, each with the number of its repeats.
func (a *arithModels) decodeRuns(c *rangeCoder, order1 bool, out []byte, s *source) error {
	last := byte(0)
	for i := 0; i < len(out); {
		m := a.literals[0]
		if order1 {
			m = a.literals[last]
		}
		last = c.decode(m)
		out[i] = last
		i++
		run := 0
		for context := int(last); ; {
			part := int(c.decode(a.runs[context]))
			run += part
			if part < maxRunPart || run >= len(out) {
				break
			}
			context = min(max(context+1, runContexts-2), runContexts-1)
		}
		if c.over() {
			break
		}
		if run > len(out)-i {
			s.pos = min(c.pos, len(s.data))
			return s.corrupt("a run gives more than %d bytes", len(out))
		}
		for range run {
			out[i] = last
			i++
		}
	}
	return nil
}
