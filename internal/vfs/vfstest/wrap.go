package vfstest

import (
	"fmt"
	"io/fs"

	"github.com/seqlode/seqlode/internal/vfs"
)

// Kind is what an operation does.
type Kind string

// The operations. Those that only read come last.
const (
	Create    Kind = "create"
	Write     Kind = "write"
	Sync      Kind = "sync"
	Close     Kind = "close"
	Mkdir     Kind = "mkdir"
	Remove    Kind = "remove"
	Rename    Kind = "rename"
	RenameNew Kind = "renamenew"
	Link      Kind = "link"
	SyncDir   Kind = "syncdir"

	Open    Kind = "open"
	ReadAt  Kind = "readat"
	Stat    Kind = "stat"
	ReadDir Kind = "readdir"
)

// Reads says that the operation changes nothing.
func (k Kind) Reads() bool { return k == Open || k == ReadAt || k == Stat || k == ReadDir }

// Op is one operation, before it is done.
type Op struct {
	Kind  Kind
	Name  string
	To    string // the new name of Rename, RenameNew and Link
	Bytes int    // of Write and ReadAt
}

// String gives the operation as a line of a trace.
func (o Op) String() string {
	switch {
	case o.To != "":
		return fmt.Sprintf("%s %s %s", o.Kind, o.Name, o.To)
	case o.Kind == Write || o.Kind == ReadAt:
		return fmt.Sprintf("%s %s %d", o.Kind, o.Name, o.Bytes)
	}
	return fmt.Sprintf("%s %s", o.Kind, o.Name)
}

// Fault is how an operation goes wrong. The zero value but for Err: it does
// nothing and fails.
type Fault struct {
	Err  error
	Keep int  // of a Write: so many bytes are written all the same (a short or torn write)
	Done bool // it is done all the same, and the failure comes after
}

// Hook sees every operation before it is done, from the goroutine that does it,
// and gives a fault or nil.
type Hook func(Op) *Fault

// Wrap is under, with each operation shown to the hooks in order until one gives
// a fault. A Close that fails has closed the file.
func Wrap(under vfs.FS, hooks ...Hook) vfs.FS { return &wrapped{under, hooks} }

type wrapped struct {
	under vfs.FS
	hooks []Hook
}

// do runs an operation that is done or not.
func (w *wrapped) do(op Op, run func() error) error {
	for _, hook := range w.hooks {
		if fault := hook(op); fault != nil {
			if fault.Done {
				if err := run(); err != nil {
					return err
				}
			}
			return &fs.PathError{Op: string(op.Kind), Path: op.Name, Err: fault.Err}
		}
	}
	return run()
}

func (w *wrapped) Create(name string) (vfs.Writer, error) {
	var f vfs.Writer
	err := w.do(Op{Kind: Create, Name: name}, func() (err error) {
		f, err = w.under.Create(name)
		return err
	})
	if err != nil {
		if f != nil {
			_ = f.Close() // made, and nobody learns of it
		}
		return nil, err
	}
	return &wrappedWriter{f, name, w}, nil
}

func (w *wrapped) Open(name string) (vfs.File, error) {
	var f vfs.File
	err := w.do(Op{Kind: Open, Name: name}, func() (err error) {
		f, err = w.under.Open(name)
		return err
	})
	if err != nil {
		if f != nil {
			_ = f.Close() // opened, and nobody learns of it
		}
		return nil, err
	}
	return &wrappedFile{f, name, w}, nil
}

func (w *wrapped) Mkdir(name string) error {
	return w.do(Op{Kind: Mkdir, Name: name}, func() error { return w.under.Mkdir(name) })
}

func (w *wrapped) Remove(name string) error {
	return w.do(Op{Kind: Remove, Name: name}, func() error { return w.under.Remove(name) })
}

func (w *wrapped) Rename(from, to string) error {
	return w.do(Op{Kind: Rename, Name: from, To: to}, func() error { return w.under.Rename(from, to) })
}

func (w *wrapped) RenameNew(from, to string) error {
	return w.do(Op{Kind: RenameNew, Name: from, To: to}, func() error { return w.under.RenameNew(from, to) })
}

func (w *wrapped) Link(from, to string) error {
	return w.do(Op{Kind: Link, Name: from, To: to}, func() error { return w.under.Link(from, to) })
}

func (w *wrapped) SyncDir(name string) error {
	return w.do(Op{Kind: SyncDir, Name: name}, func() error { return w.under.SyncDir(name) })
}

func (w *wrapped) Stat(name string) (info fs.FileInfo, err error) {
	err = w.do(Op{Kind: Stat, Name: name}, func() (err error) {
		info, err = w.under.Stat(name)
		return err
	})
	return info, err
}

func (w *wrapped) ReadDir(name string) (entries []fs.DirEntry, err error) {
	err = w.do(Op{Kind: ReadDir, Name: name}, func() (err error) {
		entries, err = w.under.ReadDir(name)
		return err
	})
	return entries, err
}

type wrappedWriter struct {
	vfs.Writer
	name string
	fs   *wrapped
}

func (f *wrappedWriter) Write(p []byte) (int, error) {
	op := Op{Kind: Write, Name: f.name, Bytes: len(p)}
	for _, hook := range f.fs.hooks {
		if fault := hook(op); fault != nil {
			keep := min(fault.Keep, len(p))
			if fault.Done {
				keep = len(p)
			}
			n, err := f.Writer.Write(p[:keep])
			if err == nil {
				err = &fs.PathError{Op: "write", Path: f.name, Err: fault.Err}
			}
			return n, err
		}
	}
	return f.Writer.Write(p)
}

func (f *wrappedWriter) Sync() error {
	return f.fs.do(Op{Kind: Sync, Name: f.name}, f.Writer.Sync)
}

func (f *wrappedWriter) Close() error {
	err := f.Writer.Close()
	if failed := f.fs.do(Op{Kind: Close, Name: f.name}, func() error { return nil }); failed != nil {
		return failed
	}
	return err
}

type wrappedFile struct {
	vfs.File
	name string
	fs   *wrapped
}

func (f *wrappedFile) ReadAt(p []byte, off int64) (n int, err error) {
	err = f.fs.do(Op{Kind: ReadAt, Name: f.name, Bytes: len(p)}, func() (err error) {
		n, err = f.File.ReadAt(p, off)
		return err
	})
	return n, err
}
