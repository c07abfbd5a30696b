package etag

import (
	"context"
	"io"
	"time"

	"github.com/seqlode/seqlode/internal/bam"
	"github.com/seqlode/seqlode/internal/bgzf"
	"github.com/seqlode/seqlode/internal/cram"
	"github.com/seqlode/seqlode/internal/errs"
)

// cramText is the alignment section of a CRAM file as SAM text, restored with its
// references.
type cramText struct {
	*cram.Text
	file  *cram.Reader
	stats bam.Stats
}

func newCRAMText(ctx context.Context, src io.Reader, threads int, opt Options) (text, error) {
	if opt.Type != "" && opt.Type != CRAM {
		return nil, errs.At(errs.Validation, errs.Pos{}, "declared %s, but it is a CRAM file", opt.Type)
	}
	stop := bgzf.Interrupt(ctx, src)
	r, err := cram.NewReader(src, cram.Options{Threads: threads, Limiter: opt.Limiter, Bases: opt.Bases})
	stop()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, err
	}
	return &cramText{Text: cram.NewText(ctx, r), file: r}, nil
}

func (t *cramText) next() (*piece, error) {
	slot, err := t.Text.Next()
	if err != nil {
		return nil, err
	}
	t.stats.Add(slot.Unit.Stats)
	return newPiece(slot.Unit.Text, 1, slot.Release), nil
}

func (t *cramText) close(err error) error {
	t.Text.Close()
	if err == io.EOF {
		return nil
	}
	return err
}

func (t *cramText) describe(r *Result) {
	r.Type, r.Reads, r.Bases = CRAM, t.stats.Records, t.stats.Bases
	r.Sorted = t.stats.Order.Sorted()
}

func (t *cramText) stored() int64       { return t.file.Offset() }
func (t *cramText) warnings() []Warning { return t.file.Warnings() }

// sniffCRAM reads the beginning of a source and reports whether it is that of a
// CRAM file. whole is the source as if it had not been looked at.
func sniffCRAM(ctx context.Context, src io.Reader) (is bool, whole io.Reader, err error) {
	stop := bgzf.Interrupt(ctx, src)
	defer stop()
	head := make([]byte, len(cram.Magic))
	n, err := io.ReadFull(src, head)
	if ctx.Err() != nil {
		return false, nil, context.Cause(ctx)
	}
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return false, nil, errs.At(errs.Internal, errs.Pos{Offset: errs.Byte(int64(n))}, "cannot read on: %w", err)
	}
	return string(head[:n]) == cram.Magic, &begun{head[:n], src}, nil
}

// begun is a source whose first bytes have been read already.
type begun struct {
	head []byte
	src  io.Reader
}

func (b *begun) Read(p []byte) (int, error) {
	if len(b.head) > 0 && len(p) > 0 {
		n := copy(p, b.head)
		b.head = b.head[n:]
		return n, nil
	}
	return b.src.Read(p)
}

// SetReadDeadline is that of the source, if it has one: it is how a Read that
// waits is ended.
func (b *begun) SetReadDeadline(t time.Time) error {
	if d, ok := b.src.(interface{ SetReadDeadline(time.Time) error }); ok {
		return d.SetReadDeadline(t)
	}
	return nil
}
