package codec

import "slices"

// Flags of fqzcomp (CRAMcodecs §6.2). The flag of do_len says, in the text of
// the specification, the opposite of what all encoders mean by it: with it the
// length is stored once.
const (
	fqzMulti   = 1 << 0 // of the stream
	fqzSelMap  = 1 << 1
	fqzReverse = 1 << 2

	fqzDedup    = 1 << 1 // of a parameter block
	fqzOneLen   = 1 << 2
	fqzSelector = 1 << 3
	fqzQMap     = 1 << 4
	fqzPTab     = 1 << 5
	fqzDTab     = 1 << 6
	fqzQTab     = 1 << 7

	fqzVersion  = 5
	fqzContexts = 1 << 16
)

// fqzParams is a parameter block. Its tables are shifted to their place in the
// context, and all zero where they are not used.
type fqzParams struct {
	context uint32
	flags   byte
	symbols int // the highest of them
	qmask   uint32
	qshift  uint8
	qloc    uint8
	sloc    uint8
	qmap    [256]byte
	qtab    [256]uint32
	ptab    [1024]uint32
	dtab    [256]uint32
	length  int // of the record before, 0 at first
}

// fqzRecord is the length of a record, and in bit 31 whether it has to be
// reversed.
type fqzRecord uint32

const fqzReversed fqzRecord = 1 << 31

// fqz is the state of the decoder of quality values.
type fqz struct {
	flags     byte
	params    []fqzParams
	selectors int // the highest; 0 for none
	selMap    [256]byte

	lengths            [4]model
	reverse, duplicate model
	selector           model
	// quals holds a model for each context, of stride words; those that are
	// not in touched are zero.
	quals   []uint32
	stride  int
	touched []uint16

	records []fqzRecord
}

// fqzcomp decodes a block of quality values (CRAMcodecs §6).
func (d *Decoder) fqzcomp(dst, src []byte, size int) ([]byte, error) {
	s := source{method: Fqzcomp, data: src}
	if n := s.uint7(); s.err == nil && n != size {
		return nil, s.corrupt("stream states %d bytes, its block %d", n, size)
	}
	if d.fqz == nil {
		d.fqz = new(fqz)
	}
	z := d.fqz
	if err := z.readParams(&s); err != nil {
		return nil, err
	}
	var c rangeCoder
	if err := c.start(&s); err != nil {
		return nil, err
	}
	z.startModels()
	dst = room(dst, size)
	if err := z.decode(&c, dst, &s); err != nil {
		return nil, err
	}
	if z.flags&fqzReverse != 0 {
		at := 0
		for _, r := range z.records {
			length := int(r &^ fqzReversed)
			if r&fqzReversed != 0 {
				slices.Reverse(dst[at : at+length])
			}
			at += length
		}
	}
	return dst, nil
}

// readParams reads what stands before the coded values.
func (z *fqz) readParams(s *source) error {
	if version := s.u8(); s.err == nil && version != fqzVersion {
		return s.corrupt("version %d, want %d", version, fqzVersion)
	}
	z.flags = s.u8()
	n := 1
	if z.flags&fqzMulti != 0 {
		n = int(s.u8())
	}
	if s.err == nil && n == 0 {
		return s.corrupt("no parameter blocks")
	}
	z.selectors = 0
	if n > 1 {
		z.selectors = n
	}
	for i := range z.selMap {
		z.selMap[i] = byte(i)
	}
	if z.flags&fqzSelMap != 0 {
		z.selectors = int(s.u8())
		var table [256]uint32
		s.array(table[:], 0)
		for i, x := range table {
			z.selMap[i] = byte(min(x, 255))
		}
	}
	z.params = slices.Grow(z.params[:0], n)[:n]
	for i := range z.params {
		z.params[i].read(s)
		if s.err == nil && z.params[i].flags&fqzSelector != 0 && z.selectors == 0 {
			return s.corrupt("parameter block %d has a selector, the stream none", i)
		}
	}
	return s.err
}

// read reads one block.
func (p *fqzParams) read(s *source) {
	*p = fqzParams{}
	p.context, p.flags, p.symbols = uint32(s.u16()), s.u8(), int(s.u8())
	b := s.u8()
	p.qmask, p.qshift = 1<<(b>>4)-1, b&15
	b = s.u8()
	p.qloc, p.sloc = b>>4, b&15
	b = s.u8()
	ploc, dloc := b>>4, b&15
	for i := range p.qmap {
		p.qmap[i] = byte(i)
	}
	if p.flags&fqzQMap != 0 {
		for i := copy(p.qmap[:], s.take(p.symbols)); i < len(p.qmap); i++ {
			p.qmap[i] = 255
		}
	}
	if p.qmask != 0 {
		if p.flags&fqzQTab != 0 {
			s.array(p.qtab[:], 0)
		} else {
			for i := range p.qtab {
				p.qtab[i] = uint32(i)
			}
		}
	}
	if p.flags&fqzPTab != 0 {
		s.array(p.ptab[:], ploc)
	}
	if p.flags&fqzDTab != 0 {
		s.array(p.dtab[:], dloc)
	}
}

