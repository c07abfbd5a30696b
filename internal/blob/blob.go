package blob

import (
	"context"
	"io"
	"iter"
	"time"
)

// Bucket is a place for objects.
type Bucket interface {
	// Create begins an object; it appears under key when Writer.Commit returns,
	// and replaces one that is there, unless opts say otherwise. Writes and
	// Commit fail once ctx has ended.
	Create(ctx context.Context, key string, opts CreateOptions) (Writer, error)

	// Open opens an object for reading. What it gives may be read until ctx
	// ends. An object that is deleted meanwhile may be read on or not, by
	// driver.
	Open(ctx context.Context, key string) (Object, error)

	// Stat describes an object.
	Stat(ctx context.Context, key string) (Info, error)

	// List gives the objects whose keys begin with prefix and come after the key
	// after ("" for all), in the order of the keys' bytes. An error ends it. What
	// appears or goes meanwhile may be there or not. The last key of one listing is
	// where the next goes on.
	List(ctx context.Context, prefix, after string) iter.Seq2[Info, error]

	// Copy makes the object dst of the bytes of src, in one step as Create does
	// and without moving the bytes through this process where the driver can.
	Copy(ctx context.Context, src, dst string, opts CreateOptions) error

	// Delete takes an object away, so that it stays away. One that is not there is
	// no error: a delete may be done again.
	Delete(ctx context.Context, key string) error

	// Sweep asks drop of each piece of work in progress, of this process and all
	// others, and takes away those of which it says true. It is for pieces whose
	// lease has ended; a Writer that loses its piece fails with Conflict. An error
	// of drop ends it.
	Sweep(ctx context.Context, drop func(Staged) (bool, error)) error
}

// CreateOptions say how an object is made.
type CreateOptions struct {
	// Lease names the owner of the work in progress; see [CheckLease]. Required.
	Lease string

	// IfAbsent makes Commit fail with Conflict where key has an object already.
	// Of several such Commits of one key, one succeeds.
	IfAbsent bool
}

// Writer takes the bytes of an object, in order. It does not gather small
// writes. End it with Commit or Abort; after either, both do nothing more than
// fail and nothing, respectively.
type Writer interface {
	io.Writer

	// Commit makes the object appear, whole and lasting, if all writes went well
	// and the bytes written have the sum want (nil: whatever was written). It
	// gives their sum. When it fails, the object is not there or, where the
	// failure came after it had appeared, there in full: never in part.
	Commit(want *Sum) (Sum, error)

	// Abort gives the object up and leaves nothing behind.
	Abort() error
}

// Object is an object open for reading. ReadAt may be called from several
// goroutines at once.
type Object interface {
	io.ReaderAt
	io.Closer
	// Size is the number of bytes.
	Size() int64

	// Range reads n bytes from the offset off on, in one stream; n < 0, or more
	// than there are: to the end. An off past the end is RangeNotSatisfiable.
	Range(off, n int64) (io.ReadCloser, error)
}

// Info describes an object.
type Info struct {
	Key     string
	Size    int64
	ModTime time.Time // when it appeared, or about; not its identity
}

// Staged is a piece of work in progress: an object that has not appeared.
type Staged struct {
	Lease   string
	Name    string // names the piece within the bucket, for messages
	Size    int64  // bytes kept so far, as far as the driver knows
	ModTime time.Time
}
