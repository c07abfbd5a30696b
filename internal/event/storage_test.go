package event_test

import (
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/catalog/sqlite"
	"github.com/seqlode/seqlode/internal/event"
)

var (
	noon = time.Date(2023, 4, 4, 17, 53, 6, 999, time.UTC)
	home = catalog.Scope{Account: "123456789012", Region: "us-west-2"}
)

// emitted gives the envelopes of the events that write puts in the outbox.
func emitted(t *testing.T, write func(tx *catalog.Tx) error) (out []string) {
	t.Helper()
	c, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "catalog.db"), catalog.Options{
		Now: func() time.Time { return noon }, Random: strings.NewReader(strings.Repeat("0123456789abcdef", 10)),
	})
	require.NoError(t, err)
	defer func() { require.NoError(t, c.Close()) }()
	require.NoError(t, c.Update(t.Context(), write))
	require.NoError(t, c.View(context.Background(), func(r *catalog.Reader) error {
		events, err := r.Undelivered("test", 100)
		for _, e := range events {
			text, err := event.Envelope(e)
			require.NoError(t, err)
			out = append(out, string(text))
		}
		return err
	}))
	return out
}

// TestReadSetSample is the sample of monitoring-events-quotas.md §7.4, with an id
// that is a UUID version 4.
func TestReadSetSample(t *testing.T) {
	got := emitted(t, func(tx *catalog.Tx) error {
		return event.ReadSet(tx, home, catalog.ReadSet{ID: 3456789012, StoreID: 1234567890, Status: catalog.ReadSetProcessingUpload})
	})
	require.Len(t, got, 1)
	require.JSONEq(t, `{ "version": "0", "id": "30313233-3435-4637-b839-616263646566", "detail-type": "Read Set Status Change", "source": "aws.omics",
	  "account": "123456789012", "time": "2023-04-04T17:53:06Z", "region": "us-west-2",
	  "resources": ["arn:aws:omics:us-west-2:123456789012:sequenceStore/1234567890/readSet/3456789012"],
	  "detail": { "omicsVersion": "1.0.0", "arn": "arn:aws:omics:us-west-2:123456789012:sequenceStore/1234567890/readSet/3456789012",
	    "sequenceStoreId": "1234567890", "id": "3456789012", "status": "PROCESSING_UPLOAD" } }`, got[0])
}

// TestDetails holds each type against the table of §7.3.
func TestDetails(t *testing.T) {
	job := func(kind string, status catalog.JobStatus) func(*catalog.Tx) error {
		return func(tx *catalog.Tx) error {
			return event.Job(tx, catalog.Job{ID: 1000000009, Scope: home, Kind: kind, StoreID: 1000000001, Status: status, StatusMessage: "m"})
		}
	}
	for name, test := range map[string]struct {
		write    func(*catalog.Tx) error
		typ      string // "" where nothing is told
		resource string
		detail   string
	}{
		"read set": {func(tx *catalog.Tx) error {
			return event.ReadSet(tx, home, catalog.ReadSet{ID: 1000000002, StoreID: 1000000001, Status: catalog.ReadSetActive, StatusMessage: "m", CreationJobID: 1000000003})
		}, "Read Set Status Change", "sequenceStore/1000000001/readSet/1000000002",
			`{"omicsVersion":"1.0.0","arn":"arn:aws:omics:us-west-2:123456789012:sequenceStore/1000000001/readSet/1000000002","sequenceStoreId":"1000000001",
			  "id":"1000000002","creationJobId":"1000000003","status":"ACTIVE","statusMessage":"m"}`},
		"read set going": {func(tx *catalog.Tx) error {
			return event.ReadSet(tx, home, catalog.ReadSet{ID: 1, Status: catalog.ReadSetDeleting})
		}, "", "", ""},
		"reference": {func(tx *catalog.Tx) error {
			return event.Reference(tx, home, catalog.Reference{ID: 1000000002, StoreID: 1000000001, Status: catalog.ReferenceDeleted})
		}, "Reference Status Change", "referenceStore/1000000001/reference/1000000002",
			`{"omicsVersion":"1.0.0","arn":"arn:aws:omics:us-west-2:123456789012:referenceStore/1000000001/reference/1000000002","referenceStoreId":"1000000001",
			  "id":"1000000002","status":"DELETED"}`},
		"reference going": {func(tx *catalog.Tx) error {
			return event.Reference(tx, home, catalog.Reference{ID: 1, Status: catalog.ReferenceDeleting})
		}, "", "", ""},
		"sequence store": {func(tx *catalog.Tx) error {
			return event.SequenceStore(tx, catalog.SequenceStore{ID: 1000000001, Scope: home}, event.StoreCreated)
		}, "Sequence Store Status Change", "sequenceStore/1000000001",
			`{"omicsVersion":"1.0.0","arn":"arn:aws:omics:us-west-2:123456789012:sequenceStore/1000000001","id":"1000000001","status":"CREATED"}`},
		"reference store": {func(tx *catalog.Tx) error {
			return event.ReferenceStore(tx, catalog.ReferenceStore{ID: 1000000001, Scope: home}, event.StoreDeleted)
		}, "Reference Store Status Change", "referenceStore/1000000001",
			`{"omicsVersion":"1.0.0","arn":"arn:aws:omics:us-west-2:123456789012:referenceStore/1000000001","id":"1000000001","status":"DELETED"}`},
		"import": {job(event.ReadSetImport, catalog.JobSubmitted), "Read Set Import Job Status Change", "sequenceStore/1000000001",
			`{"omicsVersion":"1.0.0","id":"1000000009","sequenceStoreId":"1000000001","status":"SUBMITTED","statusMessage":"m"}`},
		"export": {job(event.ReadSetExport, catalog.JobCompletedWithFailures), "Read Set Export Job Status Change", "sequenceStore/1000000001",
			`{"omicsVersion":"1.0.0","id":"1000000009","sequenceStoreId":"1000000001","status":"COMPLETED_WITH_FAILURES","statusMessage":"m"}`},
		"activation": {job(event.ReadSetActivation, catalog.JobInProgress), "Read Set Activation Job Status Change", "sequenceStore/1000000001",
			`{"omicsVersion":"1.0.0","id":"1000000009","sequenceStoreId":"1000000001","status":"IN_PROGRESS","statusMessage":"m"}`},
		"reference import": {job(event.ReferenceImport, catalog.JobFailed), "Reference Import Job Status Change", "referenceStore/1000000001",
			`{"omicsVersion":"1.0.0","id":"1000000009","referenceStoreId":"1000000001","status":"FAILED","statusMessage":"m"}`},
		"cancelling": {job(event.ReadSetImport, catalog.JobCancelling), "", "", ""},
		"cancelled":  {job(event.ReadSetImport, catalog.JobCancelled), "", "", ""},
		"other kind": {job("demonstration", catalog.JobCompleted), "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := emitted(t, test.write)
			if test.typ == "" {
				require.Empty(t, got)
				return
			}
			require.Len(t, got, 1)
			var envelope struct {
				DetailType string          `json:"detail-type"`
				Resources  []string        `json:"resources"`
				Detail     json.RawMessage `json:"detail"`
			}
			require.NoError(t, json.Unmarshal([]byte(got[0]), &envelope))
			require.Equal(t, test.typ, envelope.DetailType)
			require.Equal(t, []string{"arn:aws:omics:us-west-2:123456789012:" + test.resource}, envelope.Resources)
			require.JSONEq(t, test.detail, string(envelope.Detail))
		})
	}
}
