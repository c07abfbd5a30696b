package cram

import (
	"github.com/seqlode/seqlode/internal/errs"
)

// Slice is a slice as stored: its header and its blocks, not decoded. The zero
// value is ready to be filled by [Reader.Next], again and again.
type Slice struct {
	comp      *compression
	container struct { // what its container states
		refID int32
		start int64
	}
	slicePlace
	landmark int32 // where it begins, from the end of the container's header
	stored   int64 // bytes of its header and blocks

	refID    int32
	start    int64 // from 1
	span     int64
	records  int32
	counter  int64 // of the records before it, as the file states
	embedded int32 // the block that holds the reference; negative is none
	md5      [16]byte

	buf    []byte
	blocks []blockAt
}

// slicePlace is the place of a slice in the file.
type slicePlace struct {
	at     int64 // where its container begins
	number int64 // of its first record in the file, from 1; 0 where not known
}

// pos is the slice's place, for errors.
func (s slicePlace) pos() errs.Pos { return errs.Pos{Offset: errs.Byte(s.at)} }

// posOf is the place of record i of the slice, from 0.
func (s slicePlace) posOf(i int64) errs.Pos {
	pos := s.pos()
	if s.number > 0 {
		pos.Record = s.number + i
	}
	return pos
}

// noMD5 is what stands where the checksum of the reference is not told.
var noMD5 [16]byte

// minBlock is the length of the shortest block: method, content, id and two
// sizes.
const minBlock = 5

// parseHeader reads the header of a slice (§8.5). It gives how many blocks
// follow.
func (s *Slice) parseHeader(data []byte, version byte) (blocks int32, err error) {
	c := &cursor{data: data}
	s.refID = c.itf8()
	s.start = int64(c.itf8())
	s.span = int64(c.itf8())
	s.records = c.itf8()
	if version >= 3 {
		s.counter = c.ltf8()
	} else {
		s.counter = int64(c.itf8())
	}
	blocks = c.itf8()
	ids := c.itf8()
	for i := int32(0); i < ids && !c.bad; i++ {
		c.itf8()
	}
	s.embedded = c.itf8()
	sum := c.take(len(s.md5))
	switch {
	case c.bad:
		return 0, errs.At(errs.Corrupt, s.pos(), "the header of a slice ends early")
	case s.refID < multiRef:
		return 0, errs.At(errs.Corrupt, s.pos(), "a slice has the reference id %d", s.refID)
	case s.start < 0 || s.span < 0 || s.records < 0 || blocks < 1 || ids < 1:
		return 0, errs.At(errs.Corrupt, s.pos(), "the header of a slice states start %d, span %d, %d records, %d blocks, %d ids", s.start, s.span, s.records, blocks, ids)
	}
	s.md5 = [16]byte(sum)
	return blocks, nil
}
