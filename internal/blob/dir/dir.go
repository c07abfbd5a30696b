package dir

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync/atomic"
	"syscall"

	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/vfs"
)

// staging is the folder of work in progress.
const staging = "staging"

// Options of a Bucket.
type Options struct {
	// Reserved are the names directly below the root that are not the bucket's,
	// beside staging.
	Reserved []string
}

// Bucket is a folder of objects.
type Bucket struct {
	fs       vfs.FS
	reserved map[string]bool
	pieces   atomic.Int64 // the last piece of work begun
}

var _ blob.Bucket = (*Bucket)(nil)

// New gives the objects of a folder, which is there.
func New(root vfs.FS, opts Options) *Bucket {
	b := &Bucket{fs: root, reserved: map[string]bool{staging: true}}
	for _, name := range opts.Reserved {
		b.reserved[name] = true
	}
	return b
}

// check refuses what is no key here.
func (b *Bucket) check(key string) error {
	if err := blob.CheckKey(key); err != nil {
		return err
	}
	if top, _, _ := strings.Cut(key, "/"); b.reserved[top] {
		return errs.At(errs.Validation, errs.Pos{}, "object key %q: %s is not for objects", key, top)
	}
	return nil
}

// Stat describes an object.
func (b *Bucket) Stat(ctx context.Context, key string) (blob.Info, error) {
	if err := b.check(key); err != nil {
		return blob.Info{}, err
	}
	info, err := b.fs.Stat(key)
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "stat", Path: key, Err: fs.ErrNotExist}
	}
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return blob.Info{}, blob.Fail(ctx, "stat", key, bare(missing(err)))
	}
	return blob.Info{Key: key, Size: info.Size(), ModTime: info.ModTime()}, nil
}

// Delete takes an object away.
func (b *Bucket) Delete(ctx context.Context, key string) error {
	err := b.check(key)
	if err != nil {
		return err
	}
	if err = ctx.Err(); err == nil {
		err = b.remove(key)
	}
	return blob.Fail(ctx, "delete", key, err)
}

// remove takes a file away and the folders above it that are empty then. A file
// that is not there may have been removed by one who was stopped before the sync:
// all steps are taken again.
func (b *Bucket) remove(key string) error {
	if info, err := b.fs.Stat(key); err == nil && !info.Mode().IsRegular() {
		return nil
	}
	if err := missing(b.fs.Remove(key)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for folder := path.Dir(key); folder != "."; folder = path.Dir(folder) {
		info, err := b.fs.Stat(folder)
		switch err = missing(err); {
		case errors.Is(err, fs.ErrNotExist):
			continue // the folder above may not be synced
		case err != nil:
			return err
		case !info.IsDir():
			return nil
		}
		if b.fs.Remove(folder) == nil {
			continue
		}
		// It is not empty, or for another reason stays; that the file has gone is to
		// last all the same.
		if err := b.fs.SyncDir(folder); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return b.fs.SyncDir(".")
}

// missing is err; as not existing, where a folder of the path is a file.
func missing(err error) error {
	if errors.Is(err, syscall.ENOTDIR) {
		return fmt.Errorf("%w: %w", fs.ErrNotExist, bare(err))
	}
	return err
}

// bare is err without the call and the path, which are said already: of the object.
func bare(err error) error {
	if e, ok := err.(*fs.PathError); ok { //nolint:errorlint // what is around it has something to say
		return e.Err
	}
	return err
}
