package dir_test

import (
	"testing"

	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/blob/blobtest"
	"github.com/seqlode/seqlode/internal/blob/dir"
	"github.com/seqlode/seqlode/internal/vfs"
	"github.com/seqlode/seqlode/internal/vfs/vfstest"
)

func TestConformance(t *testing.T) {
	blobtest.Run(t, func(t *testing.T) blob.Bucket { return dir.New(vfs.Dir(t.TempDir()), dir.Options{}) })
}

func TestConformanceInMemory(t *testing.T) {
	blobtest.Run(t, func(*testing.T) blob.Bucket { return dir.New(vfstest.NewDisk(), dir.Options{}) })
}
