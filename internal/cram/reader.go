package cram

import (
	"io"
	"math"
	"slices"
	"sync/atomic"

	"github.com/seqlode/seqlode/internal/cram/codec"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/fasta"
	"github.com/seqlode/seqlode/internal/pipeline"
	"github.com/seqlode/seqlode/internal/sam"
)

// Options of a Reader; the zero value is good for files that need no reference.
type Options struct {
	Threads int               // decoders; 0: GOMAXPROCS; 1: no goroutines
	Limiter *pipeline.Limiter // shared bound on decoding; may be nil

	// Bases is where bases of references are found; nil is nowhere, and a slice
	// that needs a reference is then an error.
	Bases fasta.Bases
	// NamePrefix begins the names that are made up for records whose own are not
	// stored: PREFIX:NUMBER. htslib takes the name of the file. Empty is
	// [DefaultPrefix].
	NamePrefix string
	// StoredTags leaves out MD and NM where the file does not store them, as
	// samtools does with --input-fmt-option decode_md=0.
	StoredTags bool
	// MaxSlice bounds, in bytes, what a slice may have stored, decoded, or as
	// records. 0 is [DefaultMaxSlice].
	MaxSlice int
}

// DefaultPrefix begins made-up names. The ETag of a file depends on it.
const DefaultPrefix = "readset"

// DefaultMaxSlice is the most bytes of a slice where no other limit is set.
const DefaultMaxSlice = 512 << 20

// Reader cuts a CRAM file into slices. One goroutine uses it.
type Reader struct {
	in             *input
	opt            Options
	version, minor byte
	header         *sam.Header
	names          [][]byte
	groups         []string // ids of read groups, in the order of the header
	refs           *references
	codec          codec.Decoder

	first   int64 // where the first container behind the header begins
	current container
	slice   int // of the container under way that comes next
	comp    *compression
	ended   bool // the container that ends a file was the last one
	records atomic.Int64
	fault   error // what comes next
	want    *region
	scratch []byte
	enough  int64 // see there
	open    bool  // checksums are let be, for tests
	heads   bool  // of slices that are not of several references, only the header is wanted
}

// NewReader reads the header of a CRAM file and is ready for its slices. A
// header whose lines are at fault can be asked for, as in samtools; the fault
// comes with the first Next.
func NewReader(src io.Reader, opt Options) (*Reader, error) {
	if opt.NamePrefix == "" {
		opt.NamePrefix = DefaultPrefix
	}
	if opt.MaxSlice <= 0 {
		opt.MaxSlice = DefaultMaxSlice
	}
	r := &Reader{in: newInput(src), opt: opt, enough: enough(pipeline.Threads(opt.Threads))}
	if err := r.begin(); err != nil {
		return nil, err
	}
	return r, nil
}

// begin reads what comes before the first slice.
func (r *Reader) begin() error {
	r.codec.Limit = min(r.opt.MaxSlice, math.MaxInt32)
	if err := r.readDefinition(); err != nil {
		return err
	}
	err := r.readHeader()
	r.current = container{}
	return err
}

// Header is the file's header.
func (r *Reader) Header() *sam.Header { return r.header }

// Names gives the names of the references by their id.
func (r *Reader) Names() [][]byte { return r.names }

// Records is how many records are in the slices that have been handed out.
func (r *Reader) Records() int64 { return r.records.Load() }

// Offset is how many bytes of the source have been consumed.
func (r *Reader) Offset() int64 { return r.in.Offset() }

// Next fills s with the next slice, or gives io.EOF.
func (r *Reader) Next(s *Slice) error {
	if r.fault != nil {
		return r.fault
	}
	err := r.next(s)
	if err != nil {
		r.fault = err
	}
	return err
}

func (r *Reader) next(s *Slice) error {
	for {
		if r.slice == len(r.current.landmarks) {
			if err := r.nextContainer(); err != nil {
				return err
			}
			continue
		}
		if err := r.nextSlice(s); err != nil {
			return err
		}
		switch r.want.slice(s) {
		case inside:
			return nil
		case behind:
			return io.EOF
		}
	}
}

