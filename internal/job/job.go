package job

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/event"
)

// cancelled is the message of items that a cancel left undone.
const cancelled = "cancelled"

// mostMessage is the characters of a statusMessage.
const mostMessage = 1000

// message gives text as a statusMessage: one line, not too long.
func message(text string) string {
	text = strings.ReplaceAll(strings.TrimSpace(text), "\n", "; ")
	text = strings.Map(func(c rune) rune {
		if unicode.IsPrint(c) {
			return c
		}
		return ' '
	}, strings.ToValidUTF8(text, "\ufffd"))
	if r := []rune(text); len(r) > mostMessage {
		text = string(r[:mostMessage-1]) + "…"
	}
	return text
}

// Spec is a job to be.
type Spec struct {
	catalog.Scope
	Kind    string
	StoreID catalog.ID // 0 for a job of no store
	Request json.RawMessage
	Items   []json.RawMessage // at least one; what each is to do
}

// Submit writes a job and its event. Once the transaction has committed, runners
// find it; Runner.Wake makes one look at once.
func Submit(tx *catalog.Tx, s Spec) (catalog.Job, error) {
	if len(s.Items) == 0 {
		return catalog.Job{}, errs.At(errs.Validation, errs.Pos{}, "a %s job needs at least one source", s.Kind)
	}
	id, err := tx.NewID()
	if err != nil {
		return catalog.Job{}, err
	}
	j := catalog.Job{ID: id, Scope: s.Scope, Kind: s.Kind, StoreID: s.StoreID, Status: catalog.JobSubmitted, Request: s.Request, CreationTime: tx.Now()}
	if err := tx.InsertJob(j, s.Items); err != nil {
		return catalog.Job{}, err
	}
	return j, event.Job(tx, j)
}

// Cancel asks for the end of a job: items that wait fail at once, those under way
// are told at the next renewal of their lease and may still finish. Conflict where
// the job is over; a job that is being cancelled is left to it.
func Cancel(tx *catalog.Tx, id catalog.ID) error {
	j, err := tx.Job(id)
	if err != nil {
		return err
	}
	if !j.Status.Open() {
		return errs.At(errs.Conflict, errs.Pos{}, "job %s is %s already", id, j.Status)
	}
	j.Status = catalog.JobCancelling
	if err := tx.UpdateJob(j); err != nil {
		return err
	}
	if err := tx.FailWaiting(id, cancelled); err != nil {
		return err
	}
	return settle(tx, j)
}

// settle ends a job that has no open item left.
func settle(tx *catalog.Tx, j catalog.Job) error {
	tally, err := tx.Tally(j.ID)
	if err != nil || tally[catalog.ItemNotStarted]+tally[catalog.ItemInProgress] > 0 {
		return err
	}
	good, bad := tally[catalog.ItemFinished], tally[catalog.ItemFailed]
	switch {
	case j.Status == catalog.JobCancelling:
		j.Status = catalog.JobCancelled
	case bad == 0:
		j.Status = catalog.JobCompleted
	case good == 0:
		j.Status = catalog.JobFailed
	default:
		j.Status = catalog.JobCompletedWithFailures
	}
	if bad > 0 {
		j.StatusMessage = fmt.Sprintf("%d of %d sources failed", bad, good+bad)
	}
	j.CompletionTime = tx.Now()
	if err := tx.UpdateJob(j); err != nil {
		return err
	}
	return event.Job(tx, j)
}

// begin moves a job on with its first item.
func begin(tx *catalog.Tx, j catalog.Job) (catalog.Job, error) {
	j.Status = catalog.JobInProgress
	if err := tx.UpdateJob(j); err != nil {
		return j, err
	}
	return j, event.Job(tx, j)
}
