//go:build !windows

package vfs

import (
	"errors"
	"syscall"
)

// Full says that an operation failed because the disk, or what this user may have
// of it, is full.
func Full(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }
