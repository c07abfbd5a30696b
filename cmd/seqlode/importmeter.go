package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/readset"
)

// importMeter shows how far an import job is: by the sizes of its sources, and of
// what it has written of those under way.
type importMeter struct {
	staging string
	bar     *progress
	sizes   []int64 // of the sources, in bytes; nil where the bar isn't shown
	next    time.Time
}

func newImportMeter(dir string, bar *progress, j readset.ImportJob) *importMeter {
	m := &importMeter{staging: filepath.Join(dir, "staging"), bar: bar}
	if bar.w == nil {
		return m
	}
	var total int64
	for _, s := range j.Sources {
		var sum int64
		for _, uri := range []string{s.SourceFiles.Source1, s.SourceFiles.Source2} {
			if path, ok := localFile(uri); ok {
				if info, err := os.Stat(path); err == nil { // the import tells of a file that isn't there
					sum += info.Size()
				}
			} else if uri != "" {
				total = unknownTotal
			}
		}
		m.sizes = append(m.sizes, sum)
		if total != unknownTotal {
			total += sum
		}
	}
	bar.start(total)
	return m
}

// show brings the bar up to date, a few times a second at most.
func (m *importMeter) show(j readset.ImportJob) {
	if m.sizes == nil || time.Now().Before(m.next) {
		return
	}
	m.next = time.Now().Add(200 * time.Millisecond)
	var done int64
	for i, s := range j.Sources {
		if s.Status == catalog.ItemFinished || s.Status == catalog.ItemFailed {
			done += m.sizes[i]
		}
	}
	// Work in progress of item N lies in staging/JOB-N-EPOCH.
	leases, _ := filepath.Glob(filepath.Join(m.staging, j.ID+"-*")) // the pattern is good
	for _, lease := range leases {
		done += written(lease)
	}
	m.bar.set(done)
}

// written is how much is in a folder. What vanishes meanwhile counts nothing.
func written(folder string) (sum int64) {
	_ = filepath.WalkDir(folder, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			if info, err := d.Info(); err == nil {
				sum += info.Size()
			}
		}
		return nil
	})
	return sum
}
