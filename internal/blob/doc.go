// Package blob is how a vault keeps its objects: immutable runs of bytes under
// slash-separated keys. [Bucket] is the interface; dir and mem, in the folders
// below, are drivers of it, and package blobtest is the suite that every driver
// passes.
//
// The interface is no wider than what a directory and S3 both do well: an object
// is written in one go and appears when it is whole; there is no rename, no
// append and no lock.
//
// # Errors
//
// Errors are [errs.Error] with the key as Resource. NotFound: there is no such
// object. Conflict: CreateOptions.IfAbsent met one, or the lease of a writer has
// ended. Corrupt: what was written is not what Commit was told. Validation: a
// key, lease or range that breaks the rules. RangeNotSatisfiable: a range that
// begins past the end. Internal: the machine failed; the cause is wrapped. The
// end of a context gives its cause as it is.
//
// # Concurrency
//
// A Bucket serves any number of goroutines, and several processes may have
// Buckets on one place. An Object serves any number of goroutines. A Writer is
// used by one.
package blob
