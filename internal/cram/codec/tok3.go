package codec

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/seqlode/seqlode/internal/errs"
)

// The types of a token of a name (CRAMcodecs §5).
const (
	tokType = iota
	tokString
	tokChar
	tokDigits0
	tokDZLen
	tokDup
	tokDiff
	tokDigits
	tokDelta
	tokDelta0
	tokMatch
	tokNOP
	tokEnd
	tokTypes = 16 // what four bits can name
)

// Bounds of htscodecs, and of memory: tokens of all names, bytes of all streams.
const (
	maxPositions = 128
	maxNames     = 10_000_000
	maxTokens    = 32 << 20
	maxStreams   = 1 << 30
)

// tokStream holds the values of a token type at a position, or the types there.
type tokStream struct {
	from, to int    // in the arena
	data     []byte // what is left
	implied  int    // of types: first, and matches after it up to this number
	first    byte
	present  bool
}

// token is one of a name that a later one may match: a string is a place in its
// name and a length, a number with leading zeros its value and its digits.
type token struct {
	value uint32
	size  uint16
	kind  uint8
}

// tokName is a name decoded before.
type tokName struct {
	text   int32 // where it begins in the output
	size   int32 // without its NUL
	tokens int32 // where its tokens begin, position 1 first
	count  int32
}

// names is the state of the name tokeniser.
type names struct {
	streams   [maxPositions][tokTypes]tokStream
	positions int
	arena     []byte
	tokens    []token
	list      []tokName
}

// tok3 decodes a block of names (CRAMcodecs §5); each ends in a NUL.
func (d *Decoder) tok3(dst, src []byte, size int) ([]byte, error) {
	s := source{method: Tok3, data: src}
	s.u32() // the size once more; it is the names that count
	count, form := s.u32(), s.u8()
	switch {
	case s.err != nil:
		return nil, s.err
	case count == 0 || count > maxNames:
		return nil, s.fault(errs.LimitExceeded, "%d names, want 1 to %d", count, maxNames)
	}
	if d.names == nil {
		d.names = new(names)
	}
	by := byRANS
	if form != 0 {
		by = byArith
	}
	if err := d.readTokens(by, &s, int(count), size); err != nil {
		return nil, err
	}
	dst = room(dst, size)
	return dst, d.names.decode(dst, &s, int(count))
}

// readTokens decodes the streams of all positions and types.
func (d *Decoder) readTokens(by coder, s *source, count, size int) error {
	n := d.names
	n.positions, n.arena = 0, n.arena[:0]
	// A character takes 5 bytes of streams at most, the head of a name 5, and
	// there may be as many tokens that give nothing.
	limit := min(16*int64(size)+1<<16, maxStreams)
	for s.left() > 0 && s.err == nil {
		head := s.u8()
		kind := head & 15
		if head&128 != 0 {
			if n.positions == maxPositions {
				return s.corrupt("more than %d tokens in a name", maxPositions)
			}
			n.streams[n.positions] = [tokTypes]tokStream{}
			if kind != tokType {
				n.streams[n.positions][tokType] = tokStream{implied: count, first: kind, present: true}
			}
			n.positions++
		}
		if n.positions == 0 {
			return s.corrupt("token stream of no position")
		}
		at := n.positions - 1
		if head&64 != 0 {
			p, k := int(s.u8()), int(s.u8())
			if s.err == nil && (k >= tokTypes || p > at || p == at && k >= int(kind) || !n.streams[p][k].present) {
				return s.corrupt("copy of token stream %d,%d, which is not there before", p, k)
			}
			if s.err == nil {
				n.streams[at][kind] = n.streams[p][k]
			}
			continue
		}
		stream := s.sub(s.uint7())
		peek := stream
		peek.u8()
		raw := peek.uint7() // behind the flags
		switch {
		case s.err != nil:
			return s.err
		case peek.err != nil:
			return peek.err
		case int64(len(n.arena))+int64(raw) > limit:
			return s.fault(errs.LimitExceeded, "token streams of more than %d bytes for %d of names", limit, size)
		}
		from := len(n.arena)
		n.arena = slices.Grow(n.arena, raw)[:from+raw]
		if err := d.transformed(by, n.arena[from:], &stream, 0); err != nil {
			return err
		}
		n.streams[at][kind] = tokStream{from: from, to: len(n.arena), present: true}
	}
	for at := range n.positions {
		for kind := range n.streams[at] {
			stream := &n.streams[at][kind]
			stream.data = n.arena[stream.from:stream.to]
		}
	}
	return s.err
}

