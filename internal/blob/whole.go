package blob

import (
	"context"
	"io"

	"github.com/seqlode/seqlode/internal/errs"
)

// Put writes data as one object.
func Put(ctx context.Context, b Bucket, key string, data []byte, opts CreateOptions) error {
	w, err := b.Create(ctx, key, opts)
	if err != nil {
		return err
	}
	if _, err := w.Write(data); err != nil {
		_ = w.Abort() // the first error is the one that matters; Sweep finds what is left
		return err
	}
	want := SumOf(data)
	_, err = w.Commit(&want)
	return err
}

// Get reads a whole object of at most limit bytes; a larger one is LimitExceeded.
func Get(ctx context.Context, b Bucket, key string, limit int64) ([]byte, error) {
	o, err := b.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	defer o.Close()
	if o.Size() > limit {
		return nil, Fail(ctx, "get", key, errs.At(errs.LimitExceeded, errs.Pos{}, "has %d bytes; at most %d are read", o.Size(), limit))
	}
	data := make([]byte, o.Size())
	if n, err := o.ReadAt(data, 0); n < len(data) {
		return nil, Fail(ctx, "get", key, noEOF(err))
	}
	return data, nil
}

// noEOF is err, where an end of file is one that comes too early.
func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// Page gives at most limit objects of a listing, and whether there are more: those
// after the last one's key.
func Page(ctx context.Context, b Bucket, prefix, after string, limit int) (page []Info, more bool, err error) {
	for info, err := range b.List(ctx, prefix, after) {
		if err != nil {
			return nil, false, err
		}
		if len(page) == limit {
			return page, true, nil
		}
		page = append(page, info)
	}
	return page, false, nil
}
