package readset

import (
	"context"
	"io"
	"iter"

	"github.com/biogo/hts/bgzf"

	"github.com/seqlode/seqlode/etag"
	"github.com/seqlode/seqlode/index"
	"github.com/seqlode/seqlode/internal/bam"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/pipeline"
	"github.com/seqlode/seqlode/reference"
)

// FileType is what a source holds, as HealthOmics names it.
type FileType = etag.FileType

// The file types.
const (
	FASTQ = etag.FASTQ
	BAM   = etag.BAM
	UBAM  = etag.UBAM // BAM in which nothing is aligned
	CRAM  = etag.CRAM
)

// Limiter bounds how many decoders run at once in all that share it.
type Limiter = pipeline.Limiter

// NewLimiter lets n ≥ 1 decoders run at once.
func NewLimiter(n int) *Limiter { return pipeline.NewLimiter(n) }

// Options of a Reader; the zero value is good.
type Options struct {
	Name      string          // of the source, for messages
	Type      FileType        // refuse any other; when empty, what the source is found to be
	Index     io.Reader       // the BAI or CSI index of a BAM source, or the CRAI of a CRAM, for Region; read by Open
	Threads   int             // decoders; 0: GOMAXPROCS; 1: no goroutines; n: n, at most 1024
	Limiter   *Limiter        // shared with other work; may be nil
	MaxRecord int             // bytes that one record may have; 0: 512 MiB
	Context   context.Context // its end is that of the reading; may be nil

	// Bases is where the bases of a CRAM's references are found; nil is nowhere,
	// which serves files that carry theirs or need none.
	Bases reference.Bases
	// NamePrefix begins the names of those records of a CRAM whose own are not
	// stored: PREFIX:NUMBER. "" is "readset"; samtools takes the base name of
	// the file.
	NamePrefix string
	// StoredTags leaves MD and NM out where a CRAM does not store them.
	StoredTags bool
}

// check judges the options and fills in what is left at zero.
func (o *Options) check() error {
	switch o.Type {
	case "", FASTQ, BAM, UBAM, CRAM:
	default:
		return errs.At(errs.Validation, errs.Pos{}, "unknown file type %q: it is FASTQ, BAM, UBAM or CRAM", o.Type)
	}
	if o.MaxRecord < 0 {
		return errs.At(errs.Validation, errs.Pos{}, "MaxRecord %d: must be 0 or more", o.MaxRecord)
	}
	if o.MaxRecord == 0 {
		o.MaxRecord = bam.MaxRecord
	}
	if o.Threads = pipeline.Threads(o.Threads); o.Limiter == nil {
		o.Limiter = NewLimiter(o.Threads)
	}
	if o.Context == nil {
		o.Context = context.Background()
	}
	return nil
}

// Reader reads a source. One goroutine uses it, one loop at a time: a loop that
// begins ends the one before.
type Reader struct {
	src    io.Reader
	opt    Options
	ctx    context.Context
	cancel context.CancelFunc

	kind    FileType
	header  *Header
	content *content
	index   *index.Index // nil: none
	blocks  bool         // the source is in BGZF
	begin   bgzf.Offset  // of the first record there

	stream stream      // nil where it has been closed
	fresh  bool        // stream stands in front of the first record
	chunks *bam.Chunks // nil before the first region
	cram   *cramSource // nil where it is no CRAM
	record Record      // that loops give
	end    []Warning   // what was odd about the file, once a loop has come to its end
	whole  bool        // it has
}

// stream gives the records of a source in their order.
type stream interface {
	// records fills r with each record and calls yield, until it gives false.
	// It gives what ended the records: io.EOF, or a fault; nil if yield did.
	records(r *Record, yield func() bool) error
	// writeSAM writes what is left as SAM text.
	writeSAM(ctx context.Context, w io.Writer, opt Options) error
	end() []Warning
	close()
}

