package cram

import (
	"bytes"

	"github.com/seqlode/seqlode/internal/errs"
)

// stream is an external block that is being read. Series that share a block
// share its stream.
type stream struct {
	id   int32
	data []byte
	pos  int
}

// reader reads one series of a slice. After a failure it gives zeros, and the
// decoder knows why.
type reader struct {
	src    *stream // external data; an empty one where the encoding reads none
	enc    *encoding
	d      *decoder
	what   string // the series, for errors
	open   bool   // an array may end with its block, as htslib takes names and tags
	skip   bool   // nobody wants the values, and nothing else lies in their block
	length *reader
	values *reader
	room   []byte
}

// int reads a value.
func (r *reader) int() int32 {
	s := r.src
	if p := s.pos; p < len(s.data) {
		if b := s.data[p]; b < 0x80 {
			s.pos = p + 1
			return int32(b)
		}
	}
	return r.anyInt()
}

// anyInt is int for all that is not one byte of a block.
func (r *reader) anyInt() int32 {
	var v int32
	ok := false
	switch {
	case r.skip:
		return 0
	case r.enc == nil:
		r.d.fail(errs.Corrupt, "the compression header has no encoding for %s", r.what)
		return 0
	case r.enc.id == encExternal:
		s := r.src
		if s == &r.d.nothing {
			r.noBlock(r.enc.content)
			return 0
		}
		c := cursor{data: s.data, pos: s.pos}
		v = c.itf8()
		s.pos, ok = c.pos, !c.bad
	case r.enc.id == encHuffman:
		v, ok = r.enc.huffman.next(&r.d.core)
	case r.enc.id == encBeta:
		v, ok = r.enc.beta(&r.d.core)
	case r.enc.id == encSubexp:
		v, ok = r.enc.subexp(&r.d.core)
	case r.enc.id == encGamma:
		v, ok = r.enc.gamma(&r.d.core)
	}
	if !ok {
		r.ranOut()
	}
	return v
}

// byte reads one byte.
func (r *reader) byte() byte {
	s := r.src
	if p := s.pos; p < len(s.data) {
		s.pos = p + 1
		return s.data[p]
	}
	if p := r.bytes(1); len(p) > 0 {
		return p[0]
	}
	return 0
}

// bytes reads n bytes, or gives nil. They stand until the next call.
func (r *reader) bytes(n int) []byte {
	if s := r.src; n <= len(s.data)-s.pos {
		p := s.data[s.pos : s.pos+n : s.pos+n]
		s.pos += n
		return p
	}
	switch {
	case r.skip || n == 0:
		return nil
	case r.enc == nil:
		r.d.fail(errs.Corrupt, "the compression header has no encoding for %s", r.what)
		return nil
	case r.enc.id == encExternal && r.src == &r.d.nothing:
		r.noBlock(r.enc.content)
		return nil
	case r.enc.id == encExternal:
		r.ranOut()
		return nil
	case !r.d.fits(int64(n)):
		return nil
	}
	r.room = r.room[:0]
	for range n {
		v := r.anyInt()
		if r.d.err != nil {
			return nil
		}
		r.room = append(r.room, byte(v))
	}
	return r.room
}

// array reads an array. It stands until the next call.
func (r *reader) array() []byte {
	switch {
	case r.skip:
		return nil
	case r.enc == nil:
		r.d.fail(errs.Corrupt, "the compression header has no encoding for %s", r.what)
		return nil
	case r.enc.id == encArrayStop:
		return r.stopped()
	case r.enc.id == encArrayLen:
		n := r.length.int()
		if r.d.err != nil {
			return nil
		}
		if n < 0 {
			r.d.fail(errs.Corrupt, "%s has an array of length %d", r.what, n)
			return nil
		}
		return r.values.bytes(int(n))
	}
	return r.bytes(1)
}

// stopped reads an array up to the byte that ends it.
func (r *reader) stopped() []byte {
	s := r.src
	if s == &r.d.nothing {
		r.noBlock(r.enc.content)
		return nil
	}
	if s.pos >= len(s.data) {
		r.ranOut()
		return nil
	}
	n := bytes.IndexByte(s.data[s.pos:], r.enc.stop)
	if n < 0 {
		if !r.open {
			r.ranOut()
			return nil
		}
		n = len(s.data) - s.pos
	}
	p := s.data[s.pos : s.pos+n : s.pos+n]
	s.pos = min(s.pos+n+1, len(s.data))
	return p
}

func (r *reader) ranOut() {
	r.d.fail(errs.Corrupt, "the data of %s ends early or is no code", r.what)
}

func (r *reader) noBlock(id int32) {
	r.d.fail(errs.Corrupt, "the slice lacks block %d, which holds %s", id, r.what)
}

// bind makes r read a series by enc; nil is that there is none.
func (d *decoder) bind(r *reader, enc *encoding, what string) {
	*r = reader{src: &d.nothing, enc: enc, d: d, what: what, length: r.length, values: r.values, room: r.room}
	if enc == nil {
		return
	}
	switch enc.id {
	case encExternal, encArrayStop:
		if s := d.stream(enc.content); s != nil {
			r.src = s
		}
	case encArrayLen:
		if r.length == nil {
			r.length, r.values = &reader{}, &reader{}
		}
		d.bind(r.length, enc.lengths, what)
		d.bind(r.values, enc.values, what)
	}
}

// stream finds the external block of an id; nil where there is none.
func (d *decoder) stream(id int32) *stream {
	for i := len(d.streams) - 1; i >= 0; i-- {
		if d.streams[i].id == id {
			return &d.streams[i]
		}
	}
	return nil
}
