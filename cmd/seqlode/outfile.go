package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/seqlode/seqlode/readset"
)

// give writes a stored file to a file, or where none is named to standard output.
func (a *app) give(ctx context.Context, o readset.Object, out string) error {
	r, err := o.Range(0, -1)
	if err != nil {
		return err
	}
	defer r.Close()
	if out == "" || out == stdinName {
		_, err := io.Copy(a.stdout, r)
		return err
	}
	a.progress.start(o.Size())
	defer a.progress.end()
	return writeFile(out, &metered{r: r, ctx: ctx, bar: a.progress})
}

// writeFile makes a file of what it reads. A file appears under its name when it is
// whole, with the mode of the one that it replaces; a link stays, and the file it
// leads to is replaced; a pipe or a device is written as it stands.
func writeFile(name string, from io.Reader) error {
	info, err := os.Stat(name)
	switch {
	case err != nil: // making it tells what is wrong
	case info.IsDir():
		return fmt.Errorf("cannot write %s: is a directory", label(name))
	case !info.Mode().IsRegular():
		f, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err == nil {
			_, err = io.Copy(f, from)
			err = errors.Join(err, f.Close())
		}
		return notWritten(name, name, err)
	}
	target, err := filepath.EvalSymlinks(name)
	if err != nil {
		target = name
	}
	tmp := filepath.Join(filepath.Dir(target), fmt.Sprintf(".seqlode-%016x.tmp", rand.Uint64()))
	f, err := os.OpenFile(tmp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return notWritten(name, tmp, err)
	}
	if info != nil {
		err = f.Chmod(info.Mode().Perm())
	}
	if err == nil {
		_, err = io.Copy(f, from)
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(tmp, target)
	}
	if err != nil {
		_ = os.Remove(tmp) // the first error is the one that matters
	}
	return notWritten(name, tmp, err)
}

// notWritten names the file that could not be written, in place of the one that was
// tried; the errors of what was to be in it stay.
func notWritten(name, tried string, err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok && e.Path == tried {
		return fmt.Errorf("cannot write %s: %w", label(name), e.Err)
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		return fmt.Errorf("cannot write %s: %w", label(name), e.Err)
	}
	return err
}
