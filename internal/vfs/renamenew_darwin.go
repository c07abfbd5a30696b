package vfs

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// renameNew renames where nothing has the new name. File systems without
// RENAME_EXCL answer ENOTSUP.
func renameNew(source, target string) error {
	err := unix.RenamexNp(source, target, unix.RENAME_EXCL)
	if errors.Is(err, unix.ENOTSUP) {
		return linkNew(source, target)
	}
	if err != nil {
		return &os.LinkError{Op: "rename", Old: source, New: target, Err: err}
	}
	return nil
}
