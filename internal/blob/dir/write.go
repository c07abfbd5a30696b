package dir

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strconv"

	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/vfs"
)

// writer is an object in progress.
type writer struct {
	b     *Bucket
	ctx   context.Context
	key   string
	opts  blob.CreateOptions
	piece string     // the staged file
	file  vfs.Writer // nil once closed
	sum   blob.Sum
	err   error // the first failure, or that it has ended
}

var errEnded = errors.New("the writer has ended")

// Create begins an object.
func (b *Bucket) Create(ctx context.Context, key string, opts blob.CreateOptions) (blob.Writer, error) {
	w, err := b.create(ctx, key, opts)
	if err != nil {
		return nil, err
	}
	return w, nil
}

func (b *Bucket) create(ctx context.Context, key string, opts blob.CreateOptions) (*writer, error) {
	if err := b.check(key); err != nil {
		return nil, err
	}
	if err := blob.CheckLease(opts.Lease); err != nil {
		return nil, err
	}
	w := &writer{b: b, ctx: ctx, key: key, opts: opts}
	err := ctx.Err()
	if err == nil {
		err = b.stage(opts.Lease, func(piece string) (err error) {
			w.piece = piece
			w.file, err = b.fs.Create(piece)
			return err
		})
	}
	if err != nil {
		return nil, blob.Fail(ctx, "create", key, worded(err))
	}
	return w, nil
}

// stage gives begin the name of a file in the lease's folder, another one where it
// finds that there is one of that name.
func (b *Bucket) stage(lease string, begin func(piece string) error) error {
	folder := path.Join(staging, lease)
	for try := 0; ; {
		if err := b.mkdirs(folder); err != nil {
			return err
		}
		err := begin(path.Join(folder, strconv.FormatInt(b.pieces.Add(1), 10)))
		switch {
		case errors.Is(err, fs.ErrExist): // of another process with this lease
		case errors.Is(err, fs.ErrNotExist) && try < tries: // a sweep took the empty folder away
			try++
		default:
			return err
		}
	}
}

// tries is how often a step is taken again that met a folder which another
// process had just removed, since it was empty.
const tries = 100

func (w *writer) Write(p []byte) (int, error) {
	if w.err == nil && w.ctx.Err() != nil {
		w.err = w.ctx.Err()
	}
	if w.err != nil {
		return 0, blob.Fail(w.ctx, "write", w.key, worded(w.err))
	}
	n, err := w.file.Write(p)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	w.sum = w.sum.Add(p[:n])
	w.err = err
	return n, blob.Fail(w.ctx, "write", w.key, worded(err))
}

// Commit makes the object appear.
func (w *writer) Commit(want *blob.Sum) (blob.Sum, error) {
	if w.err == nil {
		w.err = w.ctx.Err()
	}
	if w.err == nil {
		w.err = w.sum.Check(want)
	}
	if w.err == nil {
		w.err = w.file.Sync()
	}
	if err := w.close(); w.err == nil {
		w.err = err
	}
	if w.err == nil {
		w.err = w.b.publish(w.piece, w.key, w.opts)
	}
	if w.err != nil {
		err := blob.Fail(w.ctx, "commit", w.key, worded(w.err))
		_ = w.discard() // what it can't remove is swept later
		return blob.Sum{}, err
	}
	w.piece, w.err = "", errEnded
	return w.sum, nil
}

// Abort gives the object up.
func (w *writer) Abort() error {
	err := errors.Join(w.close(), w.discard())
	if w.err == nil {
		w.err = errEnded
	}
	return blob.Fail(context.WithoutCancel(w.ctx), "abort", w.key, err)
}

func (w *writer) close() error {
	if w.file == nil {
		return nil
	}
	file := w.file
	w.file = nil
	return file.Close()
}

// discard removes the staged file, unless it has become the object.
func (w *writer) discard() error {
	if w.piece == "" {
		return nil
	}
	err := w.b.fs.Remove(w.piece)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	w.piece = ""
	return err
}

