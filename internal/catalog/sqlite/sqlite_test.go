package sqlite_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

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

// TestCloseClosesAll: a transaction whose context ends leaves no connection open
// behind Close, so the last one takes the write-ahead log in.
func TestCloseClosesAll(t *testing.T) {
	for range 30 {
		path := filepath.Join(t.TempDir(), "catalog.db")
		c, err := sqlite.Open(t.Context(), path, catalog.Options{})
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		require.ErrorIs(t, c.Update(ctx, func(tx *catalog.Tx) error {
			_, err := tx.NewID()
			cancel()
			return err
		}), context.Canceled)
		require.NoError(t, c.Close())
		require.NoFileExists(t, path+"-wal")
	}
}