// array reads a table of numbers that do not fall, which is stored as the
// lengths of the runs of 0, 1, ..., and these by run length once more; the
// numbers are shifted left.
func (s *source) array(a []uint32, shift uint8) {
	var runs [1024]byte
	n, last := 0, -1
	for sum := 0; sum < len(a); {
		run := int(s.u8())
		repeat := 1
		if run == last {
			repeat += int(s.u8())
		}
		last = run
		if s.err != nil {
			return
		}
		if n+repeat >= len(runs) {
			_ = s.corrupt("table of more than %d runs", len(runs))
			return
		}
		for range repeat {
			runs[n] = byte(run)
			n++
			sum += run
		}
	}
	at, k := 0, 0
	for v := uint32(0); at < len(a); v++ {
		length := 0
		for more := true; more; k++ {
			if k == n {
				_ = s.corrupt("table ends early")
				return
			}
			length += int(runs[k])
			more = runs[k] == 255
		}
		for ; length > 0 && at < len(a); length-- {
			a[at] = v << shift
			at++
		}
	}
}

// startModels makes all models ready.
func (z *fqz) startModels() {
	if z.reverse == nil {
		z.reverse, z.duplicate, z.selector = newModel(2), newModel(2), newModel(256)
		for i := range z.lengths {
			z.lengths[i] = newModel(256)
		}
	}
	z.reverse.reset()
	z.duplicate.reset()
	for i := range z.lengths {
		z.lengths[i].reset()
	}
	z.selector = z.selector[:1+min(z.selectors+1, 256)]
	z.selector.reset()

	for _, context := range z.touched {
		clear(z.quals[int(context)*z.stride:][:z.stride])
	}
	z.touched = z.touched[:0]
	symbols := 0
	for i := range z.params {
		symbols = max(symbols, z.params[i].symbols)
	}
	z.stride = 1 + symbols + 1
	if n := fqzContexts * z.stride; n > cap(z.quals) {
		z.quals = make([]uint32, n)
	} else {
		z.quals = z.quals[:n]
	}
	z.records = z.records[:0]
}

// decode decodes record after record.
func (z *fqz) decode(c *rangeCoder, out []byte, s *source) error {
	for at := 0; at < len(out); {
		selector := 0
		if z.selectors > 0 && (z.flags&fqzMulti != 0 || z.params[0].flags&fqzSelector != 0) {
			selector = int(c.decode(z.selector))
		}
		block := selector
		if z.flags&fqzSelMap != 0 {
			block = int(z.selMap[selector])
		}
		if block >= len(z.params) {
			s.pos = min(c.pos, len(s.data))
			return s.corrupt("selector %d of %d parameter blocks", block, len(z.params))
		}
		p := &z.params[block]
		if p.flags&fqzOneLen == 0 || p.length == 0 {
			length := uint32(0)
			for i, m := range z.lengths {
				length |= uint32(c.decode(m)) << (8 * i)
			}
			if length == 0 || int64(length) > int64(len(out)-at) {
				s.pos = min(c.pos, len(s.data))
				return s.corrupt("record of %d values, %d are left of the block", length, len(out)-at)
			}
			p.length = int(length)
		}
		if p.length > len(out)-at {
			s.pos = min(c.pos, len(s.data))
			return s.corrupt("record of %d values, %d are left of the block", p.length, len(out)-at)
		}
		values := out[at : at+p.length]
		if z.flags&fqzReverse != 0 {
			r := fqzRecord(p.length)
			if c.decode(z.reverse) != 0 {
				r |= fqzReversed
			}
			z.records = append(z.records, r)
		}
		if p.flags&fqzDedup != 0 && c.decode(z.duplicate) != 0 {
			if p.length > at {
				s.pos = min(c.pos, len(s.data))
				return s.corrupt("first record is a copy of the one before")
			}
			copy(values, out[at-p.length:])
		} else {
			z.record(c, p, uint32(selector), values)
		}
		at += p.length
		if c.over() {
			break
		}
	}
	return c.end(s)
}

// record decodes the values of one record. Its parameter block's context is that
// of the first value alone: so it is in htscodecs, while the specification adds
// it to all, and no encoder is known that sets it.
func (z *fqz) record(c *rangeCoder, p *fqzParams, selector uint32, values []byte) {
	fixed := uint32(0)
	if p.flags&fqzSelector != 0 {
		fixed = selector << p.sloc
	}
	context := p.context
	var qctx, delta uint32
	last := byte(0)
	for i := range values {
		if i%1024 == 0 && c.over() {
			return
		}
		m := model(z.quals[int(context)*z.stride:][:z.stride])
		if m[0] == 0 {
			m.reset()
			z.touched = append(z.touched, uint16(context))
		}
		q := c.decode(m)
		values[i] = p.qmap[q]
		qctx = qctx<<p.qshift + p.qtab[q]
		context = fixed + (qctx&p.qmask)<<p.qloc + p.ptab[min(len(values)-i, 1023)] + p.dtab[min(delta, 255)]
		context &= fqzContexts - 1
		if q != last {
			delta++
			last = q
		}
	}
}
