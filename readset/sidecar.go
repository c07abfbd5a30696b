package readset

import (
	"time"

	"github.com/seqlode/seqlode/internal/catalog"
)

// Names of the sidecars.
const (
	storeSidecar   = "store.json"
	readSetSidecar = "readset.json"
)

// keptStore is what the sidecar of a store keeps (docs/format.md).
type keptStore struct {
	ID                catalog.ID          `json:"id"`
	Account           string              `json:"account"`
	Region            string              `json:"region"`
	Name              string              `json:"name"`
	Description       string              `json:"description,omitempty"`
	Status            catalog.StoreStatus `json:"status"`
	ETagFamily        string              `json:"eTagAlgorithmFamily"`
	FallbackLocation  string              `json:"fallbackLocation,omitempty"`
	PropagatedTags    []string            `json:"propagatedSetLevelTags,omitempty"`
	S3Alias           string              `json:"s3Alias"`
	AccessLogLocation string              `json:"accessLogLocation,omitempty"`
	CreationTime      time.Time           `json:"creationTime"`
	UpdateTime        time.Time           `json:"updateTime"`
	Tags              map[string]string   `json:"tags,omitempty"`
}

func keepOf(s catalog.SequenceStore, tags map[string]string) keptStore {
	return keptStore{
		ID: s.ID, Account: s.Account, Region: s.Region, Name: s.Name, Description: s.Description, Status: s.Status, ETagFamily: s.ETagFamily,
		FallbackLocation: s.FallbackLocation, PropagatedTags: s.PropagatedTags, S3Alias: s.S3Alias, AccessLogLocation: s.AccessLogLocation,
		CreationTime: s.CreationTime, UpdateTime: s.UpdateTime, Tags: tags,
	}
}

func (k keptStore) row() catalog.SequenceStore {
	return catalog.SequenceStore{
		ID: k.ID, Scope: catalog.Scope{Account: k.Account, Region: k.Region}, Name: k.Name, Description: k.Description, Status: k.Status,
		ETagFamily: k.ETagFamily, FallbackLocation: k.FallbackLocation, PropagatedTags: k.PropagatedTags, S3Alias: k.S3Alias,
		AccessLogLocation: k.AccessLogLocation, CreationTime: k.CreationTime, UpdateTime: k.UpdateTime,
	}
}

// keptReadSet is what the sidecar of a read set keeps (docs/format.md).
type keptReadSet struct {
	ID             catalog.ID            `json:"id"`
	StoreID        catalog.ID            `json:"sequenceStoreId"`
	Name           string                `json:"name,omitempty"`
	Description    string                `json:"description,omitempty"`
	SubjectID      string                `json:"subjectId"`
	SampleID       string                `json:"sampleId"`
	GeneratedFrom  string                `json:"generatedFrom,omitempty"`
	ReferenceARN   string                `json:"referenceArn,omitempty"`
	FileType       catalog.FileType      `json:"fileType"`
	Status         catalog.ReadSetStatus `json:"status"`
	StatusMessage  string                `json:"statusMessage,omitempty"`
	CreationType   catalog.CreationType  `json:"creationType"`
	CreationJobID  catalog.ID            `json:"creationJobId,omitzero"`
	Reads          int64                 `json:"totalReadCount"`
	Bases          int64                 `json:"totalBaseCount"`
	Alignment      string                `json:"alignment"`
	ETag           keptETag              `json:"etag"`
	CreationTime   time.Time             `json:"creationTime"`
	UpdateTime     time.Time             `json:"updateTime"`
	LastAccessTime time.Time             `json:"lastAccessTime"`
	Tags           map[string]string     `json:"tags,omitempty"`
}

type keptETag struct {
	Algorithm  string `json:"algorithm"`
	Source1    string `json:"source1"`
	Source2    string `json:"source2,omitempty"`
	Definition int    `json:"definition"`
}

func keepOfSet(s catalog.ReadSet, tags map[string]string) keptReadSet {
	return keptReadSet{
		ID: s.ID, StoreID: s.StoreID, Name: s.Name, Description: s.Description, SubjectID: s.SubjectID, SampleID: s.SampleID,
		GeneratedFrom: s.GeneratedFrom, ReferenceARN: s.ReferenceARN, FileType: s.FileType, Status: s.Status, StatusMessage: s.StatusMessage,
		CreationType: s.CreationType, CreationJobID: s.CreationJobID, Reads: s.Sequence.TotalReadCount, Bases: s.Sequence.TotalBaseCount,
		Alignment: s.Sequence.Alignment, ETag: keptETag(s.ETag), CreationTime: s.CreationTime, UpdateTime: s.UpdateTime,
		LastAccessTime: s.LastAccessTime, Tags: tags,
	}
}

func (k keptReadSet) row() catalog.ReadSet {
	return catalog.ReadSet{
		ID: k.ID, StoreID: k.StoreID, Name: k.Name, Description: k.Description, SubjectID: k.SubjectID, SampleID: k.SampleID,
		GeneratedFrom: k.GeneratedFrom, ReferenceARN: k.ReferenceARN, FileType: k.FileType, Status: k.Status, StatusMessage: k.StatusMessage,
		CreationType: k.CreationType, CreationJobID: k.CreationJobID,
		Sequence: catalog.SequenceInformation{TotalReadCount: k.Reads, TotalBaseCount: k.Bases, Alignment: k.Alignment}, ETag: catalog.ETag(k.ETag),
		CreationTime: k.CreationTime, UpdateTime: k.UpdateTime, LastAccessTime: k.LastAccessTime,
	}
}
