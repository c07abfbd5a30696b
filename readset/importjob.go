package readset

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/event"
	"github.com/seqlode/seqlode/internal/job"
	"github.com/seqlode/seqlode/internal/service"
)

// SourceFiles are the URIs of the files of one source.
type SourceFiles struct {
	Source1 string `json:"source1"           yaml:"source1"`
	Source2 string `json:"source2,omitempty" yaml:"source2"` // of paired FASTQ
}

// ImportSource is a read set to be imported.
type ImportSource struct {
	SourceFiles    SourceFiles       `json:"sourceFiles"             yaml:"sourceFiles"`
	SourceFileType FileType          `json:"sourceFileType"          yaml:"sourceFileType"`
	SubjectID      string            `json:"subjectId"               yaml:"subjectId"`
	SampleID       string            `json:"sampleId"                yaml:"sampleId"`
	GeneratedFrom  string            `json:"generatedFrom,omitempty" yaml:"generatedFrom"`
	ReferenceARN   string            `json:"referenceArn,omitempty"  yaml:"referenceArn"` // required for BAM and CRAM
	Name           string            `json:"name,omitempty"          yaml:"name"`
	Description    string            `json:"description,omitempty"   yaml:"description"`
	Tags           map[string]string `json:"tags,omitempty"          yaml:"tags"`

	// SkipNames has paired FASTQ compared by the numbers of reads alone. It is no
	// field of the API.
	SkipNames bool `json:"skipNames,omitempty" yaml:"skipNames"`
}

func (in *ImportSource) check(r *service.Rules, s *Service) {
	service.OneOf(r, "sourceFileType", in.SourceFileType, false, FASTQ, BAM, UBAM, CRAM)
	r.Text("subjectId", in.SubjectID, 1, 127)
	r.Text("sampleId", in.SampleID, 1, 127)
	r.Optional("generatedFrom", in.GeneratedFrom, 1, 127)
	r.Optional("name", in.Name, 1, 127)
	r.Optional("description", in.Description, 1, 255)
	r.Optional("referenceArn", in.ReferenceARN, 1, 127)
	r.ARN("referenceArn", in.ReferenceARN)
	r.Tags(in.Tags)
	switch {
	case in.ReferenceARN == "" && (in.SourceFileType == BAM || in.SourceFileType == CRAM):
		r.Fail("referenceArn is missing: %s needs the reference that its reads are aligned to", in.SourceFileType)
	case in.SourceFiles.Source2 != "" && in.SourceFileType != FASTQ:
		r.Fail("source2 is given: only FASTQ comes in two files, not %s", in.SourceFileType)
	}
	for _, uri := range []string{in.SourceFiles.Source1, in.SourceFiles.Source2} {
		if uri == "" && uri == in.SourceFiles.Source2 && in.SourceFiles.Source1 != "" {
			continue
		}
		if err := s.opt.Sources.Check(uri); err != nil {
			r.Fail("%w", err)
		}
	}
}

// StartReadSetImportJobInput is the request of [Service.StartReadSetImportJob].
type StartReadSetImportJobInput struct {
	SequenceStoreID string         `json:"sequenceStoreId"`
	RoleARN         string         `json:"roleArn"`
	ClientToken     string         `json:"clientToken,omitempty"`
	Sources         []ImportSource `json:"sources"` // 1 to 100
}

// ImportJob is a job of imports as operations give it.
type ImportJob struct {
	ID              string             `json:"id"`
	SequenceStoreID string             `json:"sequenceStoreId"`
	RoleARN         string             `json:"roleArn"`
	Status          JobStatus          `json:"status"`
	StatusMessage   string             `json:"statusMessage,omitempty"` // of a job by its id
	CreationTime    time.Time          `json:"creationTime"`
	CompletionTime  time.Time          `json:"completionTime,omitzero"`
	Sources         []ImportSourceItem `json:"sources,omitempty"` // of a job by its id
}

// ImportSourceItem is how far a source of a job is.
type ImportSourceItem struct {
	ImportSource
	Status        ItemStatus `json:"status"`
	StatusMessage string     `json:"statusMessage,omitempty"`
	ReadSetID     string     `json:"readSetId,omitempty"`
}

