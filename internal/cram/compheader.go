package cram

import (
	"bytes"

	"github.com/seqlode/seqlode/internal/errs"
)

// compression is what a compression header says (§8.4): how the records of its
// container are taken apart into series. It is read by several workers at once.
type compression struct {
	names        bool // every record has its name stored
	delta        bool // positions are stored as differences
	noRef        bool // no reference is needed
	qualReversed bool // qualities of reverse reads are in the order of sequencing
	substitution [5][4]byte
	lines        [][]int // the tag dictionary: indexes into tags; -1 where nothing tells how
	keys         [][][3]byte

	series [seriesCount]*encoding // nil where there is none
	tags   []tagEncoding
}

// tagEncoding is how the values of one tag of one type are stored.
type tagEncoding struct {
	key [3]byte
	enc *encoding
}

// defaultSubstitution is what stands for a substitution code where the header
// has no matrix: for each base of ACGTN the others in order.
var defaultSubstitution = [5][4]byte{{'C', 'G', 'T', 'N'}, {'A', 'G', 'T', 'N'}, {'A', 'C', 'T', 'N'}, {'A', 'C', 'G', 'N'}, {'A', 'C', 'G', 'T'}}

// parseCompression reads a compression header.
func parseCompression(data []byte) (*compression, error) {
	c := &cursor{data: data}
	h := &compression{delta: true, substitution: defaultSubstitution}
	var dictionary []byte
	if err := eachEntry(c, "preservation map", func() error {
		switch key := string(c.take(2)); key {
		case "RN":
			h.names = c.octet() != 0
		case "AP":
			h.delta = c.octet() != 0
		case "RR":
			h.noRef = c.octet() == 0
		case "QO":
			h.qualReversed = c.octet() == 0
		case "SM":
			if codes := c.take(5); codes != nil {
				h.takeSubstitution(codes)
			}
		case "TD":
			dictionary = c.take(int(c.itf8()))
		default:
			c.octet()
		}
		return nil
	}); err != nil {
		return nil, err
	}
	if err := eachEntry(c, "data series map", func() error {
		key := string(c.take(2))
		id, value := c.itf8(), c.take(int(c.itf8()))
		s, known := seriesByKey[key]
		if !known || id == encNull || c.bad {
			return nil
		}
		enc, err := parseEncoding(id, value, seriesKinds[s])
		if err != nil {
			return errs.At(err.kind, errs.Pos{}, "data series %s: %s", key, err.text)
		}
		h.series[s] = enc
		return nil
	}); err != nil {
		return nil, err
	}
	if err := eachEntry(c, "tag map", func() error {
		key := c.itf8()
		id, value := c.itf8(), c.take(int(c.itf8()))
		if c.bad {
			return nil
		}
		k := [3]byte{byte(key >> 16), byte(key >> 8), byte(key)}
		enc, err := parseEncoding(id, value, kindArray)
		if err != nil {
			return errs.At(err.kind, errs.Pos{}, "tag %q: %s", k, err.text)
		}
		h.tags = append(h.tags, tagEncoding{k, enc})
		return nil
	}); err != nil {
		return nil, err
	}
	h.takeDictionary(dictionary)
	return h, nil
}

// eachEntry reads a map: its size in bytes, its count, its entries.
func eachEntry(c *cursor, what string, entry func() error) error {
	size := c.itf8()
	begin := c.pos
	count := c.itf8()
	for i := int32(0); i < count && !c.bad; i++ {
		if err := entry(); err != nil {
			return err
		}
	}
	if c.bad || int64(c.pos-begin) != int64(size) {
		return errs.At(errs.Corrupt, errs.Pos{}, "compression header: the %s is not of the size that it states", what)
	}
	return nil
}

// takeSubstitution reads the matrix (§10.6.1): for each base of ACGTN one byte
// with the two-bit codes of the four others, in order.
func (h *compression) takeSubstitution(codes []byte) {
	for ref, code := range codes {
		for i, base := range defaultSubstitution[ref] {
			h.substitution[ref][code>>(6-2*i)&3] = base
		}
	}
}

// takeDictionary reads the tag dictionary: lines ended by NUL, of three bytes a
// tag (§8.4). The last may lack its NUL.
func (h *compression) takeDictionary(text []byte) {
	if len(text) > 0 && text[len(text)-1] == 0 {
		text = text[:len(text)-1]
	} else if len(text) == 0 {
		return
	}
	known := map[[3]byte]int{}
	for i, t := range h.tags {
		known[t.key] = i
	}
	for line := range bytes.SplitSeq(text, []byte{0}) {
		var tags []int
		var keys [][3]byte
		for ; len(line) >= 3; line = line[3:] {
			key := [3]byte(line)
			i, ok := known[key]
			if !ok {
				i = -1
			}
			tags, keys = append(tags, i), append(keys, key)
		}
		h.lines, h.keys = append(h.lines, tags), append(h.keys, keys)
	}
}
