package catalog

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// JobStatus is the state of a job.
type JobStatus string

// The states of a job.
const (
	JobSubmitted             JobStatus = "SUBMITTED"
	JobInProgress            JobStatus = "IN_PROGRESS"
	JobCancelling            JobStatus = "CANCELLING"
	JobCancelled             JobStatus = "CANCELLED"
	JobFailed                JobStatus = "FAILED"
	JobCompleted             JobStatus = "COMPLETED"
	JobCompletedWithFailures JobStatus = "COMPLETED_WITH_FAILURES"
)

// Open says whether a job still goes on.
func (s JobStatus) Open() bool {
	return s == JobSubmitted || s == JobInProgress || s == JobCancelling
}

// Job is a batch of items. Package job makes jobs and moves them on.
type Job struct {
	ID ID
	Scope
	Kind           string // readset-import
	StoreID        ID     // 0 for a job of no store
	Status         JobStatus
	StatusMessage  string
	Request        json.RawMessage // what the kind keeps of the call
	CreationTime   time.Time
	CompletionTime time.Time
}

var jobs = table[Job]{
	name: "job", thing: "job", key: 1, fixed: 7,
	columns: columnList("id, account, region, kind, store_id, request, creation_time, status, status_message, completion_time"),
	fields: func(j *Job) []any {
		return []any{&j.ID, &j.Account, &j.Region, &j.Kind, &j.StoreID, jsonColumn{&j.Request}, timeColumn{&j.CreationTime}, &j.Status, &j.StatusMessage, timeColumn{&j.CompletionTime}}
	},
}

// ItemStatus is the state of an item of a job.
type ItemStatus string

// The states of an item.
const (
	ItemNotStarted ItemStatus = "NOT_STARTED"
	ItemInProgress ItemStatus = "IN_PROGRESS"
	ItemFinished   ItemStatus = "FINISHED"
	ItemFailed     ItemStatus = "FAILED"
)

// JobItem is one source of a job.
type JobItem struct {
	JobID          ID
	Ordinal        int // from 0, the order of the call
	Kind           string
	Status         ItemStatus
	StatusMessage  string
	Request        json.RawMessage
	ResultID       ID // of what was made
	Epoch          int64
	Attempts       int
	LeaseOwner     string
	LeaseUntil     time.Time
	StartTime      time.Time
	CompletionTime time.Time
}

var jobItems = table[JobItem]{
	name: "job_item", thing: "item of job", key: 2, fixed: 4,
	columns: columnList("job_id, ordinal, kind, request, status, status_message, result_id, epoch, attempts, lease_owner, lease_until, start_time, completion_time"),
	fields: func(i *JobItem) []any {
		return []any{&i.JobID, &i.Ordinal, &i.Kind, jsonColumn{&i.Request}, &i.Status, &i.StatusMessage, &i.ResultID, &i.Epoch, &i.Attempts,
			&i.LeaseOwner, timeColumn{&i.LeaseUntil}, timeColumn{&i.StartTime}, timeColumn{&i.CompletionTime}}
	},
}

// InsertJob adds a job with an item for each request.
func (tx *Tx) InsertJob(j Job, requests []json.RawMessage) error {
	if err := jobs.insert(tx, &j); err != nil {
		return err
	}
	items := make([]JobItem, len(requests))
	for i, request := range requests {
		items[i] = JobItem{JobID: j.ID, Ordinal: i, Kind: j.Kind, Status: ItemNotStarted, Request: request}
	}
	return jobItems.insertAll(tx, slices.Values(items))
}

// UpdateJob writes a job's status, message and time of completion.
func (tx *Tx) UpdateJob(j Job) error { return jobs.update(tx, &j) }

// UpdateJobItem writes all but key, kind and request of an item that is not
// completed and has the given epoch; Conflict where it has another: its lease
// was lost.
func (tx *Tx) UpdateJobItem(i JobItem, epoch int64) error {
	args := values(jobItems.fields(&i))
	args = append(args[jobItems.fixed:], args[0], args[1], epoch)
	n, err := tx.conn.Exec(tx.ctx, "UPDATE job_item SET "+strings.Join(jobItems.columns[jobItems.fixed:], " = ?, ")+
		" = ? WHERE job_id = ? AND ordinal = ? AND epoch = ? AND completion_time = 0", args...)
	if err == nil && n == 0 {
		err = conflict("item %d of job %s: the lease is lost", i.Ordinal, i.JobID)
	}
	return err
}