// keptJob is what jobs keep of their call.
type keptJob struct {
	RoleARN     string `json:"roleArn,omitempty"`
	Destination string `json:"destination,omitempty"`
}

// StartReadSetImportJob begins the import of read sets. Each succeeds or fails by
// itself: GetReadSetImportJob tells.
func (s *Service) StartReadSetImportJob(ctx context.Context, in StartReadSetImportJobInput) (out ImportJob, err error) {
	var rules service.Rules
	rules.RoleARN(in.RoleARN)
	rules.Token(in.ClientToken)
	rules.Count("sources", len(in.Sources), 1, 100)
	items := make([]json.RawMessage, len(in.Sources))
	for i := range in.Sources {
		rules.Within(fmt.Sprintf("sources[%d]", i), func(r *service.Rules) {
			in.Sources[i].check(r, s)
			if items[i], err = json.Marshal(in.Sources[i]); err != nil {
				r.Fail("%w", err)
			}
		})
	}
	if err := rules.Err(); err != nil {
		return out, err
	}
	j, err := s.start(ctx, start{
		operation: "StartReadSetImportJob", kind: event.ReadSetImport, quota: service.ImportJobs, rivals: []string{event.ReferenceImport},
		store: in.SequenceStoreID, token: in.ClientToken, kept: keptJob{RoleARN: in.RoleARN}, items: items,
		admit: func(tx *catalog.Tx, store catalog.SequenceStore) error {
			return admit(&tx.Reader, store, len(items))
		},
	})
	return ImportJob{ID: j.ID.String(), SequenceStoreID: j.StoreID.String(), RoleARN: in.RoleARN, Status: j.Status, CreationTime: j.CreationTime}, err
}

// admit refuses, as QuotaExceeded, n read sets more in a store.
func admit(r *catalog.Reader, store catalog.SequenceStore, n int) error {
	return service.ReadSets.Admit(r, store.Scope, int(store.ReadSetCount)+n-1)
}

// start is a job to be begun.
type start struct {
	operation string
	kind      string
	quota     service.Quota // of jobs of the kind and its rivals that go on
	rivals    []string
	store     string
	token     string
	kept      keptJob
	items     []json.RawMessage
	admit     func(*catalog.Tx, catalog.SequenceStore) error // may be nil
}

// begun is what is kept of the answer to a call that began a job.
type begun struct {
	ID, StoreID  catalog.ID
	Status       JobStatus
	CreationTime time.Time
}

// start begins a job.
func (s *Service) start(ctx context.Context, what start) (out begun, err error) {
	request, err := json.Marshal(what.kept)
	if err != nil {
		return out, errs.At(errs.Internal, errs.Pos{}, "%s: %w", what.operation, err)
	}
	scope := s.vault.Scope()
	body := struct {
		Store string
		Kept  keptJob
		Items []json.RawMessage
	}{what.store, what.kept, what.items}
	err = s.vault.Catalog.Update(ctx, func(tx *catalog.Tx) error {
		out, err = service.Once(tx, scope, what.operation, what.token, body, func() (begun, error) {
			store, err := s.store(&tx.Reader, "sequenceStoreId", what.store)
			if err != nil {
				return begun{}, err
			}
			n, err := tx.CountOpenJobs(scope, append([]string{what.kind}, what.rivals...)...)
			if err == nil {
				err = what.quota.Admit(&tx.Reader, scope, n)
			}
			if err == nil && what.admit != nil {
				err = what.admit(tx, store)
			}
			if err != nil {
				return begun{}, err
			}
			j, err := job.Submit(tx, job.Spec{Scope: scope, Kind: what.kind, StoreID: store.ID, Request: request, Items: what.items})
			return begun{j.ID, j.StoreID, j.Status, j.CreationTime}, err
		})
		return err
	})
	if err == nil {
		s.vault.Jobs.Wake()
	}
	return out, err
}

