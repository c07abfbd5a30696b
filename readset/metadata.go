package readset

import (
	"context"
	"time"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/service"
	"github.com/seqlode/seqlode/internal/vault"
)

// SequenceInformation is what the reads of a read set come to. Paired FASTQ counts
// both files together.
type SequenceInformation struct {
	TotalReadCount int64  `json:"totalReadCount"`
	TotalBaseCount int64  `json:"totalBaseCount"`
	GeneratedFrom  string `json:"generatedFrom,omitempty"`
	Alignment      string `json:"alignment,omitempty"` // ALIGNED or UNALIGNED
}

// ETag is the semantic ETag of a read set (docs/etag.md).
type ETag struct {
	Algorithm string `json:"algorithm"` // BAM_MD5up
	Source1   string `json:"source1"`   // hex
	Source2   string `json:"source2,omitempty"`
}

// FileInformation is the size of a file and how many parts it has.
type FileInformation struct {
	TotalParts    int64         `json:"totalParts"`
	PartSize      int64         `json:"partSize"`
	ContentLength int64         `json:"contentLength"`
	S3Access      *FileS3Access `json:"s3Access,omitempty"`
}

// FileS3Access says where S3 clients find a file.
type FileS3Access struct {
	S3URI string `json:"s3Uri"`
}

// Files are the files of a read set.
type Files struct {
	Source1 *FileInformation `json:"source1,omitempty"`
	Source2 *FileInformation `json:"source2,omitempty"` // of paired FASTQ
	Index   *FileInformation `json:"index,omitempty"`   // of BAM and CRAM in order
}

// Metadata is a read set as operations give it.
type Metadata struct {
	ID                  string               `json:"id"`
	ARN                 string               `json:"arn"`
	SequenceStoreID     string               `json:"sequenceStoreId"`
	SubjectID           string               `json:"subjectId,omitempty"`
	SampleID            string               `json:"sampleId,omitempty"`
	Status              Status               `json:"status"`
	Name                string               `json:"name,omitempty"`
	Description         string               `json:"description,omitempty"`
	FileType            FileType             `json:"fileType"`
	CreationTime        time.Time            `json:"creationTime"`
	SequenceInformation *SequenceInformation `json:"sequenceInformation,omitempty"`
	ReferenceARN        string               `json:"referenceArn,omitempty"`
	Files               *Files               `json:"files,omitempty"` // not in lists
	StatusMessage       string               `json:"statusMessage,omitempty"`
	CreationType        CreationType         `json:"creationType,omitempty"` // IMPORT or UPLOAD
	ETag                *ETag                `json:"etag,omitempty"`
	CreationJobID       string               `json:"creationJobId,omitempty"` // not in lists
}

// describeSet gives a read set as lists do.
func (s *Service) describeSet(set catalog.ReadSet) Metadata {
	m := Metadata{
		ID: set.ID.String(), ARN: s.vault.Scope().ReadSetARN(set.StoreID, set.ID), SequenceStoreID: set.StoreID.String(),
		SubjectID: set.SubjectID, SampleID: set.SampleID, Status: set.Status, Name: set.Name, Description: set.Description,
		FileType: FileType(set.FileType), CreationTime: set.CreationTime, ReferenceARN: set.ReferenceARN, StatusMessage: set.StatusMessage,
		CreationType: set.CreationType,
	}
	if q := set.Sequence; q.Alignment != "" {
		m.SequenceInformation = &SequenceInformation{q.TotalReadCount, q.TotalBaseCount, set.GeneratedFrom, q.Alignment}
	}
	if set.ETag.Algorithm != "" {
		m.ETag = &ETag{set.ETag.Algorithm, set.ETag.Source1, set.ETag.Source2}
	}
	return m
}

// GetReadSetMetadata gives a read set by its store's id and its own.
func (s *Service) GetReadSetMetadata(ctx context.Context, sequenceStoreID, id string) (out Metadata, err error) {
	err = s.vault.Catalog.View(ctx, func(r *catalog.Reader) error {
		store, set, err := s.readSet(r, sequenceStoreID, id)
		if err == nil {
			out, err = s.describeWhole(r, store, set)
		}
		return err
	})
	return out, err
}

// FindReadSet gives a read set by its id alone, whatever store it is in. It is no
// operation of the API.
func (s *Service) FindReadSet(ctx context.Context, id string) (out Metadata, err error) {
	n, err := service.ID("id", id)
	if err != nil {
		return out, err
	}
	err = s.vault.Catalog.View(ctx, func(r *catalog.Reader) error {
		set, err := r.ReadSetByID(n)
		if err != nil {
			return err
		}
		store, err := s.store(r, "sequenceStoreId", set.StoreID.String())
		if err == nil {
			out, err = s.describeWhole(r, store, set)
		}
		return err
	})
	return out, err
}

// describeWhole gives a read set with what lists don't tell.
func (s *Service) describeWhole(r *catalog.Reader, store catalog.SequenceStore, set catalog.ReadSet) (Metadata, error) {
	files, err := r.Files(set.ID)
	if err != nil {
		return Metadata{}, err
	}
	out := s.describeSet(set)
	out.CreationJobID = set.CreationJobID.String()
	out.Files = s.describeFiles(store, files)
	return out, nil
}

