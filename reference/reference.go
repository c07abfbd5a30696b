package reference

import (
	"context"

	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/fasta"
	"github.com/seqlode/seqlode/internal/pipeline"
)

// Bases is where decoders find the bases of reference sequences. All of it may be
// called by several goroutines at once. Find gives the sequence that a Contig
// means: by its M5 where both sides know it, else by its name. AppendBases
// appends the bases [beg, end) of it, counted from 0, in upper case.
type Bases = fasta.Bases

// Contig names a reference sequence as an @SQ line of a SAM header does: Name,
// Length in bases (0 where not known), M5 in 32 lower-case hex digits ("" where
// not known).
type Contig = fasta.Contig

// Sequence is a sequence of a FASTA file: its Contig, the Offset of its first
// base in the decompressed text, and the LineBases and LineWidth of its lines. It
// is a line of a .fai index.
type Sequence = fasta.Sequence

// Index is the Sequences of a FASTA file. Find gives one by name, FindM5 by M5,
// nil where there is none; WriteTo writes a .fai file.
type Index = fasta.Index

// File gives bases of a FASTA file. It is a [Bases]; Index gives its sequences,
// AppendRaw appends a span as it stands in the file, Spans gives many of them, read
// ahead in parallel. Close closes the file. All but Close may be called by
// several goroutines at once.
type File = fasta.File

// Span is the bases [Beg, End), counted from 0, of a Sequence of an [Index].
type Span = fasta.Span

// Limiter bounds how many decoders run at once in all computations that share
// it.
type Limiter = pipeline.Limiter

// NewLimiter lets n ≥ 1 decoders run at once.
func NewLimiter(n int) *Limiter { return pipeline.NewLimiter(n) }

// Warning is something that a person should know and a program may ignore.
type Warning = errs.Warning

// The codes of warnings. A file may have a decoder-fault besides, as in package
// etag.
const (
	DuplicateName = fasta.DuplicateName // a sequence is left out: its name was there before
	EmptySequence = fasta.EmptySequence // a sequence is left out: it has no line
)

// Error is the error of all of seqlode. See the sentinels for its kinds.
type Error = errs.Error

// The kinds of failure of this package, for [errors.Is].
var (
	ErrCorrupt             = errs.ErrCorrupt             // a file breaks its format, or an index is not that of its file
	ErrLimitExceeded       = errs.ErrLimitExceeded       // a file wants more than the limits allow
	ErrNotSupported        = errs.ErrNotSupported        // ordinary gzip; references from the network
	ErrNotFound            = errs.ErrNotFound            // no such file or sequence
	ErrValidation          = errs.ErrValidation          // a sequence of that name with another length or M5
	ErrRangeNotSatisfiable = errs.ErrRangeNotSatisfiable // a span that leaves its sequence
	ErrAccessDenied        = errs.ErrAccessDenied        // a file that may not be read
	ErrInternal            = errs.ErrInternal            // a file that could not be read
)

// OpenOptions of [Open]; the zero value is good. Threads and Limiter are for
// reading a file whole, BlockCache is how many bytes of decoded blocks are
// kept (0: 4 MiB), and Sums has the file read whole even where it has an index,
// so that its M5s are known.
type OpenOptions = fasta.OpenOptions

// Open opens the FASTA file path, plain or bgzipped. It takes the indexes
// path.fai and path.gzi where they are there; else it reads the file whole, and
// writes nothing. A .fai has no M5s: sequences are then found by name and length.
func Open(ctx context.Context, path string, opt OpenOptions) (*File, error) {
	return fasta.Open(ctx, path, opt)
}

// Folder gives bases of sequences that lie in files named by their M5, one
// sequence without line ends in each. places are one or more, as samtools has them
// in REF_CACHE and REF_PATH, with the system's list separator between: a folder, or
// a pattern such as DIR/%2s/%2s/%s, in which %2s takes two digits of the M5 and %s
// the rest. Places of the network are passed over; one local place must be left.
func Folder(places string) (Bases, error) { return fasta.NewFolder(places) }

// Cached keeps up to bound bytes of what b gives, and is meant to be shared; 0:
// 64 MiB. It asks b for pieces of 1 MiB, or a quarter of the bound, each once
// however many goroutines want it.
func Cached(b Bases, bound int64) Bases { return fasta.Cached(b, bound) }
