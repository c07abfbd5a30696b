package index

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/seqlode/seqlode/etag"
	"github.com/seqlode/seqlode/internal/bgzf"
	"github.com/seqlode/seqlode/internal/cram"
	"github.com/seqlode/seqlode/internal/errs"
)

// buildCRAI is Build of a CRAM file.
func buildCRAI(ctx context.Context, src io.Reader, w io.Writer, format Format, isCRAM bool, opt *Options) (Result, error) {
	switch {
	case !isCRAM:
		return Result{}, errs.At(errs.Validation, errs.Pos{}, "a CRAI is the index of a CRAM file, which this is not")
	case format != CRAI && format != Auto:
		return Result{}, errs.At(errs.Validation, errs.Pos{}, "the index of a CRAM file is a CRAI, not a %s", format)
	case opt.MinShift != 0:
		return Result{}, errs.At(errs.Validation, errs.Pos{}, "MinShift is for CSI: a CRAI has no bins")
	}
	stop := bgzf.Interrupt(ctx, src)
	file, err := cram.NewReader(src, cram.Options{Threads: opt.Threads, Limiter: opt.Limiter, Bases: opt.Bases})
	stop()
	if ctx.Err() != nil {
		return Result{}, context.Cause(ctx)
	}
	if err != nil {
		return Result{}, err
	}
	b := &craiBuild{file: file, opt: opt}
	if opt.ETag != "" {
		err = b.takeText(ctx)
	} else {
		err = b.takePlaces(ctx)
	}
	if err != nil {
		return Result{}, err
	}
	return b.finish(w)
}

// craiBuild is one call of Build on a CRAM file.
type craiBuild struct {
	file   *cram.Reader
	opt    *Options
	index  cram.Index
	reason error // why there is no index
	etag   *etag.Result
	told   time.Time
}

// tell reports progress, at most some ten times a second.
func (b *craiBuild) tell() {
	if now := time.Now(); b.opt.Progress != nil && now.Sub(b.told) >= 100*time.Millisecond {
		b.told = now
		b.opt.Progress(Progress{StoredBytes: b.file.Offset(), Records: b.file.Records()})
	}
}

// unless gives err, but notes one that Options allow.
func (b *craiBuild) unless(err error) error {
	if b.opt.Optional && errors.Is(err, ErrUnsorted) {
		b.reason, err = err, nil
	}
	return err
}

// takePlaces indexes the slices of the file.
func (b *craiBuild) takePlaces(ctx context.Context) (err error) {
	b.index, err = cram.MakeIndex(ctx, b.file, b.tell)
	return b.unless(err)
}

// takeText indexes the slices of the file and hashes their text.
func (b *craiBuild) takeText(ctx context.Context) error {
	text := cram.NewText(ctx, b.file)
	defer text.Close()
	h := newHashed(b.opt.ETag)
	var places cram.Indexer
	for {
		slot, err := text.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		h.add(slot.Unit.Text, slot.Unit.Stats)
		if p := slot.Unit.Places; p != nil && b.reason == nil {
			err = b.unless(places.Add(p))
		}
		slot.Release()
		if err != nil {
			return err
		}
		b.tell()
	}
	b.index = places.Index
	b.etag = h.result(etag.CRAM, b.file.Offset(), b.file.Warnings())
	return nil
}

// finish writes the index.
func (b *craiBuild) finish(w io.Writer) (Result, error) {
	res := Result{Records: b.file.Records(), ETag: b.etag, NoIndex: b.reason}
	if b.reason == nil || b.etag != nil { // else the file was left
		res.Warnings = b.file.Warnings()
	}
	if b.opt.Strict {
		if err := errs.Strict(res.Warnings); err != nil {
			return Result{}, err
		}
	}
	if res.NoIndex == nil {
		res.Format = CRAI
		if err := b.index.Write(w); err != nil {
			return Result{}, errs.At(errs.Internal, errs.Pos{}, "cannot write the index: %w", err)
		}
	}
	return res, nil
}
