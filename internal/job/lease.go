package job

import (
	"context"
	"fmt"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
)

// Kind is how items of one kind are worked on.
type Kind struct {
	// Run does the work of the item that l holds. ctx ends when the lease is
	// lost, the job is cancelled or the runner stops; Run then returns soon. An
	// error fails the item, with the error's text as its message, and no other;
	// of the Outcome beside it only Done counts.
	Run func(ctx context.Context, l *Lease) (Outcome, error)

	// Undo, where it is set, runs in the transaction that fails an item which
	// was begun. It takes back what Lease.Update wrote of it.
	Undo func(tx *catalog.Tx, j catalog.Job, item catalog.JobItem) error
}

// Outcome is work that is done and not yet visible.
type Outcome struct {
	// Commit writes the rows that make it visible, in the transaction that
	// finishes the item; nil writes none. It may be called again after a
	// transaction that did not commit. An error that is the item's own fails the
	// item; one of kind Internal or Timeout leaves it to another attempt.
	Commit func(tx *catalog.Tx) error

	ResultID catalog.ID // what was made; 0 keeps what the item has
	Message  string     // the item's statusMessage

	// Done, where it is set, is called once the item is over and nobody else will
	// take it: with nil where the rows of Commit are there, else with why it
	// failed. It is the place to remove what a failed item has published: before,
	// the lease may be another's, though ctx does not tell yet. Not being part of
	// the transaction it may be missed, where the process dies.
	Done func(ctx context.Context, failure error)
}

// Lease is a hold on an item for a while.
type Lease struct {
	Job  catalog.Job
	Item catalog.JobItem // as it was taken

	c *catalog.Catalog
}

// Name names this hold on the item and no other, before or after: for a place
// for work in progress. Letters, digits and hyphens.
func (l *Lease) Name() string {
	return fmt.Sprintf("%s-%d-%d", l.Item.JobID, l.Item.Ordinal, l.Item.Epoch)
}

// Update runs fn in a transaction that commits only while the lease is held.
// What fn changes of the item's ResultID and StatusMessage is kept, for a later
// hold to find. A lost lease is a Conflict.
func (l *Lease) Update(ctx context.Context, fn func(tx *catalog.Tx, item *catalog.JobItem) error) error {
	return l.c.Update(ctx, func(tx *catalog.Tx) error {
		held, err := l.held(tx)
		if err != nil {
			return err
		}
		changed := held
		if err := fn(tx, &changed); err != nil {
			return err
		}
		held.ResultID, held.StatusMessage = changed.ResultID, changed.StatusMessage
		return tx.UpdateJobItem(held, held.Epoch)
	})
}

// held gives the item's row, and a Conflict where the lease is lost.
func (l *Lease) held(tx *catalog.Tx) (catalog.JobItem, error) {
	item, err := tx.JobItem(l.Item.JobID, l.Item.Ordinal)
	if err != nil {
		return item, err
	}
	if item.Epoch != l.Item.Epoch || item.Status != catalog.ItemInProgress || !tx.Now().Before(item.LeaseUntil) {
		return item, errs.At(errs.Conflict, errs.Pos{}, "item %d of job %s: %w", item.Ordinal, item.JobID, errLost)
	}
	return item, nil
}

// complete ends the item in the state that outcome and failure say. It gives a
// Conflict that is errLost where the lease is lost.
func (l *Lease) complete(ctx context.Context, k Kind, o Outcome, failure error) error {
	return l.c.Update(ctx, func(tx *catalog.Tx) error {
		item, err := l.held(tx)
		if err != nil {
			return err
		}
		if failure != nil {
			return fail(tx, k, item, failure.Error())
		}
		if o.Commit != nil {
			if err := o.Commit(tx); err != nil {
				return &commitError{err}
			}
		}
		if o.ResultID != 0 {
			item.ResultID = o.ResultID
		}
		item.Status, item.StatusMessage, item.CompletionTime = catalog.ItemFinished, message(o.Message), tx.Now()
		return closeItem(tx, item)
	})
}

// fail ends an item that was begun as FAILED.
func fail(tx *catalog.Tx, k Kind, item catalog.JobItem, why string) error {
	if k.Undo != nil {
		j, err := tx.Job(item.JobID)
		if err != nil {
			return err
		}
		if err := k.Undo(tx, j, item); err != nil {
			return err
		}
	}
	item.Status, item.StatusMessage, item.CompletionTime = catalog.ItemFailed, message(why), tx.Now()
	return closeItem(tx, item)
}

// closeItem writes an item's last state, and its job's where it was the last.
func closeItem(tx *catalog.Tx, item catalog.JobItem) error {
	if err := tx.UpdateJobItem(item, item.Epoch); err != nil {
		return err
	}
	j, err := tx.Job(item.JobID)
	if err != nil {
		return err
	}
	return settle(tx, j)
}

// commitError is an error of Outcome.Commit.
type commitError struct{ err error }

func (e *commitError) Error() string { return e.err.Error() }
func (e *commitError) Unwrap() error { return e.err }
