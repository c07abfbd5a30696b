package job

import (
	"context"
	"fmt"

	"github.com/seqlode/seqlode/internal/catalog"
)

// claim takes the next item under a lease; nil where there is none to take. It
// looks before it writes, so that an idle runner takes no lock.
func (r *Runner) claim(ctx context.Context) (*Lease, error) {
	for {
		found, ok, err := r.next(ctx)
		if err != nil || !ok {
			return nil, err
		}
		l, err := r.take(ctx, found)
		if err != nil || l != nil {
			return l, err
		}
	}
}

// next finds an item to take: lost ones first, then those of the oldest job.
func (r *Runner) next(ctx context.Context) (found catalog.JobItem, ok bool, err error) {
	err = r.c.View(ctx, func(rd *catalog.Reader) error {
		for _, look := range []func(string, int) ([]catalog.JobItem, error){rd.LostItems, rd.WaitingItems} {
			for kind := range r.o.Kinds {
				items, err := look(kind, 1)
				if err != nil {
					return err
				}
				if len(items) > 0 && (!ok || items[0].JobID < found.JobID) {
					found, ok = items[0], true
				}
			}
			if ok {
				return nil
			}
		}
		return nil
	})
	return found, ok, err
}

// take gives a lease on an item that was seen free; nil where it is free no more
// or has come to its end here.
func (r *Runner) take(ctx context.Context, seen catalog.JobItem) (l *Lease, err error) {
	err = r.c.Update(ctx, func(tx *catalog.Tx) error {
		l = nil
		item, err := tx.JobItem(seen.JobID, seen.Ordinal)
		if err != nil {
			return err
		}
		if item.Epoch != seen.Epoch || item.Status != seen.Status || tx.Now().Before(item.LeaseUntil) {
			return nil
		}
		j, err := tx.Job(item.JobID)
		if err != nil {
			return err
		}
		switch {
		case j.Status == catalog.JobCancelling:
			return fail(tx, r.o.Kinds[item.Kind], item, cancelled)
		case item.Attempts >= r.o.MaxAttempts:
			return fail(tx, r.o.Kinds[item.Kind], item, fmt.Sprintf("given up after %d attempts, none of which came to an end", item.Attempts))
		case j.Status == catalog.JobSubmitted:
			if j, err = begin(tx, j); err != nil {
				return err
			}
		}
		free := item.Epoch
		item.Status = catalog.ItemInProgress
		item.Epoch++
		item.Attempts++
		item.LeaseOwner, item.LeaseUntil = r.o.Owner, tx.Now().Add(r.o.Lease)
		if item.StartTime.IsZero() {
			item.StartTime = tx.Now()
		}
		l = &Lease{Job: j, Item: item, c: r.c}
		return tx.UpdateJobItem(item, free)
	})
	if err != nil {
		return nil, err
	}
	return l, nil
}
