package etag

import (
	"context"
	"io"

	"github.com/seqlode/seqlode/internal/bam"
	"github.com/seqlode/seqlode/internal/gzip"
	"github.com/seqlode/seqlode/internal/pipeline"
)

// bamText is the alignment section of a BAM file as SAM text.
type bamText struct {
	*bam.Text
	zipped
	file  *bam.Reader
	stats bam.Stats
}

func newBAMText(ctx context.Context, file *gzip.Reader, first *pipeline.Slot[*gzip.Chunk], threads int, limiter *Limiter) (*bamText, error) {
	r, err := bam.Open(file, first)
	if err != nil {
		return nil, err
	}
	return &bamText{Text: bam.NewText(ctx, r, bam.Options{Threads: threads, Limiter: limiter}, nil), zipped: zipped{file}, file: r}, nil
}

func (t *bamText) next() (*piece, error) {
	slot, err := t.Text.Next()
	if err != nil {
		return nil, err
	}
	t.stats.Add(slot.Unit.Stats)
	return newPiece(slot.Unit.Text, 1, slot.Release), nil
}

func (t *bamText) close(err error) error {
	t.Text.Close()
	t.file.Close()
	if err == io.EOF {
		return nil
	}
	return err
}

func (t *bamText) describe(r *Result) {
	r.Type, r.Reads, r.Mapped, r.Bases = BAM, t.stats.Records, t.stats.Mapped, t.stats.Bases
	if t.stats.Mapped == 0 {
		r.Type = UBAM
	}
	r.Sorted = t.stats.Order.Sorted()
}
