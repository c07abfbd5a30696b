package etag

import (
	"bytes"
	"context"
	"io"
	"sync/atomic"

	"github.com/seqlode/seqlode/internal/bam"
	"github.com/seqlode/seqlode/internal/cram"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/fastq"
	"github.com/seqlode/seqlode/internal/gzip"
)

// text is what is hashed of a source.
type text interface {
	// next gives the next piece, which the caller releases; io.EOF at the end;
	// or the first fault of source or text.
	next() (*piece, error)
	// close ends the text, which err has ended, and gives its first fault.
	close(err error) error
	// describe tells what a whole text holds.
	describe(*Result)
	// stored is how many bytes of the source have been consumed.
	stored() int64
	// warnings tells what was odd about a source that has come to its end.
	warnings() []Warning
}

// zipped is a source in gzip, whose text another file reads.
type zipped struct{ file *gzip.Reader }

func (z zipped) stored() int64       { return z.file.Offset() }
func (z zipped) warnings() []Warning { return z.file.End().Warnings() }

// piece is a piece of text with one user or more.
type piece struct {
	text  []byte
	users atomic.Int32
	free  func()
}

func newPiece(text []byte, users int32, free func()) *piece {
	p := &piece{text: text, free: free}
	p.users.Store(users)
	return p
}

// release frees the piece when all its users have called it.
func (p *piece) release() {
	if p.users.Add(-1) == 0 {
		p.free()
	}
}

// openText looks at the beginning of a source and gives the text that is hashed
// of it. FASTQ is checked by checker, or by one of its own where that is nil.
func openText(ctx context.Context, src io.Reader, threads int, opt Options, checker *fastq.Checker) (text, error) {
	isCRAM, src, err := cram.Sniff(ctx, src)
	if err != nil {
		return nil, err
	}
	if isCRAM {
		return newCRAMText(ctx, src, threads, opt)
	}
	return openZipped(ctx, gzip.NewReader(ctx, src, gzip.Options{Threads: threads, Limiter: opt.Limiter}), threads, opt, checker)
}

// openZipped is openText of what is not CRAM. It closes the file if it fails.
func openZipped(ctx context.Context, file *gzip.Reader, threads int, opt Options, checker *fastq.Checker) (text, error) {
	first, err := file.Next()
	if err == io.EOF { // members without text
		return newFastqText(file, nil, threads, checker), nil
	}
	if err == nil {
		err = agree(opt.Type, first.Unit.Text)
	}
	if err != nil {
		if first != nil {
			first.Release()
		}
		file.Close()
		return nil, err
	}
	if bytes.HasPrefix(first.Unit.Text, []byte(bam.Magic)) {
		t, err := newBAMText(ctx, file, first, threads, opt.Limiter)
		if err != nil {
			return nil, err
		}
		return t, nil
	}
	return newFastqText(file, first, threads, checker), nil
}

// agree compares the declared type with the beginning of the text.
func agree(declared FileType, head []byte) error {
	isBAM := bytes.HasPrefix(head, []byte(bam.Magic))
	real := "a FASTQ file"
	switch {
	case isBAM:
		real = "a BAM file"
	case head[0] != '@':
		real = "something else"
	}
	if wantBAM := declared == BAM || declared == UBAM; declared == CRAM || declared != "" && wantBAM != isBAM {
		return errs.At(errs.Validation, errs.Pos{}, "declared %s, but it is %s", declared, real)
	}
	return nil
}
