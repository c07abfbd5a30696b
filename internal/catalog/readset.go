package catalog

import "time"

// FileType is what a read set was declared to be.
type FileType string

// The types of read sets.
const (
	FASTQ FileType = "FASTQ"
	BAM   FileType = "BAM"
	UBAM  FileType = "UBAM"
	CRAM  FileType = "CRAM"
)

// ReadSetStatus is the state of a read set.
type ReadSetStatus string

// The states of a read set.
const (
	ReadSetArchived         ReadSetStatus = "ARCHIVED"
	ReadSetActivating       ReadSetStatus = "ACTIVATING"
	ReadSetActive           ReadSetStatus = "ACTIVE"
	ReadSetDeleting         ReadSetStatus = "DELETING"
	ReadSetDeleted          ReadSetStatus = "DELETED"
	ReadSetProcessingUpload ReadSetStatus = "PROCESSING_UPLOAD"
	ReadSetUploadFailed     ReadSetStatus = "UPLOAD_FAILED"
)

// CreationType is the way in which a thing came.
type CreationType string

// The ways in.
const (
	ByImport CreationType = "IMPORT"
	ByUpload CreationType = "UPLOAD"
)

// ReadSet is one sample's reads (storage.md §6, §7).
type ReadSet struct {
	ID             ID
	StoreID        ID
	Name           string
	Description    string
	SubjectID      string
	SampleID       string
	GeneratedFrom  string
	ReferenceARN   string
	FileType       FileType
	Status         ReadSetStatus
	StatusMessage  string
	CreationType   CreationType
	CreationJobID  ID
	Sequence       SequenceInformation
	ETag           ETag
	CreationTime   time.Time
	UpdateTime     time.Time // of the last change of status
	LastAccessTime time.Time // noted at most once an hour
}

// SequenceInformation is what the reads come to.
type SequenceInformation struct {
	TotalReadCount int64
	TotalBaseCount int64
	Alignment      string // ALIGNED, UNALIGNED; "" while nothing of this is known
}

// ETag is the semantic ETag (storage.md §2).
type ETag struct {
	Algorithm  string // BAM_MD5up; "" while it is not known
	Source1    string // hex
	Source2    string // hex, of paired FASTQ
	Definition int    // number of the definition followed
}

var readSets = table[ReadSet]{
	name: "read_set", thing: "readSet", key: 1, fixed: 3,
	columns: columnList("id, store_id, creation_time, name, description, subject_id, sample_id, generated_from, reference_arn, file_type, " +
		"status, status_message, creation_type, creation_job_id, total_read_count, total_base_count, alignment, " +
		"etag_algorithm, etag_source1, etag_source2, etag_definition, update_time, last_access_time"),
	fields: func(s *ReadSet) []any {
		return []any{&s.ID, &s.StoreID, timeColumn{&s.CreationTime}, &s.Name, &s.Description, &s.SubjectID, &s.SampleID, &s.GeneratedFrom, &s.ReferenceARN, &s.FileType,
			&s.Status, &s.StatusMessage, &s.CreationType, &s.CreationJobID, &s.Sequence.TotalReadCount, &s.Sequence.TotalBaseCount, &s.Sequence.Alignment,
			&s.ETag.Algorithm, &s.ETag.Source1, &s.ETag.Source2, &s.ETag.Definition, timeColumn{&s.UpdateTime}, timeColumn{&s.LastAccessTime}}
	},
}

// InsertReadSet adds a read set to its store; NotFound where there is no such
// store.
func (tx *Tx) InsertReadSet(s ReadSet) error {
	if err := tx.addReadSets(s.StoreID, 1); err != nil {
		return err
	}
	return readSets.insert(tx, &s)
}

// UpdateReadSet writes all but ID, store and time of creation.
func (tx *Tx) UpdateReadSet(s ReadSet) error { return readSets.update(tx, &s) }

// DeleteReadSet drops a read set with its files and tags. The objects are the
// caller's to remove, after the commit.
func (tx *Tx) DeleteReadSet(store, id ID) error {
	if _, err := tx.ReadSet(store, id); err != nil {
		return err
	}
	for _, drop := range []string{"DELETE FROM stored_file WHERE owner_id = ?", "DELETE FROM tag WHERE owner_id = ?"} {
		if _, err := tx.conn.Exec(tx.ctx, drop, int64(id)); err != nil {
			return err
		}
	}
	if err := readSets.remove(tx, id); err != nil {
		return err
	}
	return tx.addReadSets(store, -1)
}

