package source

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/vfs"
)

// Folder is where exports write files; it serves any number of goroutines.
type Folder struct{ dir string }

// CheckFolder refuses, as Validation or NotSupported, a URI of a folder that
// Folder would not take.
func (o *Opener) CheckFolder(uri string) error {
	_, err := o.Folder(uri)
	return err
}

// Folder gives the folder with a URI, file:///folder/. It is made with its first
// file.
func (o *Opener) Folder(uri string) (*Folder, error) {
	u, err := url.Parse(strings.TrimSuffix(uri, "/") + "/x")
	if err != nil {
		return nil, refuse(uri, errs.Validation, "is no URI")
	}
	switch u.Scheme {
	case "file":
		err = o.checkFile(uri, u, "destinations")
	case "s3":
		err = refuse(uri, errs.NotSupported, "destinations in S3 are not supported by this version")
	default:
		err = refuse(uri, errs.Validation, "a destination is s3://bucket/folder/ or file:///folder/")
	}
	if err != nil {
		return nil, err
	}
	return &Folder{filepath.Dir(localPath(u.Path))}, nil
}

// Open opens a file, which may be read until ctx ends; NotFound where there is none.
func (f *Folder) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	file, err := os.Open(filepath.Join(f.dir, name))
	if err != nil {
		return nil, f.fail(name, err)
	}
	return struct {
		ended
		io.Closer
	}{ended{ctx, file}, file}, nil
}

// Read gives a file's content, up to limit bytes; NotFound where there is none.
func (f *Folder) Read(name string, limit int64) ([]byte, error) {
	file, err := f.Open(context.Background(), name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, limit))
	if err != nil {
		return nil, f.fail(name, err)
	}
	return text, nil
}

// fail says of an error what it means for a file of the folder: not which call met
// it, on a file that has another name until it is whole.
func (f *Folder) fail(name string, err error) error {
	var path *fs.PathError
	var link *os.LinkError
	bare, ours := err, (*errs.Error)(nil)
	switch {
	case errors.As(err, &ours): // of what was to be written
		return errs.At(ours.Kind, errs.Pos{File: filepath.Join(f.dir, name)}, "%w", err)
	case errors.As(err, &path):
		bare = path.Err
	case errors.As(err, &link):
		bare = link.Err
	}
	said := func(what string) error {
		return errs.At(kindOf(err), errs.Pos{File: filepath.Join(f.dir, name)}, "%s: %w", what, bare)
	}
	switch {
	case errors.Is(err, fs.ErrPermission):
		return said("this user may not read or write the destination")
	case vfs.Full(err):
		return said("the destination's disk is full")
	case errors.Is(err, syscall.ENOTDIR):
		return said("the destination is not a folder")
	}
	return errs.At(kindOf(err), errs.Pos{File: filepath.Join(f.dir, name)}, "%w", bare)
}

// Has reports whether there is a file of the name.
func (f *Folder) Has(name string) (bool, error) {
	_, err := os.Lstat(filepath.Join(f.dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, f.fail(name, err)
	}
	return true, nil
}

// Remove takes a file away; one that is not there is no error.
func (f *Folder) Remove(name string) error {
	err := os.Remove(filepath.Join(f.dir, name))
	if err == nil {
		err = f.sync()
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return f.fail(name, err)
	}
	return nil
}

// Write writes a file, which appears when all of from is there and lasts; one
// that is there is replaced.
func (f *Folder) Write(ctx context.Context, name string, from io.Reader) error {
	return f.write(ctx, name, from, os.Rename)
}

// WriteNew is Write of a file that is Conflict where there is one of the name. Of
// several at once, one writes it.
func (f *Folder) WriteNew(ctx context.Context, name string, from io.Reader) error {
	return f.write(ctx, name, from, func(tmp, to string) error {
		err := os.Link(tmp, to)
		if err == nil || errors.Is(err, fs.ErrExist) {
			return errors.Join(err, os.Remove(tmp))
		}
		// A file system without links: the name is taken first.
		taken, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		return errors.Join(taken.Close(), os.Rename(tmp, to))
	})
}

// write writes a file under another name, which put then gives its own.
func (f *Folder) write(ctx context.Context, name string, from io.Reader, put func(tmp, to string) error) (err error) {
	to := filepath.Join(f.dir, name)
	fail := func(err error) error { return f.fail(name, err) }
	if err := os.MkdirAll(f.dir, 0o777); err != nil {
		return fail(err)
	}
	tmp, err := os.CreateTemp(f.dir, ".seqlode-*")
	if err != nil {
		return fail(err)
	}
	defer func() {
		if err != nil {
			_ = tmp.Close() // the first error is the one that matters
			if left := os.Remove(tmp.Name()); !errors.Is(left, fs.ErrNotExist) {
				err = errors.Join(err, left)
			}
		}
	}()
	if _, err := io.Copy(tmp, ended{ctx, from}); err != nil {
		return fail(err)
	}
	if err := errors.Join(tmp.Chmod(0o644), tmp.Sync(), tmp.Close()); err != nil {
		return fail(err)
	}
	if err := put(tmp.Name(), to); err != nil {
		return fail(err)
	}
	if err := f.sync(); err != nil {
		return fail(err)
	}
	return nil
}

// sync makes the names in the folder last. Windows has no such call.
func (f *Folder) sync() error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(f.dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// ended is a reader that ends with a context.
type ended struct {
	ctx context.Context
	r   io.Reader
}

func (e ended) Read(p []byte) (int, error) {
	if e.ctx.Err() != nil {
		return 0, context.Cause(e.ctx)
	}
	return e.r.Read(p)
}
