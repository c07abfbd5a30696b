package vault

import (
	"context"
	"errors"
	"io"

	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/catalog"
)

// Open opens the object of a file.
func (v *Vault) Open(ctx context.Context, f catalog.File) (blob.Object, error) {
	return v.Objects.Open(ctx, Object(f.Area, f.Key))
}

// Read reads n bytes of a file, as they lie, from the offset off on; n < 0: to its
// end. Close what it gives.
func (v *Vault) Read(ctx context.Context, f catalog.File, off, n int64) (io.ReadCloser, error) {
	object, err := v.Open(ctx, f)
	if err != nil {
		return nil, err
	}
	body, err := object.Range(off, n)
	if err != nil {
		_ = object.Close() // nothing was read
		return nil, err
	}
	return &stream{body, object}, nil
}

// stream closes the object with the reader of it.
type stream struct {
	io.ReadCloser
	object blob.Object
}

func (s *stream) Close() error { return errors.Join(s.ReadCloser.Close(), s.object.Close()) }