func (tx *Tx) addReadSets(store ID, n int64) error {
	found, err := tx.conn.Exec(tx.ctx, "UPDATE sequence_store SET read_set_count = read_set_count + ? WHERE id = ?", n, int64(store))
	if err == nil && found == 0 {
		err = sequenceStores.missing(store)
	}
	return err
}

// NoteAccess notes that a read set is read now, unless that was noted after
// since. It says whether it wrote.
func (tx *Tx) NoteAccess(id ID, since time.Time) (bool, error) {
	n, err := tx.conn.Exec(tx.ctx, "UPDATE read_set SET last_access_time = ? WHERE id = ? AND last_access_time <= ?", micros(tx.now), int64(id), micros(since))
	return n > 0, err
}

// ReadSet gives a read set of a store.
func (r *Reader) ReadSet(store, id ID) (ReadSet, error) {
	return readSets.one(r, id, "id = ? AND store_id = ?", id, store)
}

// ReadSetByID gives a read set of any store.
func (r *Reader) ReadSetByID(id ID) (ReadSet, error) { return readSets.get(r, id) }

// ReadSetFilter selects read sets; empty fields select all.
type ReadSetFilter struct {
	Name          string
	Status        ReadSetStatus
	ReferenceARN  string
	SampleID      string
	SubjectID     string
	GeneratedFrom string
	CreationType  CreationType
	Created       Created
}

// ListReadSets lists the read sets of a store.
func (r *Reader) ListReadSets(store ID, f ReadSetFilter, page PageRequest) (Page[ReadSet], error) {
	return listing[ReadSet]{
		table: readSets, scope: []cond{{"store_id", store}}, created: f.Created,
		filters: given(cond{"sample_id", f.SampleID}, cond{"name", f.Name}, cond{"subject_id", f.SubjectID}, cond{"generated_from", f.GeneratedFrom},
			cond{"reference_arn", f.ReferenceARN}, cond{"status", f.Status}, cond{"creation_type", f.CreationType}),
		where: func(s *ReadSet) place { return place{micros(s.CreationTime), int64(s.ID)} },
	}.page(r, page)
}

// IdleReadSets gives up to n active read sets that nobody has read since before,
// of all stores, the longest unread first.
func (r *Reader) IdleReadSets(before time.Time, n int) ([]ReadSet, error) {
	return readSets.all(r, "WHERE status = 'ACTIVE' AND last_access_time < ? ORDER BY last_access_time, id LIMIT ?", before, n)
}

// SameContent gives up to n read sets, of all stores, that have this ETag: the
// same content. IDs ascend from after.
func (r *Reader) SameContent(tag ETag, after ID, n int) ([]ReadSet, error) {
	return readSets.all(r, "WHERE etag_algorithm = ? AND etag_source1 = ? AND etag_source2 = ? AND id > ? ORDER BY id LIMIT ?",
		tag.Algorithm, tag.Source1, tag.Source2, after, n)
}

// Duplicates gives the next up to n ETags after one, in the order of algorithm
// and digests, that more than one read set has. The zero ETag starts; Definition
// is not looked at.
func (r *Reader) Duplicates(after ETag, n int) (out []ETag, err error) {
	err = r.each("SELECT etag_algorithm, etag_source1, etag_source2 FROM read_set WHERE (etag_algorithm, etag_source1, etag_source2) > (?, ?, ?) AND etag_algorithm > '' "+
		"GROUP BY etag_algorithm, etag_source1, etag_source2 HAVING count(*) > 1 ORDER BY etag_algorithm, etag_source1, etag_source2 LIMIT ?",
		[]any{after.Algorithm, after.Source1, after.Source2, n}, func(rows Rows) error {
			var tag ETag
			if err := rows.Scan(&tag.Algorithm, &tag.Source1, &tag.Source2); err != nil {
				return err
			}
			out = append(out, tag)
			return nil
		})
	return out, err
}
