// Package buckettest proves that a store of objects does what a vault needs of it:
// what [seqlode.Bucket] promises, one promise a test.
//
//	func TestMyBucket(t *testing.T) {
//		buckettest.Run(t, func(t *testing.T) seqlode.Bucket { return newMyBucket(t) })
//	}
//
// [seqlode.Bucket]: https://pkg.go.dev/github.com/seqlode/seqlode#Bucket
package buckettest

import (
	"testing"

	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/blob/blobtest"
)

// Run runs the suite. Open gives an empty bucket for each test and cleans up by
// itself (t.Cleanup).
func Run(t *testing.T, open func(t *testing.T) blob.Bucket) {
	t.Helper()
	blobtest.Run(t, open)
}
