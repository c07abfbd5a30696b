package vfs

import (
	"errors"
	"syscall"

	"golang.org/x/sys/windows"
)

// Full says that an operation failed because the disk, or what this user may have
// of it, is full.
func Full(err error) bool {
	for _, full := range []error{windows.ERROR_DISK_FULL, windows.ERROR_HANDLE_DISK_FULL, windows.ERROR_DISK_QUOTA_EXCEEDED, syscall.ENOSPC} {
		if errors.Is(err, full) {
			return true
		}
	}
	return false
}
