package main

import (
	"context"
	"errors"
	"time"

	"github.com/seqlode/seqlode"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/readset"
)

// await asks for a job's status, more and more seldom, until it is over.
func await(ctx context.Context, status func() (catalog.JobStatus, error)) error {
	const soonest, latest = 2 * time.Millisecond, 100 * time.Millisecond
	for pause := soonest; ; pause = min(2*pause, latest) {
		now, err := status()
		if err != nil || !now.Open() {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pause):
		}
	}
}

// setOutcome is what became of a read set of a job.
type setOutcome struct {
	id, message string
	status      catalog.ItemStatus
}

// batchJob is a kind of job over read sets of one store.
type batchJob struct {
	done  string // what read sets then are
	most  int    // of a job
	start func(ctx context.Context, store string, sets []readset.JobReadSet) (job string, err error)
	get   func(ctx context.Context, store, job string) (catalog.JobStatus, []setOutcome, error)
}

// runJobs does a kind of job on read sets, and reports on each when its job is
// over. One that is interrupted goes on when a command next works in the vault.
func (c *vaultCommand) runJobs(ctx context.Context, v *seqlode.Vault, store string, ids []string, kind batchJob) error {
	var found inStores
	failed := c.each(ctx, v, store, ids, found.add)
	for store, sets := range found.batches(kind.most) {
		var items []readset.JobReadSet
		for _, m := range sets {
			items = append(items, readset.JobReadSet{ReadSetID: m.ID})
		}
		job, err := kind.start(ctx, store, items)
		if err != nil {
			return err
		}
		if err := c.finishJob(ctx, store, job, kind); err != nil {
			if !errors.Is(err, errFailed) {
				return err
			}
			failed = err
		}
	}
	return failed
}

// finishJob waits for a job and reports on its read sets.
func (c *vaultCommand) finishJob(ctx context.Context, store, job string, kind batchJob) (failed error) {
	var items []setOutcome
	err := await(ctx, func() (status catalog.JobStatus, err error) {
		status, items, err = kind.get(ctx, store, job)
		return status, err
	})
	if ctx.Err() != nil {
		c.say("job %s is not over: the next command that works in the vault goes on with it", job)
	}
	if err != nil {
		return err
	}
	for _, item := range items {
		if item.status == catalog.ItemFinished {
			err = c.did(item.id, kind.done)
		} else {
			failed = c.didNot(item.id, item.message)
		}
		if err != nil {
			return err
		}
	}
	return failed
}
