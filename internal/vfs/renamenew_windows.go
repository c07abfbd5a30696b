package vfs

import (
	"os"

	"golang.org/x/sys/windows"
)

// renameNew renames where nothing has the new name: without
// MOVEFILE_REPLACE_EXISTING the call fails where something has.
func renameNew(source, target string) error {
	fail := func(err error) error { return &os.LinkError{Op: "rename", Old: source, New: target, Err: err} }
	from, err := windows.UTF16PtrFromString(source)
	if err != nil {
		return fail(err)
	}
	to, err := windows.UTF16PtrFromString(target)
	if err != nil {
		return fail(err)
	}
	if err := windows.MoveFileEx(from, to, windows.MOVEFILE_WRITE_THROUGH); err != nil {
		return fail(err)
	}
	return nil
}
