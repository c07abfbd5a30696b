package bam

import (
	"context"
	"encoding/binary"
	"io"

	"github.com/seqlode/seqlode/internal/bgzf"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/gzip"
	"github.com/seqlode/seqlode/internal/pipeline"
	"github.com/seqlode/seqlode/internal/sam"
)

// Magic begins the text of every BAM file (SAMv1 §4.2).
const Magic = "BAM\x01"

const (
	sizeWord  = 4  // in front of each record
	minRecord = 32 // its fixed fields
)

// MaxRecord is the most bytes that a record may have where no other limit is set.
const MaxRecord = 1 << 29

// Options of a Reader; the zero value is good.
type Options struct {
	Threads int               // decoders; 0: GOMAXPROCS; 1: no goroutines
	Limiter *pipeline.Limiter // shared bound on decoding; may be nil
}

// Reader reads a BAM file as runs of whole records. One goroutine uses it, but
// for Offset.
type Reader struct {
	*gzip.Reader
	header *sam.Header
	names  [][]byte

	slot *pipeline.Slot[*gzip.Chunk] // under way; nil before the first and behind the last
	rest []byte                      // of its text
	from int                         // where rest begins in it

	carry      []byte // of a record that began in a chunk before, with its size word
	carryBegin uint64 // where it begins
	records    int64  // handed out
	max        int    // bytes of a record
	spare      spare  // memory of a large span that was released
	fault      error  // what comes behind the run that was handed out last
}

// NewReader reads the header of a BAM file and is ready for its records. A BAM
// file is in BGZF; one in ordinary gzip or not compressed is read too, as htslib
// does, and its records have no virtual offsets.
func NewReader(ctx context.Context, src io.Reader, opt Options) (*Reader, error) {
	return Open(gzip.NewReader(ctx, src, gzip.Options(opt)), nil)
}

