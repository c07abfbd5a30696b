package bam

import (
	"encoding/binary"
	"iter"

	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/gzip"
	"github.com/seqlode/seqlode/internal/pipeline"
	"github.com/seqlode/seqlode/internal/sam"
)

// Run is some whole records, one after the other in the file. The zero value is
// ready to be filled by [Reader.Next], again and again.
type Run struct {
	first int64 // number of its first record in the file, from 1
	count int64

	span               []byte // a first record that began in a chunk before; may be empty
	spanBegin, spanEnd uint64
	spare              spare  // where the memory of a large span goes
	body               []byte // the others, in the text of slot
	from               int    // where body begins there
	slot               *pipeline.Slot[*gzip.Chunk]
}

// Place says where a record lies in its file.
type Place struct {
	Number     int64  // of the record in the file, from 1
	Begin, End uint64 // virtual offsets, as htslib has them; 0 where the file is not in BGZF
}

// Pos is the place for an error.
func (p Place) Pos() errs.Pos {
	pos := errs.Pos{Record: p.Number}
	if p.Begin != 0 {
		pos.Offset = errs.Virtual(p.Begin)
	}
	return pos
}

// Len is the number of records.
func (run *Run) Len() int64 { return run.count }

// Size is the bytes of the records.
func (run *Run) Size() int { return len(run.span) + len(run.body) }

// Records gives the records in order. They lie in the run's memory, and hold
// what the file does: see [sam.Record.Check].
func (run *Run) Records() iter.Seq[sam.Record] {
	return func(yield func(sam.Record) bool) {
		if len(run.span) > 0 && !yield(run.span[sizeWord:]) {
			return
		}
		for p := run.body; len(p) > 0; {
			end := sizeWord + int(binary.LittleEndian.Uint32(p))
			if !yield(p[sizeWord:end:end]) {
				return
			}
			p = p[end:]
		}
	}
}

// Placed is Records with the place of each.
func (run *Run) Placed() iter.Seq2[Place, sam.Record] {
	return func(yield func(Place, sam.Record) bool) {
		at := Place{Number: run.first, Begin: run.spanBegin, End: run.spanEnd}
		if len(run.span) > 0 {
			if !yield(at, run.span[sizeWord:]) {
				return
			}
			at.Number++
		}
		at.End = run.virtual(0)
		for n := 0; n < len(run.body); {
			end := n + sizeWord + int(binary.LittleEndian.Uint32(run.body[n:]))
			at.Begin, at.End = at.End, run.virtual(end)
			if !yield(at, run.body[n+sizeWord:end:end]) {
				return
			}
			at.Number++
			n = end
		}
	}
}

// virtual is the virtual offset of byte i of body.
func (run *Run) virtual(i int) uint64 { return virtual(run.slot, run.from+i) }

// Release gives the run's memory back to its reader.
func (run *Run) Release() {
	if run.slot != nil {
		run.slot.Release()
		run.slot = nil
	}
	run.body = nil
	if cap(run.span) > largeSpan && run.spare != nil {
		run.spare.give(run.span)
		run.span = nil
	}
}

// reset empties the run; the memory of span is kept.
func (run *Run) reset(first int64) {
	*run = Run{first: first, span: run.span[:0]}
}

// largeSpan is the bytes of a record's memory that not each run keeps for itself.
const largeSpan = 1 << 20

// spare is a place for the memory of one large record.
type spare chan []byte

// give puts memory there, or drops it where there is some.
func (s spare) give(b []byte) {
	select {
	case s <- b:
	default:
	}
}

// take gives the memory that is there, or nil.
func (s spare) take() []byte {
	select {
	case b := <-s:
		return b
	default:
		return nil
	}
}
