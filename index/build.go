package index

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/seqlode/seqlode/etag"
	"github.com/seqlode/seqlode/internal/bam"
	"github.com/seqlode/seqlode/internal/cram"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/gzip"
	"github.com/seqlode/seqlode/internal/sam"
	"github.com/seqlode/seqlode/reference"
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
	Threads  int            // decoders; 0: GOMAXPROCS; 1: no goroutines; n: n, at most 1024
	Limiter  *Limiter       // shared with other computations; may be nil
	Strict   bool           // a warning becomes an error
	Progress func(Progress) // called some times a second; may be nil

	// Bases is where the bases of a CRAM's references are found, for its ETag:
	// the index needs none.
	Bases reference.Bases
	// ETag, where it is not empty, is the family of an ETag that is computed in
	// the same pass.
	ETag etag.Family
	// Optional: records that cannot be indexed, as those of an unsorted file, are
	// no failure. No index is written then, and Result.NoIndex says why. Records
	// that have no text fail all the same where there is an ETag.
	Optional bool
}

// Progress is how far a file is.
type Progress struct {
	StoredBytes int64 // compressed bytes consumed so far
	Records     int64 // indexed so far
}

// Result tells of a file that was indexed.
type Result struct {
	Format     Format            // BAI, CSI or CRAI
	References []ReferenceCounts // nil of CRAM, whose index does not know
	NoCoor     uint64            // records without a position; 0 of CRAM
	Records    int64             // all
	Warnings   []Warning
	ETag       *etag.Result // where Options asked for it
	NoIndex    error        // why there is no index, where Options allow that
}

// ReferenceCounts is a reference with the numbers of its records, as a line of
// `samtools idxstats`.
type ReferenceCounts struct {
	Reference
	Counts
}

// Build reads the BAM or CRAM file r and writes its index to w: of BAM, BAI, CSI,
// or with Auto the one that holds its references; of CRAM, CRAI. Nothing is
// written where it fails. The BAI is that of `samtools index -b` (1.16.1) in every
// byte, the CSI that of `samtools index -c` and the CRAI that of `samtools index`
// once decompressed. A file that is not sorted gives [ErrUnsorted] with the first
// record that is out of order; of CRAM, with the container, and only where
// samtools refuses it too. FASTQ, which has no index, gives [ErrNotSupported], as
// do the formats [FAI] and [GZI]. All goroutines have ended when Build returns.
func Build(ctx context.Context, r io.Reader, w io.Writer, format Format, opt *Options) (Result, error) {
	if opt == nil {
		opt = &Options{}
	}
	if format != CRAI {
		if _, err := NewBuilder(nil, format, opt.MinShift); err != nil {
			return Result{}, err
		}
	}
	isCRAM, r, err := cram.Sniff(ctx, r)
	if err != nil {
		return Result{}, err
	}
	if isCRAM || format == CRAI {
		return buildCRAI(ctx, r, w, format, isCRAM, opt)
	}
	file, err := openBAM(ctx, r, opt)
	if err != nil {
		return Result{}, err
	}
	defer file.Close()
	b := &build{file: file, opt: opt}
	for _, ref := range file.Header().Refs {
		b.refs = append(b.refs, Reference{string(ref.Name), int64(ref.Length)})
	}
	if b.builder, err = NewBuilder(b.refs, format, opt.MinShift); err != nil {
		return Result{}, err
	}
	if opt.ETag != "" {
		err = b.takeText(ctx)
	} else {
		file.PassHeader() // as samtools index, which looks only at the list of references
		err = b.takeRuns()
	}
	if err != nil {
		return Result{}, err
	}
	if file.End().Blocks == 0 {
		return Result{}, notBGZF(errs.Pos{})
	}
	return b.finish(w)
}

// openBAM opens a BAM file, and refuses FASTQ by its name.
func openBAM(ctx context.Context, r io.Reader, opt *Options) (*bam.Reader, error) {
	file := gzip.NewReader(ctx, r, gzip.Options{Threads: opt.Threads, Limiter: opt.Limiter})
	first, err := file.Next()
	if err != nil && err != io.EOF {
		file.Close()
		return nil, err
	}
	if first != nil && isFASTQ(first.Unit.Text) {
		first.Release()
		file.Close()
		return nil, errs.At(errs.NotSupported, errs.Pos{}, "FASTQ has no index: BAM, CRAM and FASTA files have")
	}
	return bam.Open(file, first)
}

// isFASTQ tells FASTQ from SAM text, whose lines begin with an @ too, by the tab
// behind the type of a header line.
func isFASTQ(text []byte) bool {
	return len(text) > 0 && text[0] == '@' && !(len(text) > 3 && text[3] == '\t')
}

// build is one call of Build.
type build struct {
	file    *bam.Reader
	refs    []Reference
	builder *Builder
	opt     *Options
	etag    *etag.Result
	without bool  // there will be no index
	reason  error // why
	told    time.Time
}

// takeRuns indexes the records of the file.
func (b *build) takeRuns() error {
	var run bam.Run
	for {
		err := b.file.Next(&run)
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = b.add(&run)
			run.Release()
		}
		if err != nil {
			return err
		}
	}
}

// takeText indexes the records of the file and hashes their text.
func (b *build) takeText(ctx context.Context) error {
	text := bam.NewText(ctx, b.file, bam.Options{Threads: b.opt.Threads, Limiter: b.opt.Limiter}, b.add)
	defer text.Close()
	h := newHashed(b.opt.ETag)
	for {
		slot, err := text.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		h.add(slot.Unit.Text, slot.Unit.Stats)
		slot.Release()
	}
	kind := etag.BAM
	if h.stats.Mapped == 0 {
		kind = etag.UBAM
	}
	b.etag = h.result(kind, b.file.Offset(), b.file.End().Warnings())
	return nil
}

// add indexes a run, unless there will be no index.
func (b *build) add(run *bam.Run) error {
	if now := time.Now(); b.opt.Progress != nil && now.Sub(b.told) >= 100*time.Millisecond {
		b.told = now
		b.opt.Progress(Progress{StoredBytes: b.file.Offset(), Records: b.file.Records()})
	}
	if b.without {
		return nil
	}
	err := b.builder.addRun(run)
	if err != nil && b.opt.Optional {
		b.without, b.reason, err = true, err, nil
	}
	return err
}

// finish writes the index.
func (b *build) finish(w io.Writer) (Result, error) {
	res := Result{Records: b.file.Records(), Warnings: b.file.End().Warnings(), ETag: b.etag, NoIndex: b.reason}
	if b.opt.Strict {
		if err := errs.Strict(res.Warnings); err != nil {
			return Result{}, err
		}
	}
	if b.without {
		return res, nil
	}
	x := b.builder.Finish()
	res.Format = x.Format()
	counts, noCoor := x.Counts()
	res.NoCoor = noCoor
	for i, n := range counts {
		res.References = append(res.References, ReferenceCounts{b.refs[i], n})
	}
	if _, err := x.WriteTo(w); err != nil {
		return Result{}, errs.At(errs.Internal, errs.Pos{}, "cannot write the index: %w", err)
	}
	return res, nil
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