// jobOf gives a job of a kind and store by ids of the wire, with its items.
func (s *Service) jobOf(ctx context.Context, kind, storeID, id string) (j catalog.Job, items []catalog.JobItem, kept keptJob, err error) {
	err = s.vault.Catalog.View(ctx, func(r *catalog.Reader) error {
		store, err := s.store(r, "sequenceStoreId", storeID)
		if err != nil {
			return err
		}
		n, err := service.ID("id", id)
		if err != nil {
			return err
		}
		if j, err = r.JobOf(kind, store.ID, n); err != nil {
			return err
		}
		items, err = r.JobItems(n)
		return err
	})
	if err == nil {
		err = unkeep(j.Request, &kept)
	}
	return j, items, kept, err
}

// unkeep reads what a row keeps as JSON.
func unkeep(text json.RawMessage, to any) error {
	if err := json.Unmarshal(text, to); err != nil {
		return errs.At(errs.Internal, errs.Pos{}, "kept request of a job: %w", err)
	}
	return nil
}

// GetReadSetImportJob tells how far a job is, source by source.
func (s *Service) GetReadSetImportJob(ctx context.Context, sequenceStoreID, id string) (out ImportJob, err error) {
	j, items, kept, err := s.jobOf(ctx, event.ReadSetImport, sequenceStoreID, id)
	if err != nil {
		return out, err
	}
	out = importJob(j, kept)
	out.StatusMessage = j.StatusMessage
	for _, item := range items {
		it := ImportSourceItem{Status: item.Status, StatusMessage: item.StatusMessage}
		if err := unkeep(item.Request, &it.ImportSource); err != nil {
			return out, err
		}
		if item.Status == catalog.ItemFinished {
			it.ReadSetID = item.ResultID.String()
		}
		out.Sources = append(out.Sources, it)
	}
	return out, nil
}

func importJob(j catalog.Job, kept keptJob) ImportJob {
	return ImportJob{ID: j.ID.String(), SequenceStoreID: j.StoreID.String(), RoleARN: kept.RoleARN, Status: j.Status,
		CreationTime: j.CreationTime, CompletionTime: j.CompletionTime}
}

// JobFilter selects jobs by Status, CreatedAfter and CreatedBefore; empty fields
// select all. Times are excluded.
type JobFilter = service.JobFilter

// ListJobsInput is the request of the lists of jobs.
type ListJobsInput struct {
	SequenceStoreID string    `json:"-"`
	MaxResults      int       `json:"-"` // 1 to 100; 0 is 100
	NextToken       string    `json:"-"` // of the page before
	Filter          JobFilter `json:"filter,omitzero"`
}

// listJobs gives a page of jobs, and the token of the next.
func listJobs[Job any](ctx context.Context, s *Service, kind string, in ListJobsInput, describe func(catalog.Job, keptJob) Job) ([]Job, string, error) {
	var rules service.Rules
	filter := rules.JobFilter(in.Filter)
	return service.List(ctx, s.vault.Catalog, &rules, service.Paging{MaxResults: in.MaxResults, NextToken: in.NextToken},
		func(r *catalog.Reader, page catalog.PageRequest) (catalog.Page[catalog.Job], error) {
			store, err := s.store(r, "sequenceStoreId", in.SequenceStoreID)
			if err != nil {
				return catalog.Page[catalog.Job]{}, err
			}
			return r.ListJobs(kind, store.ID, filter, page)
		},
		func(j catalog.Job) (Job, error) {
			var kept keptJob
			err := unkeep(j.Request, &kept)
			return describe(j, kept), err
		})
}

// ListReadSetImportJobsOutput is a page of jobs.
type ListReadSetImportJobsOutput struct {
	NextToken  string      `json:"nextToken,omitempty"`
	ImportJobs []ImportJob `json:"importJobs"`
}

// ListReadSetImportJobs lists a store's import jobs, oldest first.
func (s *Service) ListReadSetImportJobs(ctx context.Context, in ListJobsInput) (out ListReadSetImportJobsOutput, err error) {
	out.ImportJobs, out.NextToken, err = listJobs(ctx, s, event.ReadSetImport, in, importJob)
	return out, err
}
