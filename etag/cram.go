package etag

import (
	"context"
	"io"

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
	r.Type, r.Reads, r.Mapped, r.Bases = CRAM, t.stats.Records, t.stats.Mapped, t.stats.Bases
	r.Sorted = t.stats.Order.Sorted()
}

func (t *cramText) stored() int64       { return t.file.Offset() }
func (t *cramText) warnings() []Warning { return t.file.Warnings() }
