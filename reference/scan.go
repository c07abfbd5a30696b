package reference

import (
	"context"
	"io"

	"github.com/seqlode/seqlode/internal/fasta"
)

// Options of [Scan] and [ScanBlocks]; the zero value is good.
type Options struct {
	Threads int      // decoders; 0: GOMAXPROCS; 1: no goroutines; n: n, at most 1024
	Limiter *Limiter // shared with other computations; may be nil

	// Strict refuses what a reference store refuses: a name that comes twice or is
	// missing, an empty sequence, lines of one sequence with different numbers of
	// bases, bytes in a line of bases that are no bases ('!' to '~'), control bytes
	// in the line of a name. CRLF and empty lines behind a sequence are good.
	Strict bool

	Sums     bool               // compute the MD5s
	Progress func(stored int64) // told the stored bytes consumed so far, some times a second; may be nil
}

// Summary is what [Scan] finds in a file.
type Summary struct {
	Index       *Index // its sequences, with their M5 where Options.Sums is set
	Bgzipped    bool   // it is compressed by bgzip
	MD5         string // of the decompressed text, where Options.Sums is set
	StoredBytes int64
	TextBytes   int64
	Warnings    []Warning

	sum fasta.Summary
}

// WriteGZI writes the .gzi index of a bgzipped file.
func (s *Summary) WriteGZI(w io.Writer) error {
	_, err := s.sum.Blocks.WriteTo(w)
	return err
}

// File gives bases of the file that was scanned, r; it is not closed by
// File.Close.
func (s *Summary) File(r io.ReaderAt) *File {
	if s.Bgzipped {
		return fasta.NewBlockFile(r, s.Index, s.sum.Blocks, 0)
	}
	return fasta.NewFile(r, s.Index)
}

// Scan reads a FASTA file once, front to back, so that it may come from a pipe.
// Memory is bounded by some MiB a thread and by the index: some 150 bytes and the
// name for each sequence, of which there may be 1<<24. All goroutines have ended
// when Scan returns.
func Scan(ctx context.Context, r io.Reader, opt Options) (Summary, error) {
	return summary(fasta.Scan(ctx, r, fasta.Options(opt)))
}

// ScanBlocks reads a bgzipped file of any content and checks every block. Of the
// Summary, Index is nil and MD5 empty; WriteGZI writes what `bgzip -r` does.
func ScanBlocks(ctx context.Context, r io.Reader, opt Options) (Summary, error) {
	return summary(fasta.ScanBlocks(ctx, r, fasta.Options(opt)))
}

func summary(sum fasta.Summary, err error) (Summary, error) {
	if err != nil {
		return Summary{}, err
	}
	return Summary{
		Index: sum.Index, Bgzipped: sum.Bgzipped, MD5: sum.MD5,
		StoredBytes: sum.StoredBytes, TextBytes: sum.TextBytes, Warnings: sum.Warnings, sum: sum,
	}, nil
}

// Sniff looks at the beginning of a source and reports whether it holds FASTA,
// plain or compressed by gzip or bgzip. whole is the source as if it had not been
// looked at.
func Sniff(src io.Reader) (is bool, whole io.Reader, err error) { return fasta.Sniff(src) }