func (s *Service) describeFiles(store catalog.SequenceStore, files []catalog.File) *Files {
	if len(files) == 0 {
		return nil
	}
	out := new(Files)
	folder := string(vault.SequenceStoreFolder(store.Scope, store.ID)) + "/"
	for _, f := range files {
		info := &FileInformation{
			TotalParts: max(1, (f.Size+f.PartSize-1)/f.PartSize), PartSize: f.PartSize, ContentLength: f.Size,
			S3Access: &FileS3Access{s.s3URI(store, f.Key[len(folder):])},
		}
		switch f.Role {
		case catalog.Source1:
			out.Source1 = info
		case catalog.Source2:
			out.Source2 = info
		case catalog.Index:
			out.Index = info
		}
	}
	return out
}

// Filter selects read sets; empty fields select all. Times are excluded.
type Filter struct {
	Name          string       `json:"name,omitempty"`
	Status        Status       `json:"status,omitempty"`
	ReferenceARN  string       `json:"referenceArn,omitempty"`
	CreatedAfter  time.Time    `json:"createdAfter,omitzero"`
	CreatedBefore time.Time    `json:"createdBefore,omitzero"`
	SampleID      string       `json:"sampleId,omitempty"`
	SubjectID     string       `json:"subjectId,omitempty"`
	GeneratedFrom string       `json:"generatedFrom,omitempty"`
	CreationType  CreationType `json:"creationType,omitempty"`
}

// ListReadSetsInput is the request of [Service.ListReadSets].
type ListReadSetsInput struct {
	SequenceStoreID string `json:"-"`
	MaxResults      int    `json:"-"` // 1 to 100; 0 is 100
	NextToken       string `json:"-"` // of the page before
	Filter          Filter `json:"filter,omitzero"`
}

// ListReadSetsOutput is a page of read sets. It may hold fewer than asked for and
// still have a next one.
type ListReadSetsOutput struct {
	NextToken string     `json:"nextToken,omitempty"`
	ReadSets  []Metadata `json:"readSets"`
}

// ListReadSets lists a store's read sets, oldest first.
func (s *Service) ListReadSets(ctx context.Context, in ListReadSetsInput) (out ListReadSetsOutput, err error) {
	f := in.Filter
	var rules service.Rules
	rules.Optional("filter.name", f.Name, 1, 127)
	rules.Optional("filter.sampleId", f.SampleID, 1, 127)
	rules.Optional("filter.subjectId", f.SubjectID, 1, 127)
	rules.Optional("filter.generatedFrom", f.GeneratedFrom, 1, 127)
	rules.Optional("filter.referenceArn", f.ReferenceARN, 1, 127)
	rules.ARN("filter.referenceArn", f.ReferenceARN)
	service.OneOf(&rules, "filter.status", f.Status, true, StatusArchived, StatusActivating, StatusActive, StatusDeleting, StatusDeleted,
		StatusProcessingUpload, StatusUploadFailed)
	service.OneOf(&rules, "filter.creationType", f.CreationType, true, ByImport, ByUpload)
	filter := catalog.ReadSetFilter{
		Name: f.Name, Status: f.Status, ReferenceARN: f.ReferenceARN, SampleID: f.SampleID, SubjectID: f.SubjectID,
		GeneratedFrom: f.GeneratedFrom, CreationType: f.CreationType,
		Created: catalog.Created{After: f.CreatedAfter, Before: f.CreatedBefore},
	}
	out.ReadSets, out.NextToken, err = service.List(ctx, s.vault.Catalog, &rules, service.Paging{MaxResults: in.MaxResults, NextToken: in.NextToken},
		func(r *catalog.Reader, page catalog.PageRequest) (catalog.Page[catalog.ReadSet], error) {
			store, err := s.store(r, "sequenceStoreId", in.SequenceStoreID)
			if err != nil {
				return catalog.Page[catalog.ReadSet]{}, err
			}
			return r.ListReadSets(store.ID, filter, page)
		},
		func(set catalog.ReadSet) (Metadata, error) { return s.describeSet(set), nil })
	return out, err
}

// Duplicates calls found with the read sets, of all stores of the vault, that
// have one ETag and so the same content, group by group. An error of found ends
// it.
func (s *Service) Duplicates(ctx context.Context, found func([]Metadata) error) error {
	for after := (catalog.ETag{}); ; {
		var groups [][]Metadata
		err := s.vault.Catalog.View(ctx, func(r *catalog.Reader) error {
			groups = nil
			tags, err := r.Duplicates(after, 100)
			if err != nil || len(tags) == 0 {
				return err
			}
			for _, tag := range tags {
				group, err := s.sameContent(r, tag)
				if err != nil {
					return err
				}
				groups = append(groups, group)
			}
			after = tags[len(tags)-1]
			return nil
		})
		if err != nil || len(groups) == 0 {
			return err
		}
		for _, group := range groups {
			if err := found(group); err != nil {
				return err
			}
		}
	}
}

// sameContent gives the read sets with an ETag.
func (s *Service) sameContent(r *catalog.Reader, tag catalog.ETag) (group []Metadata, err error) {
	for last := catalog.ID(0); ; {
		sets, err := r.SameContent(tag, last, 1000)
		if err != nil || len(sets) == 0 {
			return group, err
		}
		for _, set := range sets {
			group = append(group, s.describeSet(set))
		}
		last = sets[len(sets)-1].ID
	}
}
