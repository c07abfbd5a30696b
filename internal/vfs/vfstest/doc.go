// Package vfstest has file systems for tests: [Wrap] shows every operation to a
// hook that may fail it, [Trace] writes operations down for golden files, and
// [Disk] forgets in a power cut what was not synced.
package vfstest
