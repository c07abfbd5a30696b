package vfstest

import (
	"cmp"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/seqlode/seqlode/internal/vfs"
)

// Disk is a file system in memory that knows what of it would last through a
// power cut, and no more than what the calls promise: of a file what was synced,
// of a folder the names it had when it was synced. Renames between two folders
// last in each on its own.
type Disk struct {
	mu   sync.Mutex
	root *node
}

// NewDisk gives an empty one.
func NewDisk() *Disk { return &Disk{root: newFolder()} }

// node is a file or a folder. A file only grows, so that what of it lasts is a
// length.
type node struct {
	names, lasting map[string]*node // of a folder; nil of a file

	data   []byte
	synced int
	time   time.Time
}

func newFolder() *node {
	return &node{names: map[string]*node{}, lasting: map[string]*node{}, time: time.Now()}
}

func (n *node) folder() bool { return n.names != nil }

// Cut gives what a machine finds after a power cut at this moment. What was not
// synced may have lasted all the same: keep is asked of each such name and file
// end; nil loses all. Of a file's end that is kept, half is.
func (d *Disk) Cut(keep func() bool) *Disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	if keep == nil {
		keep = func() bool { return false }
	}
	copies := map[*node]*node{} // two names of one file stay so
	var last func(n *node) *node
	last = func(n *node) *node {
		if done := copies[n]; done != nil {
			return done
		}
		if !n.folder() {
			kept := n.synced
			if len(n.data) > kept && keep() {
				kept += (len(n.data) - kept + 1) / 2
			}
			file := &node{data: slices.Clone(n.data[:kept]), synced: kept, time: n.time}
			copies[n] = file
			return file
		}
		folder := newFolder()
		copies[n] = folder
		both := maps.Clone(n.lasting)
		maps.Copy(both, n.names)
		for _, name := range slices.Sorted(maps.Keys(both)) { // in an order, so that a seeded keep repeats
			child := n.lasting[name]
			if child != n.names[name] && keep() {
				child = n.names[name]
			}
			if child != nil {
				folder.names[name] = last(child)
			}
		}
		folder.lasting = maps.Clone(folder.names)
		return folder
	}
	return &Disk{root: last(d.root)}
}

// at finds a file or folder.
func (d *Disk) at(op, name string) (*node, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	n := d.root
	if name == "." {
		return n, nil
	}
	for part := range strings.SplitSeq(name, "/") {
		if !n.folder() {
			return nil, &fs.PathError{Op: op, Path: name, Err: syscall.ENOTDIR}
		}
		if n = n.names[part]; n == nil {
			return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
		}
	}
	return n, nil
}

// parent finds the folder that name is in or would be in.
func (d *Disk) parent(op, name string) (*node, string, error) {
	dir, base := path.Split(name)
	n, err := d.at(op, path.Clean(dir))
	if err == nil && !n.folder() {
		err = &fs.PathError{Op: op, Path: name, Err: syscall.ENOTDIR}
	}
	return n, base, err
}

// Create makes a new file.
func (d *Disk) Create(name string) (vfs.Writer, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	dir, base, err := d.parent("create", name)
	if err != nil {
		return nil, err
	}
	if dir.names[base] != nil {
		return nil, &fs.PathError{Op: "create", Path: name, Err: fs.ErrExist}
	}
	n := &node{time: time.Now()}
	dir.names[base] = n
	return &diskWriter{d, n}, nil
}

// Open opens a file or folder.
func (d *Disk) Open(name string) (vfs.File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, err := d.at("open", name)
	if err != nil {
		return nil, err
	}
	return &diskFile{d, n, path.Base(name)}, nil
}

// Mkdir makes a folder.
func (d *Disk) Mkdir(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	dir, base, err := d.parent("mkdir", name)
	if err != nil {
		return err
	}
	if dir.names[base] != nil {
		return &fs.PathError{Op: "mkdir", Path: name, Err: fs.ErrExist}
	}
	dir.names[base] = newFolder()
	return nil
}

