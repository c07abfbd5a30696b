package codec

import (
	"github.com/seqlode/seqlode/internal/errs"
)

// Flags of a stream of rANS Nx16 and of the arithmetic coder (CRAMcodecs §3.6,
// §4.4). They are the same but for the one of 4.
const (
	flagOrder  = 1 << 0
	flagWide   = 1 << 2 // rANS: 32 states, else 4
	flagExt    = 1 << 2 // arithmetic coder: a bzip2 stream
	flagStripe = 1 << 3
	flagNoSize = 1 << 4
	flagCat    = 1 << 5
	flagRLE    = 1 << 6
	flagPack   = 1 << 7
)

// maxNesting bounds how deep stripes lie within stripes: each level moves the
// whole output once. Encoders use one.
const maxNesting = 4

// coder says which of the two codecs that have transforms a stream is of.
type coder bool

const (
	byRANS  coder = false
	byArith coder = true
)

// transformed decodes a whole stream, transforms undone, to fill out. Only a
// stripe, of depth above 0, may leave its size out.
func (d *Decoder) transformed(by coder, out []byte, s *source, depth int) error {
	flags := s.u8()
	if flags&flagNoSize == 0 || flags&flagStripe != 0 {
		if size := s.uint7(); s.err == nil && size != len(out) {
			return s.corrupt("stream states %d bytes, %d are wanted", size, len(out))
		}
	} else if depth == 0 {
		return s.corrupt("stream leaves its size out")
	}
	if s.err != nil {
		return s.err
	}
	if flags&flagStripe != 0 {
		return d.striped(by, out, s, depth)
	}
	if flags&flagPack == 0 {
		return d.entropy(by, flags, out, s)
	}
	p := readPacking(s)
	size := s.uint7()
	switch {
	case s.err != nil:
		return s.err
	case size > len(out):
		return s.corrupt("packed data of %d bytes for %d", size, len(out))
	case p.perByte == 1:
		if size != len(out) {
			return s.corrupt("%d bytes, not packed, for %d", size, len(out))
		}
		return d.entropy(by, flags, out, s)
	case len(out) > size*p.perByte && p.perByte > 0:
		return s.corrupt("%d packed bytes for %d, at %d a byte", size, len(out), p.perByte)
	}
	data := d.scratch.get(size)
	defer d.scratch.put()
	if err := d.entropy(by, flags, data, s); err != nil {
		return err
	}
	p.unpack(out, data)
	return nil
}

// entropy fills out from what is left of s, with no transform but RLE to undo.
func (d *Decoder) entropy(by coder, flags byte, out []byte, s *source) error {
	switch {
	case by == byRANS && flags&flagRLE != 0:
		return d.runLengths(flags, out, s)
	case s.left() == 0 && len(out) == 0: // htscodecs leaves out even the tables
		return nil
	case flags&flagCat != 0:
		p := s.take(len(out))
		copy(out, p)
		return s.err
	case by == byRANS:
		return d.rans.decodeNx16(d, flags, out, s)
	case flags&flagExt != 0:
		return d.unbzip2(out, s)
	}
	return d.decodeArith(flags, out, s)
}

// striped decodes N streams, each of every N-th byte of out.
func (d *Decoder) striped(by coder, out []byte, s *source, depth int) error {
	if depth >= maxNesting {
		return s.fault(errs.LimitExceeded, "stripes within stripes, more than %d deep", maxNesting)
	}
	n := int(s.u8())
	if s.err == nil && n == 0 {
		return s.corrupt("stripes of 0 streams")
	}
	var sizes [256]int
	for i := range n {
		sizes[i] = s.uint7()
	}
	if s.err != nil {
		return s.err
	}
	all := d.scratch.get(len(out))
	defer d.scratch.put()
	whole := s.data
	var parts [256][]byte
	for i := range n {
		size := len(out) / n
		if len(out)%n > i {
			size++
		}
		parts[i], all = all[:size], all[size:]
		end := s.pos + sizes[i]
		if sizes[i] > len(whole)-s.pos {
			return s.corrupt("stripe of %d bytes, %d are left", sizes[i], s.left())
		}
		s.data = whole[:end]
		if err := d.transformed(by, parts[i], s, depth+1); err != nil {
			return err
		}
		s.data, s.pos = whole, end
	}
	interleave(out, parts[:n])
	return nil
}

// interleave puts byte i of part k at i*len(parts)+k.
func interleave(out []byte, parts [][]byte) {
	if len(parts) == 4 {
		p0, p1, p2, p3 := parts[0], parts[1], parts[2], parts[3]
		n := len(p3)
		p0, p1, p2 = p0[:n:cap(p0)], p1[:n:cap(p1)], p2[:n:cap(p2)]
		for i := range p3 {
			o := out[4*i : 4*i+4 : 4*i+4]
			o[0], o[1], o[2], o[3] = p0[i], p1[i], p2[i], p3[i]
		}
		for k := 4 * n; k < len(out); k++ {
			out[k] = parts[k&3][n]
		}
		return
	}
	for k, part := range parts {
		at := k
		for _, b := range part {
			out[at] = b
			at += len(parts)
		}
	}
}

