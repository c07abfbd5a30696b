package fasta

import "context"

// Contig names a reference sequence as an @SQ line of a SAM header does.
type Contig struct {
	Name   string
	Length int64  // in bases; 0 where not known
	M5     string // 32 lower-case hex digits (SAMv1 §1.3.2); "" where not known
}

// Bases is where decoders find the bases of reference sequences. All of it may be
// called by several goroutines at once.
type Bases interface {
	// Find gives the sequence that c means: by its M5 where both sides know it,
	// else by its name. What it returns says all that is known of it. It is an
	// error of kind NotFound where there is none, and of kind Validation where
	// one of that name differs in length or M5, which names what is wanted and
	// what was found.
	Find(ctx context.Context, c Contig) (Contig, error)

	// AppendBases appends to dst the bases [beg, end) of c, counted from 0, in
	// upper case. A span that leaves the sequence is an error of kind
	// RangeNotSatisfiable.
	AppendBases(ctx context.Context, dst []byte, c Contig, beg, end int64) ([]byte, error)
}
