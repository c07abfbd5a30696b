package catalogtest

import (
	"bytes"
	"encoding/json"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
)

func events(t *testing.T, open Open) {
	c := open(t, catalog.Options{Now: func() time.Time { return noon }, Random: bytes.NewReader(bytes.Repeat([]byte{0xff}, 48))})
	update(t, c, func(tx *catalog.Tx) {
		for _, detail := range []string{`{"n":1}`, `{"n":2}`, `{"n":3}`} {
			require.NoError(t, tx.AddEvent(catalog.Event{Scope: home, DetailType: "Read Set Status Change", Resources: []string{"arn:x"}, Detail: json.RawMessage(detail)}))
		}
	})
	require.Error(t, c.Update(t.Context(), func(tx *catalog.Tx) error { return tx.AddEvent(catalog.Event{}) }), "no more random bytes")
	update(t, c, func(tx *catalog.Tx) {
		got, err := tx.Undelivered("a", 2)
		require.NoError(t, err)
		require.Len(t, got, 2)
		require.Equal(t, catalog.Event{Seq: got[0].Seq, ID: "ffffffff-ffff-4fff-bfff-ffffffffffff", Scope: home, DetailType: "Read Set Status Change",
			Resources: []string{"arn:x"}, Detail: json.RawMessage(`{"n":1}`), Time: noon}, got[0])
		require.Regexp(t, regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`), got[1].ID)
		require.NoError(t, tx.Delivered("a", got[1].Seq))
		require.NoError(t, tx.Delivered("a", got[0].Seq))
		left, err := tx.Undelivered("a", 9)
		require.NoError(t, err)
		require.Len(t, left, 1)
		require.JSONEq(t, `{"n":3}`, string(left[0].Detail))
		others, err := tx.Undelivered("b", 9)
		require.NoError(t, err)
		require.Len(t, others, 3)
		require.NoError(t, tx.DropEvents(got[1].Seq))
		others, err = tx.Undelivered("b", 9)
		require.NoError(t, err)
		require.Len(t, others, 1)
	})
}

func jobs(t *testing.T, open Open) {
	c := atNoon(t, open)
	job := catalog.Job{Scope: home, Kind: "k", StoreID: 1000000009, Status: catalog.JobSubmitted, Request: json.RawMessage(`{"roleArn":"r"}`), CreationTime: noon}
	update(t, c, func(tx *catalog.Tx) {
		job.ID = newID(t, tx)
		require.NoError(t, tx.InsertJob(job, []json.RawMessage{json.RawMessage(`1`), json.RawMessage(`2`), json.RawMessage(`3`)}))
		second := job
		second.ID, second.Status, second.CompletionTime = newID(t, tx), catalog.JobFailed, noon
		require.NoError(t, tx.InsertJob(second, []json.RawMessage{json.RawMessage(`4`)}))
		require.NoError(t, tx.FailWaiting(second.ID, "gone"))
	})
	view(t, c, func(r *catalog.Reader) {
		got, err := r.JobOf("k", job.StoreID, job.ID)
		require.NoError(t, err)
		require.Equal(t, job, got)
		_, err = r.JobOf("other", job.StoreID, job.ID)
		require.ErrorIs(t, err, errs.ErrNotFound)
		n, err := r.CountOpenJobs(home, "k", "other")
		require.NoError(t, err)
		require.Equal(t, 1, n)
		page, err := r.ListJobs("k", job.StoreID, catalog.JobFilter{Status: catalog.JobSubmitted}, catalog.PageRequest{})
		require.NoError(t, err)
		require.Equal(t, []catalog.Job{job}, page.Items)
		page, err = r.ListJobs("k", job.StoreID, catalog.JobFilter{}, catalog.PageRequest{})
		require.NoError(t, err)
		require.Len(t, page.Items, 2)
		waiting, err := r.WaitingItems("k", 2)
		require.NoError(t, err)
		require.Len(t, waiting, 2)
		require.Equal(t, catalog.JobItem{JobID: job.ID, Ordinal: 1, Kind: "k", Status: catalog.ItemNotStarted, Request: json.RawMessage(`2`)}, waiting[1])
	})
	item := catalog.JobItem{JobID: job.ID, Ordinal: 1, Status: catalog.ItemInProgress, StatusMessage: "m", ResultID: 5, Epoch: 1, Attempts: 1,
		LeaseOwner: "me", LeaseUntil: noon.Add(time.Minute), StartTime: noon}
	update(t, c, func(tx *catalog.Tx) {
		require.NoError(t, tx.UpdateJobItem(item, 0))
		got, err := tx.JobItem(job.ID, 1)
		require.NoError(t, err)
		item.Kind, item.Request = "k", json.RawMessage(`2`)
		require.Equal(t, item, got)
		require.ErrorIs(t, tx.UpdateJobItem(item, 0), errs.ErrConflict)
		lost, err := tx.LostItems("k", 9)
		require.NoError(t, err)
		require.Empty(t, lost)
		held, err := tx.LeasedItems("k", 9)
		require.NoError(t, err)
		require.Equal(t, []catalog.JobItem{item}, held)
		item.LeaseUntil = noon
		require.NoError(t, tx.UpdateJobItem(item, 1))
		lost, err = tx.LostItems("k", 9)
		require.NoError(t, err)
		require.Equal(t, []catalog.JobItem{item}, lost)
		item.Status, item.CompletionTime = catalog.ItemFinished, noon
		require.NoError(t, tx.UpdateJobItem(item, 1))
		require.ErrorIs(t, tx.UpdateJobItem(item, 1), errs.ErrConflict, "completed twice")
		tally, err := tx.Tally(job.ID)
		require.NoError(t, err)
		require.Equal(t, map[catalog.ItemStatus]int{catalog.ItemNotStarted: 2, catalog.ItemFinished: 1}, tally)
		job.Status, job.StatusMessage, job.CompletionTime = catalog.JobCompleted, "done", noon
		require.NoError(t, tx.UpdateJob(job))
		gotJob, err := tx.Job(job.ID)
		require.NoError(t, err)
		require.Equal(t, job, gotJob)
		items, err := tx.JobItems(job.ID)
		require.NoError(t, err)
		require.Len(t, items, 3)
	})
}
