package reference

import (
	"context"
	"time"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/service"
)

// Stored is a reference of a store as operations give it.
type Stored struct {
	ID               string                  `json:"id"`
	ARN              string                  `json:"arn"`
	ReferenceStoreID string                  `json:"referenceStoreId"`
	MD5              string                  `json:"md5"`    // hex, of the decompressed FASTA
	Status           catalog.ReferenceStatus `json:"status"` // ACTIVE DELETING DELETED
	Name             string                  `json:"name,omitempty"`
	Description      string                  `json:"description,omitempty"`
	CreationTime     time.Time               `json:"creationTime"`
	UpdateTime       time.Time               `json:"updateTime"`

	// Not in lists:
	Files         *StoredFiles         `json:"files,omitempty"`
	CreationType  catalog.CreationType `json:"creationType,omitempty"` // IMPORT
	CreationJobID string               `json:"creationJobId,omitempty"`
}

// StoredFiles are the files of a reference that operations give out.
type StoredFiles struct {
	Source *FileInformation `json:"source,omitempty"` // FASTA, plain or bgzipped
	Index  *FileInformation `json:"index,omitempty"`  // its .fai
}

// FileInformation says in which parts a file is given out: all but the last have
// PartSize bytes.
type FileInformation struct {
	TotalParts    int   `json:"totalParts"`
	PartSize      int64 `json:"partSize"`
	ContentLength int64 `json:"contentLength"`
}

func describe(store catalog.ReferenceStore, ref catalog.Reference) Stored {
	return Stored{
		ID: ref.ID.String(), ARN: store.ReferenceARN(store.ID, ref.ID), ReferenceStoreID: store.ID.String(), MD5: ref.MD5, Status: ref.Status,
		Name: ref.Name, Description: ref.Description, CreationTime: ref.CreationTime, UpdateTime: ref.UpdateTime,
	}
}

// parts is the number of parts of a file.
func parts(f catalog.File) int { return int((f.Size + f.PartSize - 1) / f.PartSize) }

// GetReferenceMetadata tells all of a reference.
func (s *Service) GetReferenceMetadata(ctx context.Context, referenceStoreID, id string) (Stored, error) {
	return view(ctx, s, func(r *catalog.Reader) (out Stored, err error) {
		store, ref, err := s.reference(r, referenceStoreID, id)
		if err != nil {
			return out, err
		}
		files, err := r.Files(ref.ID)
		if err != nil {
			return out, err
		}
		out = describe(store, ref)
		out.CreationType, out.CreationJobID, out.Files = ref.CreationType, ref.CreationJobID.String(), new(StoredFiles)
		for _, f := range files {
			told := &FileInformation{TotalParts: parts(f), PartSize: f.PartSize, ContentLength: f.Size}
			switch f.Role {
			case catalog.Source:
				out.Files.Source = told
			case catalog.Index:
				out.Files.Index = told
			}
		}
		return out, nil
	})
}

// Filter selects references; empty fields select all. Times are excluded.
type Filter struct {
	Name          string    `json:"name,omitempty"`
	MD5           string    `json:"md5,omitempty"`
	CreatedAfter  time.Time `json:"createdAfter,omitzero"`
	CreatedBefore time.Time `json:"createdBefore,omitzero"`
}

// ListReferencesInput is the request of [Service.ListReferences].
type ListReferencesInput struct {
	ReferenceStoreID string `json:"-"`
	MaxResults       int    `json:"-"` // 1 to 100; 0 is 100
	NextToken        string `json:"-"` // of the page before
	Filter           Filter `json:"filter,omitzero"`
}

// ListReferencesOutput is a page of references. It may hold fewer than asked for
// and still have a next one.
type ListReferencesOutput struct {
	NextToken  string   `json:"nextToken,omitempty"`
	References []Stored `json:"references"`
}

// ListReferences lists a store's references, oldest first.
func (s *Service) ListReferences(ctx context.Context, in ListReferencesInput) (out ListReferencesOutput, err error) {
	var rules service.Rules
	rules.Optional("filter.name", in.Filter.Name, 3, 255)
	rules.Optional("filter.md5", in.Filter.MD5, 1, 255)
	filter := catalog.ReferenceFilter{
		Name: in.Filter.Name, MD5: in.Filter.MD5, Created: catalog.Created{After: in.Filter.CreatedAfter, Before: in.Filter.CreatedBefore},
	}
	var store catalog.ReferenceStore
	out.References, out.NextToken, err = service.List(ctx, s.vault.Catalog, &rules, service.Paging{MaxResults: in.MaxResults, NextToken: in.NextToken},
		func(r *catalog.Reader, page catalog.PageRequest) (refs catalog.Page[catalog.Reference], err error) {
			if store, err = s.store(r, "referenceStoreId", in.ReferenceStoreID); err != nil {
				return refs, err
			}
			return r.ListReferences(store.ID, filter, page)
		},
		func(ref catalog.Reference) (Stored, error) { return describe(store, ref), nil })
	return out, err
}
