package etag

import (
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/gzip"
	"github.com/seqlode/seqlode/internal/pipeline"
	"github.com/seqlode/seqlode/reference"
)

// Definition is the number of the definition of the ETag that this package
// follows, which is stored with each read set (docs/etag.md).
const Definition = 1

// Error is the error of all of seqlode. See the sentinels for its kinds.
type Error = errs.Error

// The kinds of failure that a computation meets, for [errors.Is].
var (
	ErrCorrupt       = errs.ErrCorrupt       // the source breaks its format
	ErrLimitExceeded = errs.ErrLimitExceeded // the source wants more than the limits allow
	ErrNotSupported  = errs.ErrNotSupported  // a type or family that is known and not offered
	ErrValidation    = errs.ErrValidation    // the options, a type other than the one declared, or a reference other than the one that a CRAM needs
	ErrNotFound      = errs.ErrNotFound      // a reference that a CRAM needs
	ErrInternal      = errs.ErrInternal      // the source could not be read
)

// Family is a family of hash algorithms, as a sequence store names it.
type Family string

// The families.
const (
	MD5up    Family = "MD5up"
	SHA256up Family = "SHA256up"
	SHA512up Family = "SHA512up"
)

// FileType is what a source holds, as HealthOmics names it.
type FileType string

// The file types.
const (
	FASTQ FileType = "FASTQ"
	BAM   FileType = "BAM"
	UBAM  FileType = "UBAM"
	CRAM  FileType = "CRAM"
)

// Algorithm is the name of a family for a type, as read sets state it:
// BAM_MD5up of BAM and UBAM.
func (t FileType) Algorithm(f Family) string {
	if t == UBAM {
		t = BAM
	}
	return string(t) + "_" + string(f)
}

// Limiter bounds how many decoders run at once in all computations that share
// it.
type Limiter = pipeline.Limiter

// NewLimiter lets n ≥ 1 decoders run at once.
func NewLimiter(n int) *Limiter { return pipeline.NewLimiter(n) }

// Options of a computation; the zero value is good.
type Options struct {
	Family  Family   // MD5up when empty
	Type    FileType // when empty, what the source is found to be
	Threads int      // decoders in all; 0: GOMAXPROCS; 1: no goroutines; n: n, at most 1024
	Strict  bool     // a warning becomes an error
	// Bases is where the bases of a CRAM's references are found; nil is nowhere,
	// which serves files that carry theirs or need none.
	Bases reference.Bases
	// SkipNames has ComputePair compare the numbers of reads alone.
	SkipNames bool
	Limiter   *Limiter       // shared with other computations; may be nil
	Progress  func(Progress) // called some times a second
	// Done is called with the result of each source of ComputeAll as it ends,
	// in no order. Calls of Progress and Done come one at a time.
	Done func(source int, r Result)
}

// Progress is how far a source is.
type Progress struct {
	Source      int   // its index
	StoredBytes int64 // compressed bytes consumed so far
	TextBytes   int64 // decompressed bytes hashed so far
}

// Result is the ETag of one source and what was seen on the way.
type Result struct {
	Algorithm   string   // "FASTQ_MD5up"
	Type        FileType // what the source is: FASTQ, CRAM, BAM, or UBAM for a BAM in which nothing is aligned
	Hex         string   // the hash, lower-case
	Reads       int64
	Mapped      int64 // of them, those of a BAM or CRAM whose flag does not say unmapped
	Bases       int64
	StoredBytes int64
	TextBytes   int64 // what was hashed
	Sorted      bool  // the records of a BAM or CRAM are in coordinate order
	Warnings    []Warning
	Err         error // why ComputeAll has no ETag of this source; the rest is then void
}

// Warning is something that a person should know and a program may ignore: a
// stable Code, for programs, and a Message, for people.
type Warning = errs.Warning

// The codes of warnings.
const (
	// MissingEOFBlock: a BGZF file does not end in the empty block that proves
	// it whole, or a CRAM in the container that does. Illumina's converters
	// leave the block out.
	MissingEOFBlock = gzip.MissingEOFBlock
	// TrailingZeros: zero bytes follow the last gzip member.
	TrailingZeros = gzip.TrailingZeros
	// DecoderFault: our decoder rejected what the standard library's decodes.
	// The result is right, and the file is wanted for a bug report.
	DecoderFault = gzip.DecoderFault
)

// check judges the options and fills in what is left at zero.
func (o *Options) check() error {
	switch o.Family {
	case "":
		o.Family = MD5up
	case MD5up, SHA256up, SHA512up:
	default:
		return errs.At(errs.Validation, errs.Pos{}, "unknown ETag family %q: it is MD5up, SHA256up or SHA512up", o.Family)
	}
	switch o.Type {
	case "", FASTQ, BAM, UBAM, CRAM:
	default:
		return errs.At(errs.Validation, errs.Pos{}, "unknown file type %q: it is FASTQ, BAM, UBAM or CRAM", o.Type)
	}
	o.Threads = pipeline.Threads(o.Threads)
	return nil
}
