package seqlode

import "github.com/seqlode/seqlode/internal/blob"

// Bucket is a place for objects: what a vault keeps its bytes in. A directory is
// the default; Options.Bucket takes another. Package buckettest proves an
// implementation.
type Bucket = blob.Bucket

// The types of a Bucket's methods.
type (
	Object              = blob.Object        // an object open for reading
	ObjectWriter        = blob.Writer        // an object being written
	ObjectInfo          = blob.Info          // what is known of an object
	ObjectSum           = blob.Sum           // size and checksum of an object's bytes
	CreateObjectOptions = blob.CreateOptions // how an object is made
	StagedObject        = blob.Staged        // an object that has not appeared
)
