package buckettest_test

import (
	"fmt"
	"testing"

	"github.com/seqlode/seqlode/buckettest"
	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/blob/mem"
)

// A store of one's own is tested from a test of one's own.
func Example() {
	TestMyBucket := func(t *testing.T) {
		buckettest.Run(t, func(*testing.T) blob.Bucket { return mem.New() })
	}
	fmt.Printf("%T\n", TestMyBucket)
	// Output: func(*testing.T)
}

func TestRun(t *testing.T) {
	buckettest.Run(t, func(*testing.T) blob.Bucket { return mem.New() })
}
