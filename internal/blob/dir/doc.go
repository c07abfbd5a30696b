// Package dir keeps objects as files of a folder, by [vfs.FS]. A key is the
// file's path.
//
// Work in progress lies in staging/{lease}/{n}. An object appears by these steps,
// in this order: the file is written and synced; the missing folders of its key
// are made; it is renamed to its key; the folder that it is in, and every folder
// above it up to the root, is synced. All folders are synced, and not only those
// just made, since another process may have made one and not synced it yet. A
// delete removes the file and syncs its folder, then removes the folders above
// that have become empty.
//
// All lies on one file system. On Windows a delete fails while somebody reads the
// object, and nothing is known to be safe from power cuts before Windows writes
// the folder by itself.
package dir