// packing is how several symbols lie in a byte (CRAMcodecs §3.4).
type packing struct {
	symbols [16]byte
	perByte int // 0: one symbol throughout, no data; 1: not packed
}

// readPacking reads the symbol map. As htscodecs does, it takes one of more
// than 16 symbols, which has no map, for data that is not packed.
func readPacking(s *source) packing {
	var p packing
	n := int(s.u8())
	switch {
	case n == 1:
		p.perByte = 0
	case n == 2:
		p.perByte = 8
	case n == 3 || n == 4:
		p.perByte = 4
	case n > 4 && n <= 16:
		p.perByte = 2
	default:
		p.perByte = 1
		return p
	}
	copy(p.symbols[:], s.take(n))
	return p
}

// unpack fills out from data, which has the bytes for it.
func (p *packing) unpack(out, data []byte) {
	switch p.perByte {
	case 0:
		for i := range out {
			out[i] = p.symbols[0]
		}
	case 2:
		var pairs [256][2]byte
		for b := range pairs {
			pairs[b] = [2]byte{p.symbols[b&15], p.symbols[b>>4]}
		}
		for len(out) >= 2 {
			*(*[2]byte)(out) = pairs[data[0]]
			out, data = out[2:], data[1:]
		}
		if len(out) > 0 {
			out[0] = p.symbols[data[0]&15]
		}
	case 4:
		var fours [256][4]byte
		for b := range fours {
			fours[b] = [4]byte{p.symbols[b&3], p.symbols[b>>2&3], p.symbols[b>>4&3], p.symbols[b>>6]}
		}
		for len(out) >= 4 {
			*(*[4]byte)(out) = fours[data[0]]
			out, data = out[4:], data[1:]
		}
		if len(out) > 0 {
			copy(out, fours[data[0]][:])
		}
	case 8:
		for len(out) > 0 {
			b := data[0]
			eight := out[:min(8, len(out))]
			for i := range eight {
				eight[i] = p.symbols[b>>i&1]
			}
			out, data = out[len(eight):], data[1:]
		}
	}
}

// runLengths fills out with the literals of a rANS stream and their repeats,
// whose numbers lie apart (CRAMcodecs §3.3).
func (d *Decoder) runLengths(flags byte, out []byte, s *source) error {
	metaSize, size := s.uint7(), s.uint7()
	plain := metaSize&1 != 0
	metaSize /= 2
	// All symbols are listed at most, and a number of five bytes a literal.
	if s.err == nil && (size > len(out) || metaSize/6 > size+256) {
		return s.corrupt("%d literals and %d bytes of run lengths for %d bytes", size, metaSize, len(out))
	}
	var runs source
	if plain {
		runs = s.sub(metaSize)
	} else {
		packed := s.sub(s.uint7())
		data := d.scratch.get(metaSize)
		defer d.scratch.put()
		if s.err != nil {
			return s.err
		}
		if err := d.rans.decodeNx16(d, flags&flagWide, data, &packed); err != nil {
			return err
		}
		runs = source{method: s.method, base: packed.base, data: data}
	}
	var repeats [256]bool
	n := int(runs.u8())
	if n == 0 {
		n = 256
	}
	for _, sym := range runs.take(n) {
		repeats[sym] = true
	}
	switch {
	case s.err != nil:
		return s.err
	case runs.err != nil:
		return runs.err
	}
	literals := d.scratch.get(size)
	defer d.scratch.put()
	if err := d.entropy(byRANS, flags&^flagRLE, literals, s); err != nil {
		return err
	}
	return expand(out, literals, &repeats, &runs)
}

// expand repeats those literals that have run lengths.
func expand(out, literals []byte, repeats *[256]bool, runs *source) error {
	at := 0
	for _, sym := range literals {
		if at >= len(out) {
			return runs.corrupt("runs give more than %d bytes", len(out))
		}
		out[at] = sym
		at++
		if !repeats[sym] {
			continue
		}
		n := runs.uint7()
		if n > len(out)-at || runs.err != nil {
			return runs.corrupt("runs give more than %d bytes", len(out))
		}
		run := out[at : at+n]
		if n > 32 {
			fillBytes(run, sym)
		} else {
			for i := range run {
				run[i] = sym
			}
		}
		at += n
	}
	if at != len(out) {
		return runs.corrupt("runs give %d bytes, want %d", at, len(out))
	}
	return nil
}

// fillBytes sets all of p to b.
func fillBytes(p []byte, b byte) {
	p[0] = b
	for n := 1; n < len(p); n *= 2 {
		copy(p[n:], p[:n])
	}
}
