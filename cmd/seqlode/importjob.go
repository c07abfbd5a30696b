package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/seqlode/seqlode"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/source"
	"github.com/seqlode/seqlode/readset"
)

// follow waits for an import job, showing how far it is, and reports what became
// of its sources.
func (im *importCommand) follow(ctx context.Context, v *seqlode.Vault, j readset.ImportJob) error {
	get := func() error {
		now, err := v.ReadSets.GetReadSetImportJob(ctx, j.SequenceStoreID, j.ID)
		if err == nil { // else what was known of it before stays
			j = now
		}
		return err
	}
	err := get()
	if err == nil {
		meter := newImportMeter(im.dir, im.progress, j)
		err = await(ctx, func() (catalog.JobStatus, error) {
			err := get()
			meter.show(j)
			return j.Status, err
		})
		im.progress.end()
	}
	if ctx.Err() != nil {
		im.say("import job %s is not over: `seqlode import --vault %s --resume` goes on with it", j.ID, label(im.dir))
	}
	if err != nil {
		return err
	}
	return errors.Join(im.report(ctx, v, j), removeCopies(sourcesOf(j)))
}

// sourcesOf are the sources of a job.
func sourcesOf(j readset.ImportJob) (out []readset.ImportSource) {
	for _, s := range j.Sources {
		out = append(out, s.ImportSource)
	}
	return out
}

// report prints the read sets that a job has made, and tells of the sources that
// failed.
func (im *importCommand) report(ctx context.Context, v *seqlode.Vault, j readset.ImportJob) error {
	var made []readset.Metadata
	var failed error
	for _, s := range j.Sources {
		if s.Status == catalog.ItemFinished {
			m, err := v.ReadSets.GetReadSetMetadata(ctx, j.SequenceStoreID, s.ReadSetID)
			if err != nil {
				return err
			}
			made = append(made, m)
			if m.StatusMessage != "" {
				im.say("%s: warning: %s", label(source.Name(s.SourceFiles.Source1)), m.StatusMessage)
			}
			continue
		}
		failed = errFailed
		why := s.StatusMessage
		if name := source.Name(s.SourceFiles.Source1); strings.Contains(why, name) {
			im.say("%s", why)
		} else {
			im.say("%s: %s", label(name), why)
		}
		if im.json {
			if err := im.printJSON(failedJSON{File: s.SourceFiles.Source1, Error: why}); err != nil {
				return err
			}
		}
	}
	if len(made) == 1 || im.json {
		return errors.Join(im.show(ctx, v, made), failed)
	}
	if len(made) > 0 {
		rows := newReadSetTable(im.stdout)
		for _, m := range made {
			rows.add(m)
		}
		if err := rows.flush(); err != nil {
			return err
		}
	}
	return failed
}

// resumeAll goes on with the import jobs of the vault that are not over.
func (im *importCommand) resumeAll(ctx context.Context) (failed error) {
	var open []readset.ImportJob
	err := im.in(ctx, reading, func(v *seqlode.Vault) (err error) { // before work on them begins
		open, err = openImports(ctx, v)
		return err
	})
	if err != nil {
		return err
	}
	if len(open) == 0 {
		im.say("no import was interrupted")
		return nil
	}
	return im.in(ctx, working, func(v *seqlode.Vault) error {
		for _, j := range open {
			if err := im.follow(ctx, v, j); err != nil && !errors.Is(err, errFailed) {
				return err
			} else if err != nil {
				failed = err
			}
		}
		return failed
	})
}

// openImports gives the import jobs that are not over.
func openImports(ctx context.Context, v *seqlode.Vault) (open []readset.ImportJob, err error) {
	all, err := stores(ctx, v)
	if err != nil {
		return nil, err
	}
	for _, store := range all {
		for _, status := range []catalog.JobStatus{catalog.JobSubmitted, catalog.JobInProgress} {
			in := readset.ListJobsInput{SequenceStoreID: store.ID, Filter: readset.JobFilter{Status: status}}
			for {
				page, err := v.ReadSets.ListReadSetImportJobs(ctx, in)
				if err != nil {
					return nil, err
				}
				open = append(open, page.ImportJobs...)
				if in.NextToken = page.NextToken; in.NextToken == "" {
					break
				}
			}
		}
	}
	return open, nil
}

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
