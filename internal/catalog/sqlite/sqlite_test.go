package sqlite_test

import (
	"path/filepath"
	"testing"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/catalog/catalogtest"
	"github.com/seqlode/seqlode/internal/catalog/sqlite"
)

func TestCatalog(t *testing.T) {
	catalogtest.Run(t, func(t *testing.T, o catalog.Options) *catalog.Catalog {
		t.Helper()
		return open(t, filepath.Join(t.TempDir(), "catalog.db"), o)
	})
}

func open(t *testing.T, path string, o catalog.Options) *catalog.Catalog {
	t.Helper()
	c, err := sqlite.Open(t.Context(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}
