// Package vfs is what a vault asks of a file system: few operations, rooted at
// one folder, so that tests can trace them, fail them and cut the power
// (package vfstest).
//
// Names are slash-separated paths below the root, as [io/fs.ValidPath] has them;
// "." is the root. Errors are those of package os: [errors.Is] finds
// [io/fs.ErrNotExist] and [io/fs.ErrExist] in them. A file is written once, from
// front to back, and never changed.
package vfs

import (
	"io"
	"io/fs"
)

// FS is a folder and all below it. All methods may be called from several
// goroutines at once, and by several processes on one folder.
type FS interface {
	// Create makes a new file; one that exists is an error. The file and what
	// is written to it last only after Sync of the file and SyncDir of its
	// folder.
	Create(name string) (Writer, error)

	// Open opens a file for reading.
	Open(name string) (File, error)

	// Mkdir makes a folder in one that is there. It lasts after SyncDir of the
	// folder it is in.
	Mkdir(name string) error

	// Remove takes away a file or an empty folder.
	Remove(name string) error

	// Rename gives a file another name, in one step; a file of that name is
	// replaced.
	Rename(from, to string) error

	// RenameNew is Rename where nothing has the new name; else it fails and
	// changes nothing.
	RenameNew(from, to string) error

	// Link gives a file a second name. Not all file systems can.
	Link(from, to string) error

	// Stat describes a file or folder.
	Stat(name string) (fs.FileInfo, error)

	// ReadDir lists a folder in the order of names.
	ReadDir(name string) ([]fs.DirEntry, error)

	// SyncDir makes the names in a folder last through a power cut: what was
	// created, renamed into it or out of it, or removed. It does nothing on
	// Windows, which has no such call.
	SyncDir(name string) error
}

// Writer is a file being written.
type Writer interface {
	io.Writer
	io.Closer
	// Sync makes what was written last through a power cut.
	Sync() error
}

// File is a file open for reading. ReadAt may be called from several goroutines
// at once.
type File interface {
	io.ReaderAt
	io.Closer
	Stat() (fs.FileInfo, error)
}
