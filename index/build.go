package index

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/seqlode/seqlode/etag"
	"github.com/seqlode/seqlode/internal/bam"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/sam"
)

// Limiter bounds how many decoders run at once in all computations that share
// it.
type Limiter = etag.Limiter

// Warning is something that a person should know and a program may ignore. Its
// codes are those of package etag.
type Warning = etag.Warning

// Options of [Build]; the zero value is good.
type Options struct {
	MinShift int            // of CSI: its smallest bins span 1<<MinShift bases; 0: DefaultMinShift
	Threads  int            // decoders; 0: GOMAXPROCS; 1: no goroutines; n: n
	Limiter  *Limiter       // shared with other computations; may be nil
	Strict   bool           // a warning becomes an error
	Progress func(Progress) // called some times a second; may be nil
}

// Progress is how far a file is.
type Progress struct {
	StoredBytes int64 // compressed bytes consumed so far
	Records     int64 // indexed so far
}

// Result tells of a file that was indexed.
type Result struct {
	Format     Format // BAI or CSI
	References []ReferenceCounts
	NoCoor     uint64 // records without a position
	Records    int64  // all
	Warnings   []Warning
}

// ReferenceCounts is a reference with the numbers of its records, as a line of
// `samtools idxstats`.
type ReferenceCounts struct {
	Reference
	Counts
}

// Build reads the BAM file r and writes its index to w: BAI, CSI, or with Auto
// the one that holds its references. Nothing is written where it fails. The BAI
// is that of `samtools index -b` (1.16.1) in every byte, and the CSI that of
// `samtools index -c` once decompressed. A file that is not sorted gives
// [ErrUnsorted] with the first record that is out of order. All goroutines have
// ended when Build returns.
func Build(ctx context.Context, r io.Reader, w io.Writer, format Format, opt *Options) (Result, error) {
	if opt == nil {
		opt = &Options{}
	}
	if _, err := NewBuilder(nil, format, opt.MinShift); err != nil {
		return Result{}, err
	}
	file, err := bam.NewReader(ctx, r, bam.Options{Threads: opt.Threads, Limiter: opt.Limiter})
	if err != nil {
		return Result{}, err
	}
	defer file.Close()
	file.PassHeader() // as samtools index, which looks only at the list of references
	var refs []Reference
	for _, ref := range file.Header().Refs {
		refs = append(refs, Reference{string(ref.Name), int64(ref.Length)})
	}
	b, err := NewBuilder(refs, format, opt.MinShift)
	if err != nil {
		return Result{}, err
	}
	if err := b.addAll(file, opt.Progress); err != nil {
		return Result{}, err
	}
	if file.End().Blocks == 0 {
		return Result{}, notBGZF(errs.Pos{})
	}
	x := b.Finish()
	res := Result{Format: x.Format(), Records: file.Records(), Warnings: file.End().Warnings()}
	if opt.Strict {
		err = errs.Strict(res.Warnings)
	}
	if err != nil {
		return Result{}, err
	}
	counts, noCoor := x.Counts()
	res.NoCoor = noCoor
	for i, n := range counts {
		res.References = append(res.References, ReferenceCounts{refs[i], n})
	}
	if _, err := x.WriteTo(w); err != nil {
		return Result{}, errs.At(errs.Internal, errs.Pos{}, "cannot write the index: %w", err)
	}
	return res, nil
}

// addAll adds the records of a file.
func (b *Builder) addAll(file *bam.Reader, progress func(Progress)) error {
	var run bam.Run
	var told time.Time
	for {
		err := file.Next(&run)
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = b.addRun(&run)
			run.Release()
		}
		if err != nil {
			return err
		}
		if now := time.Now(); progress != nil && now.Sub(told) >= 100*time.Millisecond {
			told = now
			progress(Progress{StoredBytes: file.Offset(), Records: file.Records()})
		}
	}
}

// addRun adds the records of a run.
func (b *Builder) addRun(run *bam.Run) error {
	for at, rec := range run.Placed() {
		if at.End == 0 {
			return notBGZF(at.Pos())
		}
		beg, end, err := spanOf(rec, len(b.refs))
		if err != nil {
			return errs.In(err, at.Pos())
		}
		if err := b.Add(int(rec.RefID()), beg, end, !rec.Unmapped(), at.Begin, at.End); err != nil {
			return named(err, rec)
		}
	}
	return nil
}

// named gives err with the name of the read.
func named(err error, rec sam.Record) error {
	var e *errs.Error
	if !errors.As(err, &e) {
		return err
	}
	n := *e
	n.Err = fmt.Errorf("read %q: %w", rec.Name(), e.Err)
	return &n
}

// notBGZF refuses a file whose records have no virtual offsets.
func notBGZF(pos errs.Pos) error {
	return errs.At(errs.NotSupported, pos, "a BAM file that is not in BGZF cannot be indexed: write it anew with samtools view -b")
}