// Open is NewReader on a gzip file whose first chunk, if it is not nil, has
// been taken already. Open closes the file if it fails. A header whose lines
// are at fault can be asked for, as in samtools; it fails with the first Next.
func Open(file *gzip.Reader, first *pipeline.Slot[*gzip.Chunk]) (*Reader, error) {
	r := &Reader{Reader: file, max: MaxRecord, spare: make(spare, 1)}
	if first != nil {
		r.slot, r.rest = first, first.Unit.Text
	}
	if err := r.readHeader(); err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

// Limit has the reader refuse records of more than so many bytes, with kind
// LimitExceeded. It is called before the first Next.
func (r *Reader) Limit(bytes int) { r.max = bytes }

// PassHeader has the reader go on to the records though the header's lines may
// be at fault; there are no Names then. It is called before the first Next.
func (r *Reader) PassHeader() {
	if r.names == nil {
		r.fault = nil
	}
}

// Header is the file's header.
func (r *Reader) Header() *sam.Header { return r.header }

// Names gives the names of the references by their id: those of the list, then
// those that only the header's text has, as htslib counts them.
func (r *Reader) Names() [][]byte { return r.names }

// Begin is, before the first Next, the virtual offset of the first record; 0
// where the file is not in BGZF.
func (r *Reader) Begin() uint64 { return r.virtual(0) }

// Records is how many records have been handed out.
func (r *Reader) Records() int64 { return r.records }

// Next fills run with the next records, or gives io.EOF. The caller releases
// the run.
func (r *Reader) Next(run *Run) error {
	run.reset(r.records + 1)
	if r.fault != nil {
		return r.fault
	}
	if err := r.finishCarry(run); err != nil {
		return err
	}
	if err := r.load(); err != nil {
		if len(run.span) > 0 {
			r.fault, err = err, nil
		}
		return r.handed(run, err)
	}
	n := 0
	p := r.rest
	for len(p)-n >= sizeWord {
		size := int(binary.LittleEndian.Uint32(p[n:]))
		if size < minRecord || size > r.max {
			r.fault = sizeFault(size, r.max, r.pos(r.virtual(n), run.count+1))
			break
		}
		if size > len(p)-n-sizeWord {
			break
		}
		n += sizeWord + size
		run.count++
	}
	run.body, run.from, run.slot = p[:n], r.from, r.slot
	r.carry = append(r.carry[:0], p[n:]...)
	r.carryBegin = r.virtual(n)
	r.slot, r.rest = nil, nil
	return r.handed(run, nil)
}

// handed counts the records of a run.
func (r *Reader) handed(run *Run, err error) error {
	r.records += run.count
	return err
}

// finishCarry moves the record that began in a chunk before to run.
func (r *Reader) finishCarry(run *Run) error {
	if len(r.carry) == 0 {
		return nil
	}
	for {
		want := sizeWord
		if len(r.carry) >= sizeWord {
			size := int(binary.LittleEndian.Uint32(r.carry))
			if size < minRecord || size > r.max {
				return sizeFault(size, r.max, r.pos(r.carryBegin, 1))
			}
			want += size
		}
		if len(r.carry) == want {
			break
		}
		switch err := r.load(); err {
		case nil:
		case io.EOF:
			return bgzf.Truncated(r.pos(r.carryBegin, 1), "this record")
		default:
			return err
		}
		n := min(want-len(r.carry), len(r.rest))
		r.makeRoom(n, want)
		r.carry = append(r.carry, r.rest[:n]...)
		r.step(n)
	}
	run.spanBegin = r.carryBegin
	run.spanEnd = r.virtual(0)
	run.span, r.carry = r.carry, run.span[:0]
	run.spare = r.spare
	run.count++
	return nil
}

// makeRoom gives carry room for n bytes more of a record of want bytes. What
// it takes stays within twice of what there is of the record, whatever the
// record says of its size.
func (r *Reader) makeRoom(n, want int) {
	have := len(r.carry)
	if have+n <= cap(r.carry) {
		return
	}
	if large := r.spare.take(); cap(large) >= want {
		r.carry = append(large[:0], r.carry...)
		return
	}
	grown := make([]byte, have, max(have+n, min(want, max(2*have, largeSpan))))
	copy(grown, r.carry)
	r.carry = grown
}

// pos is the place of the n-th record from here, for an error.
func (r *Reader) pos(virtual uint64, n int64) errs.Pos {
	return Place{Number: r.records + n, Begin: virtual}.Pos()
}

// sizeFault is the fault of a record of an impossible size.
func sizeFault(size, limit int, pos errs.Pos) error {
	if size < minRecord {
		return errs.At(errs.Corrupt, pos, "record states a size of %d bytes, less than the %d of its fixed fields", size, minRecord)
	}
	return errs.At(errs.LimitExceeded, pos, "record states a size of %d bytes, more than %d", size, limit)
}

// load makes sure that there is some rest, or gives what ended the file.
func (r *Reader) load() error {
	if len(r.rest) > 0 {
		return nil
	}
	if r.slot != nil {
		r.slot.Release()
		r.slot = nil
	}
	slot, err := r.Reader.Next()
	if err != nil {
		return err
	}
	r.slot, r.rest, r.from = slot, slot.Unit.Text, 0
	return nil
}

// step moves n bytes on in rest.
func (r *Reader) step(n int) {
	r.rest = r.rest[n:]
	r.from += n
}

// virtual is the virtual offset of byte i of rest.
func (r *Reader) virtual(i int) uint64 { return virtual(r.slot, r.from+i) }

// virtual is the virtual offset of byte i of a chunk's text, as htslib has it at
// the end of a block; 0 where there is no BGZF or no chunk.
func virtual(slot *pipeline.Slot[*gzip.Chunk], i int) uint64 {
	if slot == nil {
		return 0
	}
	if b := slot.Unit.Batch(); b != nil {
		return b.Virtual(i)
	}
	return 0
}

// Close ends the reading and waits for the reader's goroutines.
func (r *Reader) Close() {
	if r.slot != nil {
		r.slot.Release()
		r.slot = nil
	}
	r.Reader.Close()
}