// Open reads the beginning of src, which stands at its first byte, and makes
// ready for its records. It keeps src until Close, and does not close it.
//
// Where src is an [io.Seeker] too, as files are, records can be read more than
// once and by region; io.NewSectionReader makes one of an [io.ReaderAt].
func Open(src io.Reader, opt Options) (*Reader, error) {
	if err := opt.check(); err != nil {
		return nil, err
	}
	r := &Reader{src: src, opt: opt}
	r.ctx, r.cancel = context.WithCancel(opt.Context)
	if err := r.open(); err != nil {
		_ = r.Close() // it is nil
		return nil, r.named(err)
	}
	return r, nil
}

// open is the part of Open that can fail.
func (r *Reader) open() error {
	isCRAM, src, err := look(r.src)
	if err != nil {
		return err
	}
	if r.src = src; isCRAM {
		r.cram = new(cramSource)
	}
	if err := r.start(); err != nil {
		return err
	}
	if r.opt.Index == nil {
		return nil
	}
	if isCRAM {
		return r.cram.readIndex(r.opt.Index)
	}
	if r.index, err = index.Read(r.opt.Index); err != nil {
		return errs.InFile(err, "index", errs.Internal)
	}
	return nil
}

// named gives an error with the source's name.
func (r *Reader) named(err error) error { return errs.InFile(err, r.opt.Name, errs.Internal) }

// Type is what the source holds: FASTQ, BAM or CRAM. Whether a BAM file has alignments
// is known when it has been read.
func (r *Reader) Type() FileType { return r.kind }

// Header is the header of the source. That of a BAM file whose lines are at
// fault has its text alone, and its records cannot be read.
func (r *Reader) Header() *Header { return r.header }

// Records gives all records in the order of the file. Each loop begins with the
// first one; where the source cannot seek, there can be only one loop.
func (r *Reader) Records() iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		if err := r.rewind(); err != nil {
			yield(nil, r.named(err))
			return
		}
		err := r.stream.records(&r.record, func() bool { return yield(&r.record, nil) })
		if err == io.EOF {
			r.end, r.whole = r.stream.end(), true
		} else if err != nil {
			yield(nil, r.named(err))
		}
	}
}

// WriteSAM writes all records as SAM text without a header, as `samtools view`
// prints it. It is the fast way: the text is made by several goroutines. Before
// a fault, the text of all records in front of it is written. An error of w is
// given as it is.
func (r *Reader) WriteSAM(w io.Writer) error {
	if err := r.rewind(); err != nil {
		return r.named(err)
	}
	out := &output{w: w}
	switch err := r.stream.writeSAM(r.ctx, out, r.opt); {
	case out.err != nil:
		return out.err
	case err != io.EOF:
		return r.named(err)
	}
	r.end, r.whole = r.stream.end(), true
	return nil
}

// output remembers the error of a writer.
type output struct {
	w   io.Writer
	err error
}

func (o *output) Write(p []byte) (n int, err error) {
	n, o.err = o.w.Write(p)
	return n, o.err
}

// rewind makes the stream stand in front of the first record.
func (r *Reader) rewind() error {
	if r.fresh {
		r.fresh = false
		return nil
	}
	r.stop()
	seeker, ok := r.src.(io.Seeker)
	if !ok {
		return errs.At(errs.NotSupported, errs.Pos{}, "the records have been read, and the source cannot seek")
	}
	if _, err := seeker.Seek(0, io.SeekStart); err != nil {
		return errs.At(errs.Internal, errs.Pos{}, "cannot read the records again: %w", err)
	}
	if err := r.start(); err != nil {
		return err
	}
	r.fresh = false
	return nil
}

// stop ends the goroutines that read the source.
func (r *Reader) stop() {
	if r.stream != nil {
		r.stream.close()
		r.stream = nil
	}
	if r.chunks != nil {
		r.chunks.Close()
		r.chunks = nil
	}
	r.fresh = false
}

// Close ends the reading and waits for its goroutines. A Read of the source
// that is under way is waited for, unless the source has read deadlines. The
// error is nil; it is there for [io.Closer].
func (r *Reader) Close() error {
	r.stop()
	r.src = closed{}
	r.cancel()
	return nil
}

// closed is the source of a reader that has been closed.
type closed struct{}

func (closed) Read([]byte) (int, error)       { return 0, io.ErrClosedPipe }
func (closed) Seek(int64, int) (int64, error) { return 0, io.ErrClosedPipe }