// publish makes the object key of a staged file that is written and synced.
func (b *Bucket) publish(piece, key string, opts blob.CreateOptions) error {
	rename := b.fs.Rename
	if opts.IfAbsent {
		rename = b.fs.RenameNew
	}
	folder := path.Dir(key)
	for try := 0; ; try++ {
		if err := b.mkdirs(folder); err != nil {
			return err
		}
		err := rename(piece, key)
		if err == nil {
			break
		}
		if !errors.Is(err, fs.ErrNotExist) || try == tries {
			return err
		}
		if _, gone := b.fs.Stat(piece); errors.Is(gone, fs.ErrNotExist) {
			return errs.At(errs.Conflict, errs.Pos{}, "what was staged is gone: the lease %s has ended", opts.Lease)
		}
	}
	return b.syncUp(folder)
}

// syncUp syncs a folder and all above it. One that is gone was emptied by a
// delete.
func (b *Bucket) syncUp(folder string) error {
	for ; ; folder = path.Dir(folder) {
		if err := b.fs.SyncDir(folder); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if folder == "." {
			return nil
		}
	}
}

// mkdirs makes a folder and those above it that are missing. One that is taken
// away again meanwhile, since it is empty, is for the caller to meet.
func (b *Bucket) mkdirs(folder string) error {
	if folder == "." {
		return nil
	}
	_, err := b.fs.Stat(folder)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := b.mkdirs(path.Dir(folder)); err != nil {
		return err
	}
	if err := b.fs.Mkdir(folder); err != nil && !errors.Is(err, fs.ErrExist) && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// worded is an error of writing with words for a full disk, and without the name of
// the staged file, which is gone when somebody looks for it.
func worded(err error) error {
	full := vfs.Full(err)
	if e, ok := errors.AsType[*fs.PathError](err); ok && (full || e.Op == "write" || e.Op == "sync" || e.Op == "close") {
		err = e.Err
	}
	if full {
		return fmt.Errorf("the disk is full: %w", err)
	}
	return err
}

// Copy makes one object of the bytes of another. As objects never change, it is a
// second name of the same file where the file system can give one.
func (b *Bucket) Copy(ctx context.Context, src, dst string, opts blob.CreateOptions) error {
	for _, key := range [...]string{src, dst} {
		if err := b.check(key); err != nil {
			return err
		}
	}
	if err := blob.CheckLease(opts.Lease); err != nil {
		return err
	}
	if _, err := b.Stat(ctx, src); err != nil {
		return err
	}
	var piece string
	err := b.stage(opts.Lease, func(name string) error {
		piece = name
		err := b.fs.Link(src, name)
		if errors.Is(err, fs.ErrNotExist) {
			if _, gone := b.fs.Stat(src); gone != nil {
				return errs.At(errs.NotFound, errs.Pos{}, "deleted meanwhile")
			}
		}
		return err
	})
	var ours *errs.Error
	switch {
	case errors.As(err, &ours):
		return blob.Fail(ctx, "copy", src, err)
	case err != nil:
		return b.copyBytes(ctx, src, dst, opts)
	}
	err = b.publish(piece, dst, opts)
	// After a rename the staged name is gone, except where dst was the same file.
	if left := b.fs.Remove(piece); err == nil && left != nil && !errors.Is(left, fs.ErrNotExist) {
		err = left
	}
	return blob.Fail(ctx, "copy", dst, worded(err))
}

// copyBytes is Copy on a file system without links.
func (b *Bucket) copyBytes(ctx context.Context, src, dst string, opts blob.CreateOptions) error {
	from, err := b.Open(ctx, src)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := b.create(ctx, dst, opts)
	if err != nil {
		return err
	}
	_, err = io.CopyBuffer(to, io.NewSectionReader(from, 0, from.Size()), make([]byte, 1<<20))
	if err == nil && to.sum.Size != from.Size() {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		_ = to.Abort() // the first error is the one that matters; Sweep finds what is left
		return blob.Fail(ctx, "copy", src, err)
	}
	_, err = to.Commit(nil)
	return err
}
