package vfs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// Dir is the folder root of the machine's file system. Root need not exist yet.
func Dir(root string) FS { return dir(root) }

// MakeRoot makes the folder root and the missing ones above it, so that they
// last. A folder that is there is no error.
func MakeRoot(root string) error {
	root, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(root, 0o777); err != nil {
		return err
	}
	parent := filepath.Dir(root)
	if parent == root {
		return nil
	}
	err = dir(parent).SyncDir(".")
	if errors.Is(err, fs.ErrPermission) {
		return nil // a parent that can't be read was not made just now
	}
	return err
}

type dir string

// path gives the system's name of a file; what the system reserves (a device, a
// stream of a file) is refused.
func (d dir) path(op, name string) (string, error) {
	local, err := filepath.Localize(name)
	if err != nil {
		return "", &fs.PathError{Op: op, Path: name, Err: err}
	}
	return filepath.Join(string(d), local), nil
}

func (d dir) pair(op, from, to string) (string, string, error) {
	source, err := d.path(op, from)
	if err != nil {
		return "", "", err
	}
	target, err := d.path(op, to)
	return source, target, err
}

func (d dir) Create(name string) (Writer, error) {
	path, err := d.path("create", name)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return nil, err // not f: a nil *os.File is no nil Writer
	}
	return f, nil
}

func (d dir) Open(name string) (File, error) {
	path, err := d.path("open", name)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (d dir) Mkdir(name string) error {
	path, err := d.path("mkdir", name)
	if err != nil {
		return err
	}
	return os.Mkdir(path, 0o777)
}

func (d dir) Remove(name string) error {
	path, err := d.path("remove", name)
	if err != nil {
		return err
	}
	return os.Remove(path)
}

func (d dir) Rename(from, to string) error {
	source, target, err := d.pair("rename", from, to)
	if err != nil {
		return err
	}
	return os.Rename(source, target)
}

func (d dir) RenameNew(from, to string) error {
	source, target, err := d.pair("rename", from, to)
	if err != nil {
		return err
	}
	return renameNew(source, target)
}

// linkNew is renameNew by way of a second name, for systems that have no call of
// their own.
func linkNew(source, target string) error {
	if err := os.Link(source, target); err != nil {
		return err
	}
	return os.Remove(source)
}

func (d dir) Link(from, to string) error {
	source, target, err := d.pair("link", from, to)
	if err != nil {
		return err
	}
	return os.Link(source, target)
}

func (d dir) Stat(name string) (fs.FileInfo, error) {
	path, err := d.path("stat", name)
	if err != nil {
		return nil, err
	}
	return os.Stat(path)
}

func (d dir) ReadDir(name string) ([]fs.DirEntry, error) {
	path, err := d.path("readdir", name)
	if err != nil {
		return nil, err
	}
	return os.ReadDir(path)
}

func (d dir) SyncDir(name string) error {
	path, err := d.path("syncdir", name)
	if err != nil || runtime.GOOS == "windows" {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
