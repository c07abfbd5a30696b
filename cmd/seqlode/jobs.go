package main

import (
	"context"
	"errors"
	"strings"
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

// moving is what the message of a read set says that another job has in hand.
const moving = "being moved by "

// runJobs does a kind of job on read sets, and reports on each when its job is
// over. Those that another job has in hand, such as one that was interrupted and
// goes on now, are tried again until that is over.
func (c *vaultCommand) runJobs(ctx context.Context, v *seqlode.Vault, store string, ids []string, kind batchJob) error {
	var found inStores
	failed := c.each(ctx, v, store, ids, found.add)
	for store, sets := range found.batches(kind.most) {
		items := make([]readset.JobReadSet, len(sets))
		for i, m := range sets {
			items[i].ReadSetID = m.ID
		}
		const soonest, latest = 50 * time.Millisecond, 2 * time.Second
		for pause := soonest; len(items) > 0; pause = min(2*pause, latest) {
			job, err := kind.start(ctx, store, items)
			if err != nil {
				return err
			}
			if items, err = c.finishJob(ctx, store, job, kind); errors.Is(err, errFailed) {
				failed = err
			} else if err != nil {
				return err
			}
			if len(items) > 0 {
				select {
				case <-ctx.Done():
				case <-time.After(pause):
				}
			}
		}
	}
	return failed
}

// finishJob waits for a job and reports on its read sets, apart from those that
// another job has in hand, which it gives. One that is interrupted goes on when a
// command next works in the vault.
func (c *vaultCommand) finishJob(ctx context.Context, store, job string, kind batchJob) (inHand []readset.JobReadSet, failed error) {
	var items []setOutcome
	err := await(ctx, func() (status catalog.JobStatus, err error) {
		status, items, err = kind.get(ctx, store, job)
		return status, err
	})
	if ctx.Err() != nil {
		c.say("job %s is not over: the next command that works in the vault goes on with it", job)
	}
	if err != nil {
		return nil, err
	}
	for _, item := range items {
		switch {
		case item.status == catalog.ItemFinished:
			err = c.did(item.id, kind.done)
		case strings.Contains(item.message, moving):
			inHand = append(inHand, readset.JobReadSet{ReadSetID: item.id})
		default:
			failed = c.didNot(item.id, item.message)
			err = c.stdout.err
		}
		if err != nil {
			return nil, err
		}
	}
	return inHand, failed
}