// FailWaiting fails the items of a job that wait for a worker, with a message.
func (tx *Tx) FailWaiting(id ID, message string) error {
	_, err := tx.conn.Exec(tx.ctx, "UPDATE job_item SET status = 'FAILED', status_message = ?, completion_time = ? WHERE job_id = ? AND status = 'NOT_STARTED'",
		message, micros(tx.now), int64(id))
	return err
}

// Job gives a job by its ID alone.
func (r *Reader) Job(id ID) (Job, error) { return jobs.get(r, id) }

// JobOf gives a job of a kind and store.
func (r *Reader) JobOf(kind string, store, id ID) (Job, error) {
	return jobs.one(r, id, "id = ? AND kind = ? AND store_id = ?", id, kind, store)
}

// JobItems gives the items of a job in the order of the call.
func (r *Reader) JobItems(id ID) ([]JobItem, error) {
	return jobItems.all(r, "WHERE job_id = ? ORDER BY ordinal", id)
}

// JobItem gives one item of a job.
func (r *Reader) JobItem(id ID, ordinal int) (JobItem, error) { return jobItems.get(r, id, ordinal) }

// Tally counts the items of a job by their status.
func (r *Reader) Tally(id ID) (map[ItemStatus]int, error) {
	tally := map[ItemStatus]int{}
	err := r.each("SELECT status, count(*) FROM job_item WHERE job_id = ? GROUP BY status", []any{id}, func(rows Rows) error {
		var status ItemStatus
		var n int
		if err := rows.Scan(&status, &n); err != nil {
			return err
		}
		tally[status] = n
		return nil
	})
	return tally, err
}

// LostItems gives up to n items of a kind whose lease has run out, the longest
// lost first.
func (r *Reader) LostItems(kind string, n int) ([]JobItem, error) {
	return jobItems.all(r, "WHERE kind = ? AND status = 'IN_PROGRESS' AND lease_until <= ? ORDER BY lease_until, job_id, ordinal LIMIT ?", kind, r.now, n)
}

// WaitingItems gives up to n items of a kind that no worker has had, oldest job
// first.
func (r *Reader) WaitingItems(kind string, n int) ([]JobItem, error) {
	return jobItems.all(r, "WHERE kind = ? AND status = 'NOT_STARTED' ORDER BY job_id, ordinal LIMIT ?", kind, n)
}

// LeasedItems gives up to n items of a kind that a worker holds.
func (r *Reader) LeasedItems(kind string, n int) ([]JobItem, error) {
	return jobItems.all(r, "WHERE kind = ? AND status = 'IN_PROGRESS' AND lease_until > ? ORDER BY lease_until, job_id, ordinal LIMIT ?", kind, r.now, n)
}

// JobFilter selects jobs; empty fields select all.
type JobFilter struct {
	Status  JobStatus
	Created Created
}

// ListJobs lists the jobs of a kind and store.
func (r *Reader) ListJobs(kind string, store ID, f JobFilter, page PageRequest) (Page[Job], error) {
	return listing[Job]{
		table: jobs, scope: []cond{{"kind", kind}, {"store_id", store}}, filters: given(cond{"status", f.Status}), created: f.Created,
		where: func(j *Job) place { return place{micros(j.CreationTime), int64(j.ID)} },
	}.page(r, page)
}

// CountOpenJobs counts the jobs of some kinds that go on in an account and
// region, for the quotas of concurrent jobs.
func (r *Reader) CountOpenJobs(s Scope, kinds ...string) (int, error) {
	total := 0
	for _, kind := range kinds {
		n, err := r.number("SELECT count(*) FROM job WHERE account = ? AND region = ? AND kind = ? AND status IN ('SUBMITTED', 'IN_PROGRESS', 'CANCELLING')",
			s.Account, s.Region, kind)
		if err != nil {
			return 0, err
		}
		total += int(n)
	}
	return total, nil
}

// HasOpenJobs says whether a job of a kind and store goes on.
func (r *Reader) HasOpenJobs(kind string, store ID) (bool, error) {
	for _, status := range []JobStatus{JobSubmitted, JobInProgress, JobCancelling} {
		n, err := r.number("SELECT count(*) FROM (SELECT 1 FROM job WHERE kind = ? AND store_id = ? AND status = ? LIMIT 1) AS found", kind, int64(store), string(status))
		if err != nil || n > 0 {
			return n > 0, err
		}
	}
	return false, nil
}
