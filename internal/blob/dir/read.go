package dir

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"slices"
	"strings"

	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/vfs"
)

// object is a file open for reading.
type object struct {
	vfs.File
	ctx  context.Context
	key  string
	size int64
}

// Open opens an object. It may be read on after it is deleted, except on Windows,
// where it can't be deleted while it is open.
func (b *Bucket) Open(ctx context.Context, key string) (blob.Object, error) {
	if err := b.check(key); err != nil {
		return nil, err
	}
	err := ctx.Err()
	var o *object
	if err == nil {
		o, err = b.open(ctx, key)
	}
	if err != nil {
		return nil, blob.Fail(ctx, "open", key, bare(missing(err)))
	}
	return o, nil
}

func (b *Bucket) open(ctx context.Context, key string) (*object, error) {
	f, err := b.fs.Open(key)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: key, Err: fs.ErrNotExist}
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &object{f, ctx, key, info.Size()}, nil
}

// Size is the number of bytes.
func (o *object) Size() int64 { return o.size }

// ReadAt reads at an offset.
func (o *object) ReadAt(p []byte, off int64) (int, error) {
	if o.ctx.Err() != nil {
		return 0, context.Cause(o.ctx)
	}
	n, err := o.File.ReadAt(p, off)
	return n, blob.Fail(o.ctx, "read", o.key, err)
}

// Range reads n bytes from off.
func (o *object) Range(off, n int64) (io.ReadCloser, error) {
	end, err := blob.CheckRange(o.size, off, n)
	if err != nil {
		return nil, blob.Fail(o.ctx, "read", o.key, err)
	}
	return io.NopCloser(io.NewSectionReader(o, off, end-off)), nil
}

// List gives objects in the order of their keys.
func (b *Bucket) List(ctx context.Context, prefix, after string) iter.Seq2[blob.Info, error] {
	return func(yield func(blob.Info, error) bool) {
		top := "."
		if i := strings.LastIndexByte(prefix, '/'); i > 0 && blob.CheckKey(prefix[:i]) == nil {
			top = prefix[:i]
		}
		b.walk(ctx, top, listing{prefix, after}, yield)
	}
}

// listing is what is asked for.
type listing struct{ prefix, after string }

// has says that a key is asked for; mayHave that one that begins with folder,
// which ends with a slash, can be.
func (l listing) has(key string) bool { return strings.HasPrefix(key, l.prefix) && key > l.after }

func (l listing) mayHave(folder string) bool {
	return (strings.HasPrefix(folder, l.prefix) || strings.HasPrefix(l.prefix, folder)) &&
		(folder > l.after || strings.HasPrefix(l.after, folder))
}

// walk gives the objects of a folder and of those in it; false ends all.
func (b *Bucket) walk(ctx context.Context, folder string, want listing, yield func(blob.Info, error) bool) bool {
	fail := func(err error) bool {
		yield(blob.Info{}, blob.Fail(ctx, "list", want.prefix, err))
		return false
	}
	if ctx.Err() != nil {
		return fail(ctx.Err())
	}
	entries, err := b.fs.ReadDir(folder)
	if err = missing(err); errors.Is(err, fs.ErrNotExist) {
		return true
	}
	if err != nil {
		return fail(err)
	}
	// In the order of keys a folder's name ends with its slash: a.b, a/b, ab.
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		key := e.Name()
		if folder != "." {
			key = folder + "/" + key
		} else if b.reserved[key] {
			continue
		}
		switch {
		case e.IsDir() && want.mayHave(key+"/"):
			names = append(names, key+"/")
		case !e.IsDir() && want.has(key):
			names = append(names, key)
		}
	}
	slices.Sort(names)
	for _, key := range names {
		if sub, ok := strings.CutSuffix(key, "/"); ok {
			if !b.walk(ctx, sub, want, yield) {
				return false
			}
			continue
		}
		info, err := b.fs.Stat(key)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return fail(err)
		case info.Mode().IsRegular():
			if !yield(blob.Info{Key: key, Size: info.Size(), ModTime: info.ModTime()}, nil) {
				return false
			}
		}
	}
	return true
}