// nextContainer goes to the next container that has slices. The compression
// header of each is read, of empty ones too.
func (r *Reader) nextContainer() error {
	c := &r.current
	if end := c.body + int64(c.length); r.in.Offset() != end && c.body > 0 {
		return errs.At(errs.Corrupt, c.pos(), "container has %d bytes behind its last slice", end-r.in.Offset())
	}
	for {
		if err := r.readContainer(c); err != nil {
			return err
		}
		r.slice, r.ended = 0, c.isEOF()
		place := r.want.container(c)
		if place == behind {
			return io.EOF
		}
		if c.length > 0 && place == inside {
			if err := r.readCompression(); err != nil {
				return err
			}
			if len(c.landmarks) > 0 && c.records > 0 {
				return nil
			}
		}
		if err := r.in.skip(c.body + int64(c.length) - r.in.Offset()); err != nil {
			return c.fault(err, "blocks")
		}
		c.landmarks = c.landmarks[:0]
	}
}

// readCompression reads the compression header of the container under way.
func (r *Reader) readCompression() error {
	c := &r.current
	buf, at, err := r.readBlock(nil)
	if err != nil {
		return err
	}
	if at.content != compressionHeader {
		return errs.At(errs.Corrupt, c.pos(), "container begins with a block of content %d and not with its compression header", at.content)
	}
	b := at.in(buf)
	data, err := b.decode(&r.codec, nil)
	if err != nil {
		return errs.In(err, c.pos())
	}
	if r.comp, err = parseCompression(data); err != nil {
		return errs.In(err, c.pos())
	}
	return nil
}

// nextSlice reads the next slice of the container under way.
func (r *Reader) nextSlice(s *Slice) error {
	c, begin := &r.current, r.in.Offset()
	if r.heads {
		if err := r.atLandmark(begin); err != nil {
			return err
		}
	}
	*s = Slice{comp: r.comp, slicePlace: slicePlace{c.at, r.records.Load() + 1}, landmark: int32(begin - c.body), buf: s.buf[:0], blocks: s.blocks[:0]}
	if r.want != nil {
		s.number = 0
	}
	s.container.refID, s.container.start = c.refID, c.start
	buf, at, err := r.readBlock(s.buf)
	s.buf = buf
	if err != nil {
		return err
	}
	if at.content != sliceHeader && at.content != unmappedSlice {
		return errs.At(errs.Corrupt, c.pos(), "a slice begins with a block of content %d and not with its header", at.content)
	}
	b := at.in(buf)
	data, err := b.decode(&r.codec, nil)
	if err != nil {
		return errs.In(err, c.pos())
	}
	n, err := s.parseHeader(data, r.version)
	if err != nil {
		return err
	}
	if left := c.body + int64(c.length) - r.in.Offset(); int64(n)*minBlock > left {
		return errs.At(errs.Corrupt, c.pos(), "a slice states %d blocks, and %d bytes are left of its container", n, left)
	}
	s.buf = slices.Grow(s.buf[:0], r.storedBytes(begin))
	r.slice++
	r.records.Add(int64(s.records))
	if r.heads && s.refID != multiRef {
		return r.skipSlice(s, begin)
	}
	for range n {
		if s.buf, at, err = r.readBlock(s.buf); err != nil {
			return err
		}
		s.blocks = append(s.blocks, at)
	}
	s.stored = r.in.Offset() - begin
	return nil
}

// storedBytes is about the bytes that a slice has which begins at a byte.
func (r *Reader) storedBytes(begin int64) int {
	c := &r.current
	end := int64(c.length)
	if r.slice+1 < len(c.landmarks) {
		end = int64(c.landmarks[r.slice+1])
	}
	return int(min(max(end-(begin-c.body), 0), 32*takeAtOnce))
}

// atLandmark compares where a slice begins with what its container states.
func (r *Reader) atLandmark(at int64) error {
	c := &r.current
	if stated := c.body + int64(c.landmarks[r.slice]); stated != at {
		return errs.At(errs.Corrupt, c.pos(), "slice %d of the container begins at byte %d and not at %d as stated", r.slice+1, at, stated)
	}
	return nil
}

// skipSlice goes to the end of a slice that begins at a byte.
func (r *Reader) skipSlice(s *Slice, begin int64) error {
	c := &r.current
	end := c.body + int64(c.length)
	if r.slice < len(c.landmarks) {
		end = c.body + int64(c.landmarks[r.slice])
	}
	if end < r.in.Offset() || end > c.body+int64(c.length) {
		return errs.At(errs.Corrupt, c.pos(), "slice %d of the container ends at byte %d, and its header at %d", r.slice, end, r.in.Offset())
	}
	s.stored = end - begin
	if err := r.in.skip(end - r.in.Offset()); err != nil {
		return c.fault(err, "blocks")
	}
	return nil
}
