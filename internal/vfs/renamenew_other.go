//go:build !linux && !darwin && !windows

package vfs

// renameNew renames where nothing has the new name.
func renameNew(source, target string) error { return linkNew(source, target) }
