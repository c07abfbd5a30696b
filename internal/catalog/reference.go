package catalog

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"time"
)

// ReferenceStore holds references; an account has one in a region.
type ReferenceStore struct {
	ID ID
	Scope
	Name         string
	Description  string
	CreationTime time.Time
	UpdateTime   time.Time
}

// ARN names the store.
func (s *ReferenceStore) ARN() string { return s.ReferenceStoreARN(s.ID) }

var referenceStores = table[ReferenceStore]{
	name: "reference_store", thing: "referenceStore", key: 1, fixed: 4,
	columns: columnList("id, account, region, creation_time, name, description, update_time"),
	fields: func(s *ReferenceStore) []any {
		return []any{&s.ID, &s.Account, &s.Region, timeColumn{&s.CreationTime}, &s.Name, &s.Description, timeColumn{&s.UpdateTime}}
	},
}

// ReferenceStatus is the state of a reference.
type ReferenceStatus string

// The states of a reference.
const (
	ReferenceActive   ReferenceStatus = "ACTIVE"
	ReferenceDeleting ReferenceStatus = "DELETING"
	ReferenceDeleted  ReferenceStatus = "DELETED"
)

// Reference is one FASTA with its index.
type Reference struct {
	ID            ID
	StoreID       ID
	Name          string
	Description   string
	MD5           string // hex, of the decompressed FASTA
	Status        ReferenceStatus
	CreationType  CreationType
	CreationJobID ID
	CreationTime  time.Time
	UpdateTime    time.Time
}

var references = table[Reference]{
	name: "reference", thing: "reference", key: 1, fixed: 3,
	columns: columnList("id, store_id, creation_time, name, description, md5, status, creation_type, creation_job_id, update_time"),
	fields: func(r *Reference) []any {
		return []any{&r.ID, &r.StoreID, timeColumn{&r.CreationTime}, &r.Name, &r.Description, &r.MD5, &r.Status, &r.CreationType, &r.CreationJobID, timeColumn{&r.UpdateTime}}
	},
}

// ReferenceSequence is one sequence of a reference.
type ReferenceSequence struct {
	ReferenceID ID
	Ordinal     int // from 0, the order of the file
	Name        string
	Length      int64  // bases
	M5          string // hex (SAMv1)
}

var referenceSequences = table[ReferenceSequence]{
	name: "reference_sequence", thing: "sequence of reference", key: 2, fixed: 2,
	columns: columnList("reference_id, ordinal, name, length, m5"),
	fields: func(s *ReferenceSequence) []any {
		return []any{&s.ReferenceID, &s.Ordinal, &s.Name, &s.Length, &s.M5}
	},
}

// InsertReferenceStore adds a store; Conflict where the account has one in the
// region (ST-1).
func (tx *Tx) InsertReferenceStore(s ReferenceStore) error { return referenceStores.insert(tx, &s) }

// DeleteReferenceStore drops an empty store and its tags; Conflict while it has
// references.
func (tx *Tx) DeleteReferenceStore(id ID) error {
	if err := tx.SetTags(id, nil); err != nil {
		return err
	}
	return inUse(referenceStores.remove(tx, id), "reference store %s still has references", id)
}

// ReferenceStore gives a store.
func (r *Reader) ReferenceStore(id ID) (ReferenceStore, error) { return referenceStores.get(r, id) }

// ReferenceStoreFilter selects stores; empty fields select all.
type ReferenceStoreFilter struct {
	Name    string
	Created Created
}

// ListReferenceStores lists the stores of an account and region.
func (r *Reader) ListReferenceStores(s Scope, f ReferenceStoreFilter, page PageRequest) (Page[ReferenceStore], error) {
	return listing[ReferenceStore]{
		table: referenceStores, scope: s.conds(), filters: given(cond{"name", f.Name}), created: f.Created,
		where: func(s *ReferenceStore) place { return place{micros(s.CreationTime), int64(s.ID)} },
	}.page(r, page)
}

