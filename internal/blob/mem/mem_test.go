package mem_test

import (
	"testing"

	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/blob/blobtest"
	"github.com/seqlode/seqlode/internal/blob/mem"
)

func TestConformance(t *testing.T) {
	blobtest.Run(t, func(*testing.T) blob.Bucket { return mem.New() })
}
