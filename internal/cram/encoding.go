package cram

import (
	"fmt"

	"github.com/seqlode/seqlode/internal/errs"
)

// The encodings (§3), by their number.
const (
	encNull = iota
	encExternal
	encGolomb
	encHuffman
	encArrayLen
	encArrayStop
	encBeta
	encSubexp
	encGolombRice
	encGamma
)

var encodingNames = [...]string{"NULL", "EXTERNAL", "GOLOMB", "HUFFMAN", "BYTE_ARRAY_LEN", "BYTE_ARRAY_STOP", "BETA", "SUBEXP", "GOLOMB_RICE", "GAMMA"}

// encoding is how one series is stored.
type encoding struct {
	id      int32
	content int32 // of EXTERNAL and BYTE_ARRAY_STOP: the block
	stop    byte  // of BYTE_ARRAY_STOP
	offset  int32 // of BETA, SUBEXP and GAMMA: taken off
	bits    int32 // of BETA: the width; of SUBEXP: k
	huffman *huffman
	lengths *encoding // of BYTE_ARRAY_LEN
	values  *encoding
}

// encodingFault says why an encoding cannot be read.
type encodingFault struct {
	kind errs.Kind
	text string
}

func encodingErr(kind errs.Kind, format string, args ...any) *encodingFault {
	return &encodingFault{kind, fmt.Sprintf(format, args...)}
}

// parseEncoding reads an encoding's parameters, where values of a kind are
// wanted.
func parseEncoding(id int32, params []byte, kind int) (*encoding, *encodingFault) {
	if id <= encNull || int(id) >= len(encodingNames) {
		return nil, encodingErr(errs.Corrupt, "encoding %d is not known", id)
	}
	name := encodingNames[id]
	e, c := &encoding{id: id}, &cursor{data: params}
	var fault *encodingFault
	switch id {
	case encExternal:
		e.content = c.itf8()
	case encHuffman:
		e.huffman, fault = parseHuffman(c)
	case encArrayLen:
		if e.lengths, fault = parseNested(c, kindInt); fault == nil {
			e.values, fault = parseNested(c, kindByte)
		}
	case encArrayStop:
		e.stop = c.octet()
		e.content = c.itf8()
	case encBeta:
		e.offset, e.bits = c.itf8(), c.itf8()
		if e.bits < 0 || e.bits > 32 {
			fault = encodingErr(errs.Corrupt, "BETA of %d bits", e.bits)
		}
	case encSubexp:
		e.offset, e.bits = c.itf8(), c.itf8()
		if e.bits < 0 || e.bits > 31 {
			fault = encodingErr(errs.Corrupt, "SUBEXP with k of %d", e.bits)
		}
	case encGamma:
		e.offset = c.itf8()
	default:
		return nil, encodingErr(errs.NotSupported, "encoding %s, which no known writer uses, is not read", name)
	}
	switch array := id == encArrayLen || id == encArrayStop; {
	case fault != nil:
		return nil, fault
	case c.bad || c.left() > 0:
		return nil, encodingErr(errs.Corrupt, "the parameters of %s are not of the size that is stated", name)
	case array && kind != kindArray:
		return nil, encodingErr(errs.Corrupt, "%s gives arrays, and none are wanted", name)
	case kind == kindArray && !array && id != encExternal:
		return nil, encodingErr(errs.Corrupt, "%s gives no arrays", name)
	case kind == kindByte && (id == encSubexp || id == encGamma):
		return nil, encodingErr(errs.Corrupt, "%s gives no bytes", name)
	}
	return e, nil
}

// parseNested reads one of the two encodings of a BYTE_ARRAY_LEN.
func parseNested(c *cursor, kind int) (*encoding, *encodingFault) {
	id := c.itf8()
	params := c.take(int(c.itf8()))
	if c.bad {
		return nil, encodingErr(errs.Corrupt, "BYTE_ARRAY_LEN ends early")
	}
	return parseEncoding(id, params, kind)
}

// eachContent gives the external blocks that the encoding reads, and tells
// whether it reads the core block.
func (e *encoding) eachContent(external func(id int32)) (core bool) {
	switch e.id {
	case encExternal, encArrayStop:
		external(e.content)
	case encArrayLen:
		core = e.lengths.eachContent(external)
		return e.values.eachContent(external) || core
	case encHuffman:
		return !e.huffman.constant()
	default:
		return true
	}
	return false
}