// next gives the next type; an exhausted stream gives ends of names.
func (t *tokStream) next() (kind byte, ok bool) {
	switch {
	case len(t.data) > 0:
		kind, t.data = t.data[0], t.data[1:]
	case t.implied > 0:
		kind, t.first = t.first, tokMatch
		t.implied--
	default:
		return tokEnd, false
	}
	return kind, true
}

// u8 and u32 take values off a stream; false where there are none left.
func (t *tokStream) u8() (byte, bool) {
	if len(t.data) == 0 {
		return 0, false
	}
	b := t.data[0]
	t.data = t.data[1:]
	return b, true
}

func (t *tokStream) u32() (uint32, bool) {
	if len(t.data) < 4 {
		return 0, false
	}
	v := binary.LittleEndian.Uint32(t.data)
	t.data = t.data[4:]
	return v, true
}

// types is how many types of tokens there are, those implied among them, or limit
// if there are more.
func (n *names) types(limit int) int {
	sum := 0
	for at := range n.positions {
		stream := &n.streams[at][tokType]
		sum = min(sum+len(stream.data)+stream.implied, limit)
	}
	return sum
}

// decode writes all names.
func (n *names) decode(out []byte, s *source, count int) error {
	n.tokens, n.list = slices.Grow(n.tokens[:0], n.types(len(out))), n.list[:0]
	at := 0
	for {
		kind, more := byte(tokEnd), false
		if n.positions > 0 {
			kind, more = n.streams[0][tokType].next()
		}
		if !more {
			break
		}
		if len(n.list) == count {
			return s.corrupt("more than the stated %d names", count)
		}
		if kind != tokDup && kind != tokDiff {
			return s.corrupt("name %d begins with a token of type %d", len(n.list)+1, kind)
		}
		dist, ok := n.streams[0][kind].u32()
		if !ok || int64(dist) > int64(len(n.list)) || kind == tokDup && dist == 0 {
			return s.corrupt("name %d refers to a name that is not there", len(n.list)+1)
		}
		var before tokName
		if dist > 0 {
			before = n.list[len(n.list)-int(dist)]
		}
		if kind == tokDup {
			text := out[before.text:][:before.size]
			if len(text) >= len(out)-at {
				return s.corrupt("names are longer than the %d bytes stated", len(out))
			}
			before.text = int32(at)
			at += copy(out[at:], text)
			n.list = append(n.list, before)
		} else {
			name := tokName{text: int32(at), tokens: int32(len(n.tokens))}
			w := nameWriter{names: n, out: out, at: at, name: at, before: before}
			if fault := w.write(); fault != "" {
				return s.corrupt("name %d: %s", len(n.list)+1, fault)
			}
			if len(n.tokens) > maxTokens {
				return s.fault(errs.LimitExceeded, "names of more than %d tokens", maxTokens)
			}
			at = w.at
			name.size, name.count = int32(at)-name.text, int32(len(n.tokens))-name.tokens
			n.list = append(n.list, name)
		}
		out[at] = 0
		at++
	}
	if at != len(out) {
		return s.corrupt("names give %d bytes, want %d", at, len(out))
	}
	return nil
}

// nameWriter writes one name from its tokens.
type nameWriter struct {
	*names
	out    []byte
	at     int
	name   int // where the name begins
	before tokName
}

