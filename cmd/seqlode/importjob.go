package main

import (
	"context"
	"errors"
	"iter"
	"strings"

	"github.com/seqlode/seqlode"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/source"
	"github.com/seqlode/seqlode/readset"
)

// follow waits for an import job, showing how far it is, and reports what became
// of its sources.
func (im *importCommand) follow(ctx context.Context, v *seqlode.Vault, j readset.ImportJob) error {
	var meter *importMeter
	err := im.awaitImport(ctx, "import", j.ID, func() (catalog.JobStatus, error) {
		now, err := v.ReadSets.GetReadSetImportJob(ctx, j.SequenceStoreID, j.ID)
		if err != nil {
			return "", err // what was known of it before stays
		}
		if j = now; meter == nil {
			meter = newImportMeter(im.dir, im.progress, j)
		}
		meter.show(j)
		return j.Status, nil
	})
	im.progress.end()
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
		why := s.StatusMessage
		if name := source.Name(s.SourceFiles.Source1); !strings.Contains(why, name) {
			why = label(name) + ": " + why
		}
		if failed = im.sourceFailed(s.SourceFiles.Source1, why); !errors.Is(failed, errFailed) {
			return failed
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

// openImports gives the import jobs that are not over.
func openImports(ctx context.Context, v *seqlode.Vault) (open []readset.ImportJob, err error) {
	in, err := stores(ctx, v)
	if err != nil {
		return nil, err
	}
	for _, store := range in {
		jobs, err := openJobs(func(status catalog.JobStatus) iter.Seq2[readset.ImportJob, error] {
			return pages(func(token string) ([]readset.ImportJob, string, error) {
				page, err := v.ReadSets.ListReadSetImportJobs(ctx, readset.ListJobsInput{SequenceStoreID: store.ID, NextToken: token, Filter: readset.JobFilter{Status: status}})
				return page.ImportJobs, page.NextToken, err
			})
		})
		if err != nil {
			return nil, err
		}
		open = append(open, jobs...)
	}
	return open, nil
}
