package vfs

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// renameNew renames where nothing has the new name. File systems without
// RENAME_NOREPLACE answer EINVAL, kernels before 3.15 ENOSYS.
func renameNew(source, target string) error {
	err := unix.Renameat2(unix.AT_FDCWD, source, unix.AT_FDCWD, target, unix.RENAME_NOREPLACE)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) {
		return linkNew(source, target)
	}
	if err != nil {
		return &os.LinkError{Op: "rename", Old: source, New: target, Err: err}
	}
	return nil
}