// Remove takes away a file or an empty folder.
func (d *Disk) Remove(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, err := d.at("remove", name)
	if err != nil {
		return err
	}
	if len(n.names) > 0 {
		return &fs.PathError{Op: "remove", Path: name, Err: syscall.ENOTEMPTY}
	}
	dir, base, err := d.parent("remove", name)
	if err != nil {
		return err
	}
	delete(dir.names, base)
	return nil
}

// Rename gives a file another name.
func (d *Disk) Rename(from, to string) error { return d.name("rename", from, to, true, true) }

// RenameNew gives a file a name that nothing has.
func (d *Disk) RenameNew(from, to string) error { return d.name("rename", from, to, true, false) }

// Link gives a file a second name.
func (d *Disk) Link(from, to string) error { return d.name("link", from, to, false, false) }

func (d *Disk) name(op, from, to string, move, replace bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, err := d.at(op, from)
	if err != nil {
		return err
	}
	source, old, err := d.parent(op, from)
	if err != nil {
		return err
	}
	target, name, err := d.parent(op, to)
	if err != nil {
		return err
	}
	there := target.names[name]
	switch {
	case there != nil && !replace:
		return &fs.PathError{Op: op, Path: to, Err: fs.ErrExist}
	case there == n:
		return nil // POSIX: two names of one file stay as they are
	case there != nil && there.folder():
		return &fs.PathError{Op: op, Path: to, Err: syscall.EISDIR}
	}
	target.names[name] = n
	if move {
		delete(source.names, old)
	}
	return nil
}

// Stat describes a file or folder.
func (d *Disk) Stat(name string) (fs.FileInfo, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, err := d.at("stat", name)
	if err != nil {
		return nil, err
	}
	return n.info(path.Base(name)), nil
}

// ReadDir lists a folder.
func (d *Disk) ReadDir(name string) ([]fs.DirEntry, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, err := d.at("readdir", name)
	if err != nil {
		return nil, err
	}
	if !n.folder() {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: syscall.ENOTDIR}
	}
	var out []fs.DirEntry
	for base, child := range n.names {
		out = append(out, fs.FileInfoToDirEntry(child.info(base)))
	}
	slices.SortFunc(out, func(a, b fs.DirEntry) int { return cmp.Compare(a.Name(), b.Name()) })
	return out, nil
}

// SyncDir makes the names in a folder last.
func (d *Disk) SyncDir(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, err := d.at("syncdir", name)
	if err != nil {
		return err
	}
	n.lasting = maps.Clone(n.names)
	return nil
}

type diskWriter struct {
	disk *Disk
	node *node
}

func (w *diskWriter) Write(p []byte) (int, error) {
	w.disk.mu.Lock()
	defer w.disk.mu.Unlock()
	w.node.data = append(w.node.data, p...)
	return len(p), nil
}

func (w *diskWriter) Sync() error {
	w.disk.mu.Lock()
	defer w.disk.mu.Unlock()
	w.node.synced = len(w.node.data)
	return nil
}

func (w *diskWriter) Close() error { return nil }

type diskFile struct {
	disk *Disk
	node *node
	name string
}

func (f *diskFile) ReadAt(p []byte, off int64) (int, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if off >= int64(len(f.node.data)) {
		return 0, io.EOF
	}
	n := copy(p, f.node.data[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (f *diskFile) Stat() (fs.FileInfo, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	return f.node.info(f.name), nil
}

func (f *diskFile) Close() error { return nil }

// info describes a node as it is now.
func (n *node) info(name string) fs.FileInfo {
	return &nodeInfo{name, int64(len(n.data)), n.folder(), n.time}
}

type nodeInfo struct {
	name   string
	size   int64
	folder bool
	time   time.Time
}

func (i *nodeInfo) Name() string       { return i.name }
func (i *nodeInfo) Size() int64        { return i.size }
func (i *nodeInfo) IsDir() bool        { return i.folder }
func (i *nodeInfo) ModTime() time.Time { return i.time }
func (i *nodeInfo) Sys() any           { return nil }

func (i *nodeInfo) Mode() fs.FileMode {
	if i.folder {
		return fs.ModeDir | 0o777
	}
	return 0o666
}
