package blob

import (
	"context"
	"errors"
	"io"
	"io/fs"

	"github.com/seqlode/seqlode/internal/errs"
)

// Fail gives a driver's error as the callers of a Bucket expect it: an
// [errs.Error] about the object key. Kinds come from the error itself, or from
// what package fs says of it. Nil, the end of ctx and io.EOF stay as they are.
func Fail(ctx context.Context, op, key string, err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	failed := &errs.Error{Op: op, Resource: "object " + key, Err: err}
	var inner *errs.Error
	switch {
	case errors.As(err, &inner):
		failed.Kind = inner.Kind
		if inner.Resource == failed.Resource {
			return err
		}
	case errors.Is(err, fs.ErrNotExist):
		failed.Kind = errs.NotFound
	case errors.Is(err, fs.ErrExist):
		failed.Kind = errs.Conflict
	}
	return failed
}

// CheckRange gives the end of the range of n bytes from off in an object of size
// bytes, as Object.Range has them; an off past the end is RangeNotSatisfiable, a
// negative one Validation.
func CheckRange(size, off, n int64) (end int64, err error) {
	switch {
	case off < 0:
		return 0, errs.At(errs.Validation, errs.Pos{}, "range from byte %d", off)
	case off > size:
		return 0, errs.At(errs.RangeNotSatisfiable, errs.Pos{}, "range from byte %d of %d", off, size)
	case n < 0 || n > size-off:
		return size, nil
	}
	return off + n, nil
}
