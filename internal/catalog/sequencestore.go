package catalog

import "time"

// StoreStatus is the state of a sequence store.
type StoreStatus string

// The states of a sequence store.
const (
	StoreCreating StoreStatus = "CREATING"
	StoreActive   StoreStatus = "ACTIVE"
	StoreUpdating StoreStatus = "UPDATING"
	StoreDeleting StoreStatus = "DELETING"
	StoreFailed   StoreStatus = "FAILED"
)

// SequenceStore holds read sets (storage.md §5).
type SequenceStore struct {
	ID ID
	Scope
	Name              string
	Description       string
	Status            StoreStatus
	StatusMessage     string
	ETagFamily        string   // MD5up, SHA256up, SHA512up
	FallbackLocation  string   // S3 URI
	PropagatedTags    []string // keys
	S3Alias           string   // bucket of the s3Uri
	AccessLogLocation string   // S3 URI
	ReadSetCount      int64    // kept by InsertReadSet and DeleteReadSet; not written by UpdateSequenceStore
	CreationTime      time.Time
	UpdateTime        time.Time
}

// ARN names the store.
func (s *SequenceStore) ARN() string { return s.SequenceStoreARN(s.ID) }

var sequenceStores = table[SequenceStore]{
	name: "sequence_store", thing: "sequenceStore", key: 1, fixed: 6,
	columns: columnList("id, account, region, creation_time, etag_family, read_set_count, name, description, status, status_message, " +
		"fallback_location, propagated_tags, s3_alias, access_log_location, update_time"),
	fields: func(s *SequenceStore) []any {
		return []any{&s.ID, &s.Account, &s.Region, timeColumn{&s.CreationTime}, &s.ETagFamily, &s.ReadSetCount, &s.Name, &s.Description, &s.Status, &s.StatusMessage,
			&s.FallbackLocation, listColumn{&s.PropagatedTags}, &s.S3Alias, &s.AccessLogLocation, timeColumn{&s.UpdateTime}}
	},
}

// InsertSequenceStore adds a store, with no read sets.
func (tx *Tx) InsertSequenceStore(s SequenceStore) error {
	s.ReadSetCount = 0
	return sequenceStores.insert(tx, &s)
}

// UpdateSequenceStore writes all but ID, scope, time of creation, ETag family and
// the count.
func (tx *Tx) UpdateSequenceStore(s SequenceStore) error { return sequenceStores.update(tx, &s) }

// DeleteSequenceStore drops an empty store and its tags; Conflict while it has
// read sets.
func (tx *Tx) DeleteSequenceStore(id ID) error {
	if err := tx.SetTags(id, nil); err != nil {
		return err
	}
	return inUse(sequenceStores.remove(tx, id), "sequence store %s still has read sets", id)
}

// SequenceStore gives a store.
func (r *Reader) SequenceStore(id ID) (SequenceStore, error) { return sequenceStores.get(r, id) }

// SequenceStoreByAlias gives the store whose s3Uri has this bucket.
func (r *Reader) SequenceStoreByAlias(bucket string) (SequenceStore, error) {
	return sequenceStores.one(r, bucket, "s3_alias = ?", bucket)
}

// SequenceStoreFilter selects stores; empty fields select all.
type SequenceStoreFilter struct {
	Name    string
	Status  StoreStatus
	Created Created
	Updated Created
}

// ListSequenceStores lists the stores of an account and region.
func (r *Reader) ListSequenceStores(s Scope, f SequenceStoreFilter, page PageRequest) (Page[SequenceStore], error) {
	l := listing[SequenceStore]{
		table: sequenceStores, scope: s.conds(), created: f.Created,
		filters: given(cond{"name", f.Name}, cond{"status", f.Status}),
		where:   func(s *SequenceStore) place { return place{micros(s.CreationTime), int64(s.ID)} },
	}
	if f.Updated != (Created{}) {
		l.spans = []span{{"update_time", f.Updated}}
	}
	return l.page(r, page)
}

// CountSequenceStores counts the stores of an account and region, for the quota:
// up to atMost.
func (r *Reader) CountSequenceStores(s Scope, atMost int) (int, error) {
	n, err := r.number("SELECT count(*) FROM (SELECT 1 FROM sequence_store WHERE account = ? AND region = ? LIMIT ?) AS counted", s.Account, s.Region, atMost)
	return int(n), err
}