// InsertReference adds a reference and its sequences, whose ReferenceID and
// Ordinal are set here.
func (tx *Tx) InsertReference(ref Reference, sequences iter.Seq[ReferenceSequence]) error {
	if err := references.insert(tx, &ref); err != nil {
		return err
	}
	return referenceSequences.insertAll(tx, func(yield func(ReferenceSequence) bool) {
		n := 0
		for row := range sequences {
			row.ReferenceID, row.Ordinal = ref.ID, n
			n++
			if !yield(row) {
				return
			}
		}
	})
}

// UpdateReference writes all but ID, store and time of creation.
func (tx *Tx) UpdateReference(ref Reference) error { return references.update(tx, &ref) }

// DeleteReference drops a reference with its sequences, files and tags; Conflict
// while a read set names arn, its ARN.
func (tx *Tx) DeleteReference(id ID, arn string) error {
	used, err := tx.ReferenceInUse(arn)
	if err != nil {
		return err
	}
	if used {
		return conflict("reference %s is used by read sets", id)
	}
	for _, drop := range []string{"DELETE FROM reference_sequence WHERE reference_id = ?", "DELETE FROM stored_file WHERE owner_id = ?", "DELETE FROM tag WHERE owner_id = ?"} {
		if _, err := tx.conn.Exec(tx.ctx, drop, int64(id)); err != nil {
			return err
		}
	}
	return references.remove(tx, id)
}

// ReferenceInUse says whether a read set of any store names the reference.
func (r *Reader) ReferenceInUse(arn string) (bool, error) {
	n, err := r.number("SELECT count(*) FROM (SELECT 1 FROM read_set WHERE reference_arn = ? LIMIT 1) AS used", arn)
	return n > 0, err
}

// Reference gives a reference of a store.
func (r *Reader) Reference(store, id ID) (Reference, error) {
	return references.one(r, id, "id = ? AND store_id = ?", id, store)
}

// ReferenceFilter selects references; empty fields select all.
type ReferenceFilter struct {
	Name, MD5 string
	Created   Created
}

// ListReferences lists the references of a store.
func (r *Reader) ListReferences(store ID, f ReferenceFilter, page PageRequest) (Page[Reference], error) {
	return listing[Reference]{
		table: references, scope: []cond{{"store_id", store}}, created: f.Created,
		filters: given(cond{"name", f.Name}, cond{"md5", f.MD5}),
		where:   func(r *Reference) place { return place{micros(r.CreationTime), int64(r.ID)} },
	}.page(r, page)
}

// CountReferences counts a store's references, for the quota: up to atMost.
func (r *Reader) CountReferences(store ID, atMost int) (int, error) {
	n, err := r.number("SELECT count(*) FROM (SELECT 1 FROM reference WHERE store_id = ? LIMIT ?) AS counted", store, atMost)
	return int(n), err
}

// ReferenceSequences gives the sequences of a reference in the order of its file.
func (r *Reader) ReferenceSequences(id ID) ([]ReferenceSequence, error) {
	return referenceSequences.all(r, "WHERE reference_id = ? ORDER BY ordinal", id)
}

// SequencesByM5 gives the sequences, of all references, that have one of these
// M5s (hex, lower case), by reference and ordinal. Several may have the same M5.
func (r *Reader) SequencesByM5(m5s ...string) (out []ReferenceSequence, err error) {
	m5s = slices.Compact(slices.Sorted(slices.Values(m5s)))
	const atOnce = 500 // arguments of a query
	for some := range slices.Chunk(m5s, atOnce) {
		args := make([]any, len(some))
		for i, m := range some {
			args[i] = m
		}
		found, err := referenceSequences.all(r, "WHERE m5 IN ("+strings.Repeat(", ?", len(some))[2:]+")", args...)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	slices.SortFunc(out, func(a, b ReferenceSequence) int {
		return cmp.Or(cmp.Compare(a.ReferenceID, b.ReferenceID), cmp.Compare(a.Ordinal, b.Ordinal))
	})
	return out, nil
}