// Faults of a name.
const (
	faultLong    = "is longer than the block"
	faultStream  = "values of a token are used up"
	faultNone    = "matches a token that the name before does not have"
	faultKind    = "differs from a token of another type"
	faultDigits  = "number of more than 9 digits with leading zeros"
	faultNUL     = "has a NUL in it"
	faultEndless = "has no end"
)

// write appends the name up to its NUL, for which there is room after it, and
// its tokens. It gives the fault, or "".
func (w *nameWriter) write() string {
	for position := 1; position < w.positions; position++ {
		streams := &w.streams[position]
		kind, _ := streams[tokType].next()
		t := token{kind: kind}
		switch kind {
		case tokChar:
			b, ok := streams[tokChar].u8()
			if !ok {
				return faultStream
			}
			if b == 0 {
				return faultNUL
			}
			t.value = uint32(b)
		case tokString:
			stream := &streams[tokString]
			size := bytes.IndexByte(stream.data, 0)
			if size < 0 {
				return faultStream
			}
			if size > len(w.out)-w.at || size > 0xffff {
				return faultLong
			}
			t.value, t.size = uint32(w.at-w.name), uint16(size)
			w.at += copy(w.out[w.at:], stream.data[:size])
			stream.data = stream.data[size+1:]
		case tokDigits:
			v, ok := streams[tokDigits].u32()
			if !ok {
				return faultStream
			}
			t.value = v
		case tokDigits0:
			size, ok := streams[tokDZLen].u8()
			v, ok2 := streams[tokDigits0].u32()
			if !ok || !ok2 {
				return faultStream
			}
			t.value, t.size = v, uint16(size)
		case tokDelta, tokDelta0, tokMatch:
			if position > int(w.before.count) {
				return faultNone
			}
			old := w.tokens[int(w.before.tokens)+position-1]
			if kind == tokMatch {
				t = old
				if old.kind == tokString {
					if int(old.size) > len(w.out)-w.at {
						return faultLong
					}
					t.value = uint32(w.at - w.name)
					w.at += copy(w.out[w.at:], w.out[int(w.before.text)+int(old.value):][:old.size])
				} else if old.kind == tokNOP {
					return faultNone
				}
				break
			}
			t.kind = tokDigits
			if kind == tokDelta0 {
				t.kind = tokDigits0
			}
			if old.kind != t.kind {
				return faultKind
			}
			delta, ok := streams[kind].u8()
			if !ok {
				return faultStream
			}
			t.value, t.size = old.value+uint32(delta), old.size
		case tokNOP:
		default: // an end, which htscodecs takes all other types for
			if w.at >= len(w.out) {
				return faultLong
			}
			return ""
		}
		w.names.tokens = append(w.names.tokens, t)
		if fault := w.print(t); fault != "" {
			return fault
		}
	}
	return faultEndless
}

// print appends the text of a token that is no string.
func (w *nameWriter) print(t token) string {
	switch t.kind {
	case tokChar:
		if w.at >= len(w.out) {
			return faultLong
		}
		w.out[w.at] = byte(t.value)
		w.at++
	case tokDigits:
		return w.digits(t.value, decimals(t.value))
	case tokDigits0:
		if t.size > 9 {
			return faultDigits
		}
		return w.digits(t.value, int(t.size))
	}
	return ""
}

var powers10 = [...]uint32{1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000}

// decimals is the number of digits of v; none of 0, as htscodecs has it: names
// have that as a number with leading zeros.
func decimals(v uint32) int {
	n := 0
	for n < len(powers10) && v >= powers10[n] {
		n++
	}
	return n
}

// digits appends v as n digits. The first is what is left of v when n are too
// few, as in htscodecs.
func (w *nameWriter) digits(v uint32, n int) string {
	if n > len(w.out)-w.at {
		return faultLong
	}
	p := w.out[w.at : w.at+n]
	for i := n - 1; i > 0; i-- {
		p[i] = byte('0' + v%10)
		v /= 10
	}
	if n > 0 {
		p[0] = byte('0' + v)
	}
	w.at += n
	return ""
}
