package fasta

import (
	"context"
	"io"
	"math"

	"github.com/seqlode/seqlode/internal/bgzf"
	"github.com/seqlode/seqlode/internal/errs"
)

// ScanBlocks reads a bgzipped file of any content, checks every block, and gives
// its blocks: what `bgzip -r` writes, in every byte. Of the Summary, Index is
// nil and MD5 is empty.
func ScanBlocks(ctx context.Context, r io.Reader, opt Options) (Summary, error) {
	src := &source{r: r, opt: bgzf.Options{Threads: opt.Threads, Limiter: opt.Limiter}}
	ctx, cancel := context.WithCancel(ctx)
	stop := bgzf.Interrupt(ctx, r)
	defer stop()
	defer src.close()
	defer cancel()
	sum := Summary{Bgzipped: true}
	told := teller{tell: opt.Progress}
	for {
		var c chunk
		err := src.next(ctx, &c)
		if err == nil && src.blocks == nil {
			err = notBgzipped()
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return Summary{}, err
		}
		sum.TextBytes += int64(len(c.text))
		told.at(c.stored)
		c.release()
	}
	if src.blocks == nil {
		return Summary{}, notBgzipped()
	}
	sum.Blocks, sum.StoredBytes, sum.Warnings = src.gzi.x, src.stored, src.end().Warnings()
	return sum, nil
}

func notBgzipped() error {
	return errs.At(errs.Corrupt, errs.Pos{}, "not compressed by bgzip: only its blocks have such an index")
}

// walkBlocks gives the blocks of a bgzipped file by the sizes that they state.
func walkBlocks(ctx context.Context, r io.ReaderAt) (*bgzf.Index, error) {
	in := bgzf.NewInput(io.NewSectionReader(r, 0, math.MaxInt64), 0)
	batch := bgzf.NewBatch()
	var x blockIndex
	for {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		switch err := batch.Cut(in); err {
		case nil:
		case io.EOF:
			return &x.x, nil
		case bgzf.ErrNotBlock:
			return nil, errs.At(errs.Corrupt, in.Pos(), "%w", err)
		default:
			return nil, err
		}
		for _, b := range batch.Blocks {
			x.add(b.Offset, b.End-b.Start)
		}
	}
}
