package cram

import (
	"fmt"

	"github.com/seqlode/seqlode/internal/cram/codec"
	"github.com/seqlode/seqlode/internal/deflate"
	"github.com/seqlode/seqlode/internal/errs"
)

// opened is the blocks of a slice, decoded.
type opened struct {
	memory  []byte // of all; what was not compressed lies with the slice
	streams []stream
	core    []byte
	size    int64 // bytes of all
}

// open decodes the blocks of a slice, of external ones those that are wanted; nil
// is all. Together they may have limit bytes.
func (o *opened) open(s *Slice, d *codec.Decoder, limit int, wanted func(id int32) bool) error {
	room, err := o.measure(s, limit, wanted)
	if err != nil {
		return errs.In(err, s.pos())
	}
	o.streams, o.core = o.streams[:0], nil
	if cap(o.memory) < room {
		o.memory = nil // so that it can go
		o.memory = make([]byte, room+room/16)
	}
	memory := o.memory[:cap(o.memory)]
	for i := range s.blocks {
		at := &s.blocks[i]
		if !at.holds(i, wanted) {
			continue
		}
		b, n := at.in(s.buf), at.room()
		data, err := b.decode(d, memory[:0:n])
		if err != nil {
			return errs.In(fmt.Errorf("block %d: %w", b.id, err), s.pos())
		}
		memory = memory[n:]
		if i == 0 {
			o.core = data
		} else {
			o.streams = append(o.streams, stream{id: at.id, data: data})
		}
	}
	return nil
}

// measure adds up the sizes of the blocks, and gives the room that they take.
func (o *opened) measure(s *Slice, limit int, wanted func(id int32) bool) (room int, err error) {
	o.size = 0
	for i := range s.blocks {
		at := &s.blocks[i]
		if i == 0 && at.content != coreData {
			return 0, errs.At(errs.Corrupt, errs.Pos{}, "the first block of a slice has content %d and not the core data", at.content)
		}
		if !at.holds(i, wanted) {
			continue
		}
		if o.size += int64(at.size); o.size > int64(limit) {
			return 0, errs.At(errs.LimitExceeded, errs.Pos{}, "the blocks of the slice have more than %d bytes", limit)
		}
		room += at.room()
	}
	return room, nil
}

// holds reports whether block i of a slice holds data that is wanted.
func (b *blockAt) holds(i int, wanted func(id int32) bool) bool {
	return i == 0 || b.content == externalData && (wanted == nil || wanted(b.id))
}

// room is the bytes in which the block is decoded.
func (b *blockAt) room() int {
	if b.method == codec.Raw {
		return 0
	}
	return b.size + deflate.OutputSlack
}
