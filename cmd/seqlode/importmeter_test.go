//go:build linux || darwin

package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/readset"
)

// The bar of an import counts the sources that are over whole, and of the others
// what has been written for them.
func TestImportMeter(t *testing.T) {
	dir := t.TempDir()
	var j readset.ImportJob
	j.ID = "1000000002"
	for _, name := range []string{"over", "begun"} {
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, make([]byte, 400_000), 0o600))
		uri, err := fileURI("", file)
		require.NoError(t, err)
		var item readset.ImportSourceItem
		item.SourceFiles.Source1 = uri
		item.Status = catalog.ItemInProgress
		j.Sources = append(j.Sources, item)
	}
	j.Sources[0].Status = catalog.ItemFinished
	for name, size := range map[string]int{"1000000002-1-1/1": 100_000, "1000000002-1-1/2": 100_000, "1000000099-0-1/1": 50_000} {
		file := filepath.Join(dir, "v", "staging", name)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o700))
		require.NoError(t, os.WriteFile(file, make([]byte, size), 0o600))
	}
	s := newScreen(t)
	bar := newProgress(s.File)
	m := newImportMeter(filepath.Join(dir, "v"), bar, j)
	time.Sleep(150 * time.Millisecond) // past the throttle
	m.show(j)
	bar.end()
	require.Regexp(t, ` 75% .*\(600/800 ?kB, [0-9.]+ ?[kMG]?B/s\)`, s.close(t))

	// One of a web server has no size that is known.
	j.Sources[1].SourceFiles.Source1 = "https://host/reads.fastq.gz"
	s = newScreen(t)
	bar = newProgress(s.File)
	m = newImportMeter(filepath.Join(dir, "v"), bar, j)
	time.Sleep(150 * time.Millisecond)
	m.show(j)
	bar.end()
	require.Regexp(t, `\(600 ?kB, [0-9.]+ ?[kMG]?B/s\)`, s.close(t))
}
