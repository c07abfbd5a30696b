package sqlite

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	sqlite3 "modernc.org/sqlite/lib"

	"github.com/seqlode/seqlode/internal/errs"
)

// fault words an error that the catalog's file, or the disk below it, is to blame
// for; nil for others. Result codes: sqlite.org/rescode.html.
func fault(path string, err error) *errs.Error {
	say := func(kind errs.Kind, what string) *errs.Error {
		return &errs.Error{Op: "catalog", Kind: kind, Pos: errs.Pos{File: path}, Err: fmt.Errorf("%s: %w", what, err)}
	}
	code := codeOf(err)
	switch code {
	case sqlite3.SQLITE_IOERR_SHMSIZE: // the file beside it can't grow
		return say(errs.Internal, full)
	case sqlite3.SQLITE_READONLY_DBMOVED:
		return say(errs.Internal, "was moved or removed while it was open; open the vault again")
	}
	switch code & 0xff {
	case sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY:
		return say(errs.AccessDenied, "cannot be written: this user may not write the file or its folder, or the file system is read-only")
	case sqlite3.SQLITE_CANTOPEN:
		return cannotOpen(path, say)
	case sqlite3.SQLITE_FULL:
		return say(errs.Internal, full)
	case sqlite3.SQLITE_IOERR:
		return say(errs.Internal, "the disk failed to read or write it")
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return say(errs.Corrupt, "is damaged; `seqlode fsck --rebuild` makes it anew")
	}
	return nil
}

const full = "the disk is full; make room on it and try again"

// cannotOpen tells a machine that opens nothing more from a file that is not for
// this user. It looks at the folder: to open and close the file itself would end
// the locks that SQLite has on it.
func cannotOpen(path string, say func(errs.Kind, string) *errs.Error) *errs.Error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return say(errs.Corrupt, "is a folder, and should be a file")
	}
	folder, err := os.Open(filepath.Dir(path))
	if err == nil {
		err = folder.Close()
	}
	if err != nil && !os.IsPermission(err) && !os.IsNotExist(err) {
		return say(errs.Internal, "cannot be opened: "+reason(err))
	}
	return say(errs.AccessDenied, "cannot be opened: this user may not read and write the file and its folder, or the file system is read-only")
}

// reason is what the system says, without the call.
func reason(err error) string {
	if e, ok := err.(*fs.PathError); ok { //nolint:errorlint // as package os gives it
		return e.Err.Error()
	}
	return err.Error()
}
