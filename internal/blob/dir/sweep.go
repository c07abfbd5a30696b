package dir

import (
	"context"
	"errors"
	"io/fs"
	"path"

	"github.com/seqlode/seqlode/internal/blob"
)

// Sweep takes away work in progress of which drop says true.
func (b *Bucket) Sweep(ctx context.Context, drop func(blob.Staged) (bool, error)) error {
	leases, err := b.readDir(staging)
	if err != nil {
		return blob.Fail(ctx, "sweep", staging, err)
	}
	for _, lease := range leases {
		name := path.Join(staging, lease.Name())
		if err := b.sweep(ctx, lease.Name(), name, lease, drop); err != nil {
			return err
		}
	}
	return nil
}

// sweep goes through a file or folder of one lease. An empty folder goes whoever's
// it is: its owner makes it again.
func (b *Bucket) sweep(ctx context.Context, lease, name string, e fs.DirEntry, drop func(blob.Staged) (bool, error)) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if e.IsDir() {
		entries, err := b.readDir(name)
		if err != nil {
			return blob.Fail(ctx, "sweep", name, err)
		}
		for _, sub := range entries {
			if err := b.sweep(ctx, lease, path.Join(name, sub.Name()), sub, drop); err != nil {
				return err
			}
		}
		if entries, err = b.readDir(name); err != nil || len(entries) > 0 {
			return blob.Fail(ctx, "sweep", name, err)
		}
		_ = b.fs.Remove(name) // it stays where somebody has just put something into it
		return nil
	}
	info, err := b.fs.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return blob.Fail(ctx, "sweep", name, err)
	}
	yes, err := drop(blob.Staged{Lease: lease, Name: name, Size: info.Size(), ModTime: info.ModTime()})
	if err != nil || !yes {
		return err
	}
	if err := b.fs.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return blob.Fail(ctx, "sweep", name, err)
	}
	return nil
}

// readDir lists a folder; one that is not there is empty.
func (b *Bucket) readDir(name string) ([]fs.DirEntry, error) {
	entries, err := b.fs.ReadDir(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return entries, err
}
