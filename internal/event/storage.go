package event

import (
	"encoding/json"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
)

// version is the omicsVersion of every detail.
const version = "1.0.0"

// Statuses that events have and the API does not: of stores.
const (
	StoreCreated = "CREATED"
	StoreUpdated = "UPDATED"
	StoreActive  = "ACTIVE"
	StoreDeleted = "DELETED"
)

// detail has the fields of all storage events; a type fills its own.
type detail struct {
	OmicsVersion     string     `json:"omicsVersion"`
	ARN              string     `json:"arn,omitempty"`
	Status           string     `json:"status"`
	StatusMessage    string     `json:"statusMessage,omitempty"`
	SequenceStoreID  catalog.ID `json:"sequenceStoreId,omitzero"`
	ReferenceStoreID catalog.ID `json:"referenceStoreId,omitzero"`
	ID               catalog.ID `json:"id"`
	CreationJobID    catalog.ID `json:"creationJobId,omitzero"`
}

// put adds an event with one resource to the outbox.
func put(tx *catalog.Tx, s catalog.Scope, detailType, resource string, d detail) error {
	d.OmicsVersion = version
	text, err := json.Marshal(d)
	if err != nil {
		return errs.At(errs.Internal, errs.Pos{}, "%s event: %w", detailType, err)
	}
	return tx.AddEvent(catalog.Event{Scope: s, DetailType: detailType, Resources: []string{resource}, Detail: text})
}

// ReadSet tells the status of a read set; s is its store's account and region. A
// status that has no event (DELETING) tells nothing.
func ReadSet(tx *catalog.Tx, s catalog.Scope, set catalog.ReadSet) error {
	if set.Status == catalog.ReadSetDeleting {
		return nil
	}
	arn := s.ReadSetARN(set.StoreID, set.ID)
	return put(tx, s, "Read Set Status Change", arn, detail{ARN: arn, Status: string(set.Status), StatusMessage: set.StatusMessage,
		SequenceStoreID: set.StoreID, ID: set.ID, CreationJobID: set.CreationJobID})
}

// Reference tells the status of a reference; s is its store's account and
// region. A status that has no event (DELETING) tells nothing.
func Reference(tx *catalog.Tx, s catalog.Scope, ref catalog.Reference) error {
	if ref.Status == catalog.ReferenceDeleting {
		return nil
	}
	arn := s.ReferenceARN(ref.StoreID, ref.ID)
	return put(tx, s, "Reference Status Change", arn, detail{ARN: arn, Status: string(ref.Status), ReferenceStoreID: ref.StoreID, ID: ref.ID, CreationJobID: ref.CreationJobID})
}

// SequenceStore tells that a store is CREATED, UPDATED, ACTIVE or DELETED.
func SequenceStore(tx *catalog.Tx, s catalog.SequenceStore, status string) error {
	return put(tx, s.Scope, "Sequence Store Status Change", s.ARN(), detail{ARN: s.ARN(), Status: status, ID: s.ID})
}

// ReferenceStore tells that a store is CREATED, UPDATED, ACTIVE or DELETED.
func ReferenceStore(tx *catalog.Tx, s catalog.ReferenceStore, status string) error {
	return put(tx, s.Scope, "Reference Store Status Change", s.ARN(), detail{ARN: s.ARN(), Status: status, ID: s.ID})
}

// Kinds of storage jobs.
const (
	ReadSetImport     = "readset-import"
	ReadSetExport     = "readset-export"
	ReadSetActivation = "readset-activation"
	ReferenceImport   = "reference-import"
)

// jobTypes are the detail types of the kinds of jobs that have events.
var jobTypes = map[string]string{
	ReadSetImport:     "Read Set Import Job Status Change",
	ReadSetExport:     "Read Set Export Job Status Change",
	ReadSetActivation: "Read Set Activation Job Status Change",
	ReferenceImport:   "Reference Import Job Status Change",
}

// Job tells the status of a job. A kind without events, and the states of
// cancelling, tell nothing (MQ-28).
func Job(tx *catalog.Tx, j catalog.Job) error {
	detailType, ok := jobTypes[j.Kind]
	if !ok || j.Status == catalog.JobCancelling || j.Status == catalog.JobCancelled {
		return nil
	}
	d := detail{Status: string(j.Status), StatusMessage: j.StatusMessage, ID: j.ID}
	resource := ""
	if j.Kind == ReferenceImport {
		d.ReferenceStoreID, resource = j.StoreID, j.ReferenceStoreARN(j.StoreID)
	} else {
		d.SequenceStoreID, resource = j.StoreID, j.SequenceStoreARN(j.StoreID)
	}
	return put(tx, j.Scope, detailType, resource, d)
}

// Envelope gives an event as it is delivered.
func Envelope(e catalog.Event) ([]byte, error) {
	text, err := json.Marshal(struct {
		Version    string          `json:"version"`
		ID         string          `json:"id"`
		DetailType string          `json:"detail-type"`
		Source     string          `json:"source"`
		Account    string          `json:"account"`
		Time       string          `json:"time"`
		Region     string          `json:"region"`
		Resources  []string        `json:"resources"`
		Detail     json.RawMessage `json:"detail"`
	}{"0", e.ID, e.DetailType, "aws.omics", e.Account, e.Time.UTC().Format("2006-01-02T15:04:05Z"), e.Region, e.Resources, e.Detail})
	if err != nil {
		return nil, errs.At(errs.Internal, errs.Pos{}, "event %s: %w", e.ID, err)
	}
	return text, nil
}
