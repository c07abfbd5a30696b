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
	test := testing.InternalTest{
		Name: "TestMyBucket",
		F: func(t *testing.T) {
			buckettest.Run(t, func(*testing.T) blob.Bucket { return mem.New() })
		},
	}
	ok := testing.RunTests(func(_, _ string) (bool, error) { return true, nil }, []testing.InternalTest{test})
	fmt.Println("passed:", ok)
	// Output: passed: true
}
