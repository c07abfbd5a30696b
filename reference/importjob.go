package reference

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

// ImportSource is a reference to be imported.
type ImportSource struct {
	SourceFile  string            `json:"sourceFile"` // URI of the FASTA file
	Name        string            `json:"name"`
	Description string            `json:"description,omitempty"`
	Tags        map[string]string `json:"tags,omitempty"`
}

func (in *ImportSource) check(r *service.Rules, s *Service) {
	r.Text("name", in.Name, 3, 255)
	r.Optional("description", in.Description, 1, 255)
	r.Tags(in.Tags)
	if err := s.opt.Sources.Check(in.SourceFile); err != nil {
		r.Fail("%w", err)
	}
}

// StartReferenceImportJobInput is the request of
// [Service.StartReferenceImportJob].
type StartReferenceImportJobInput struct {
	ReferenceStoreID string         `json:"referenceStoreId"`
	RoleARN          string         `json:"roleArn"`
	ClientToken      string         `json:"clientToken,omitempty"`
	Sources          []ImportSource `json:"sources"` // 1 to 100
}

func (in *StartReferenceImportJobInput) check(s *Service) error {
	var r service.Rules
	r.RoleARN(in.RoleARN)
	r.Token(in.ClientToken)
	r.Count("sources", len(in.Sources), 1, 100)
	for i := range in.Sources {
		r.Within(fmt.Sprintf("sources[%d]", i), func(r *service.Rules) { in.Sources[i].check(r, s) })
	}
	return r.Err()
}

// ImportJob is a job of imports as operations give it.
type ImportJob struct {
	ID               string             `json:"id"`
	ReferenceStoreID string             `json:"referenceStoreId"`
	RoleARN          string             `json:"roleArn"`
	Status           catalog.JobStatus  `json:"status"` // SUBMITTED IN_PROGRESS COMPLETED COMPLETED_WITH_FAILURES FAILED
	StatusMessage    string             `json:"statusMessage,omitempty"`
	CreationTime     time.Time          `json:"creationTime"`
	CompletionTime   time.Time          `json:"completionTime,omitzero"`
	Sources          []ImportSourceItem `json:"sources,omitempty"` // of a job by its id
}

// ImportSourceItem is how far a source of a job is.
type ImportSourceItem struct {
	ImportSource
	Status        catalog.ItemStatus `json:"status"` // NOT_STARTED IN_PROGRESS FINISHED FAILED
	StatusMessage string             `json:"statusMessage,omitempty"`
	ReferenceID   string             `json:"referenceId,omitempty"` // of a source that is FINISHED
}

// keptJob is what jobs keep of their call.
type keptJob struct {
	RoleARN string `json:"roleArn"`
}

// StartReferenceImportJob begins the import of references. Each succeeds or fails
// by itself: [Service.GetReferenceImportJob] tells. QuotaExceeded where the store
// is full, or as many jobs go on as may.
func (s *Service) StartReferenceImportJob(ctx context.Context, in StartReferenceImportJobInput) (out ImportJob, err error) {
	if err := in.check(s); err != nil {
		return ImportJob{}, err
	}
	request, err := json.Marshal(keptJob{in.RoleARN})
	items := make([]json.RawMessage, len(in.Sources))
	for i := 0; i < len(items) && err == nil; i++ {
		items[i], err = json.Marshal(in.Sources[i])
	}
	if err != nil {
		return ImportJob{}, errs.At(errs.Internal, errs.Pos{}, "StartReferenceImportJob: %w", err)
	}
	token := in.ClientToken
	in.ClientToken = ""
	scope := s.vault.Scope()
	err = s.vault.Catalog.Update(ctx, func(tx *catalog.Tx) error {
		out, err = service.Once(tx, scope, "StartReferenceImportJob", token, in, func() (ImportJob, error) {
			store, err := s.store(&tx.Reader, "referenceStoreId", in.ReferenceStoreID)
			if err != nil {
				return ImportJob{}, err
			}
			if err := admit(tx, store); err != nil {
				return ImportJob{}, err
			}
			j, err := job.Submit(tx, job.Spec{Scope: scope, Kind: event.ReferenceImport, StoreID: store.ID, Request: request, Items: items})
			if err != nil {
				return ImportJob{}, err
			}
			return describeJob(j)
		})
		return err
	})
	if err != nil {
		return ImportJob{}, err
	}
	s.vault.Jobs.Wake()
	return out, nil
}

// admit holds a new job of a store against the quotas.
func admit(tx *catalog.Tx, store catalog.ReferenceStore) error {
	open, err := tx.CountOpenJobs(store.Scope, event.ReferenceImport, event.ReadSetImport)
	if err != nil {
		return err
	}
	if err := service.ImportJobs.Admit(&tx.Reader, store.Scope, open); err != nil {
		return err
	}
	return admitReference(&tx.Reader, store, 0)
}

// admitReference refuses one more reference where the store is full; coming are
// those that are on their way.
func admitReference(r *catalog.Reader, store catalog.ReferenceStore, coming int) error {
	limit, err := service.References.In(r, store.Scope)
	if err != nil {
		return err
	}
	n, err := r.CountReferences(store.ID, limit)
	if err != nil {
		return err
	}
	return service.References.Admit(r, store.Scope, n+coming)
}

func describeJob(j catalog.Job) (ImportJob, error) {
	var kept keptJob
	err := unkeep(j.Request, &kept, errs.Internal)
	return ImportJob{
		ID: j.ID.String(), ReferenceStoreID: j.StoreID.String(), RoleARN: kept.RoleARN, Status: j.Status,
		CreationTime: j.CreationTime, CompletionTime: j.CompletionTime,
	}, err
}

// GetReferenceImportJob tells how far a job is, source by source.
func (s *Service) GetReferenceImportJob(ctx context.Context, referenceStoreID, id string) (ImportJob, error) {
	return view(ctx, s, func(r *catalog.Reader) (out ImportJob, err error) {
		store, err := s.store(r, "referenceStoreId", referenceStoreID)
		if err != nil {
			return out, err
		}
		n, err := service.ID("id", id)
		if err != nil {
			return out, err
		}
		j, err := r.JobOf(event.ReferenceImport, store.ID, n)
		if err != nil {
			return out, err
		}
		items, err := r.JobItems(j.ID)
		if err != nil {
			return out, err
		}
		if out, err = describeJob(j); err != nil {
			return out, err
		}
		out.StatusMessage = j.StatusMessage
		for _, item := range items {
			told := ImportSourceItem{Status: item.Status, StatusMessage: item.StatusMessage}
			if err := unkeep(item.Request, &told.ImportSource, errs.Internal); err != nil {
				return out, err
			}
			if item.Status == catalog.ItemFinished {
				told.ReferenceID = item.ResultID.String()
			}
			out.Sources = append(out.Sources, told)
		}
		return out, nil
	})
}

// AwaitReferenceImportJob gives a job, as GetReferenceImportJob does, once it is
// over, whichever process works on it. That sources have failed is no error. Where
// ctx ends first, that is a Timeout, and the job goes on.
func (s *Service) AwaitReferenceImportJob(ctx context.Context, referenceStoreID, id string) (ImportJob, error) {
	if _, err := s.GetReferenceImportJob(ctx, referenceStoreID, id); err != nil {
		return ImportJob{}, err
	}
	n, err := service.ID("id", id)
	if err == nil {
		_, err = s.vault.Jobs.Await(ctx, n)
	}
	if err != nil {
		return ImportJob{}, err
	}
	return s.GetReferenceImportJob(ctx, referenceStoreID, id)
}

// CancelReferenceImportJob ends an import job, for which the API has states and no
// operation: sources that wait are FAILED at once, one under way is told within ten
// seconds and leaves nothing behind unless it is done by then. Conflict where the
// job is over.
func (s *Service) CancelReferenceImportJob(ctx context.Context, referenceStoreID, id string) error {
	return s.vault.Catalog.Update(ctx, func(tx *catalog.Tx) error {
		store, err := s.store(&tx.Reader, "referenceStoreId", referenceStoreID)
		if err != nil {
			return err
		}
		n, err := service.ID("id", id)
		if err != nil {
			return err
		}
		if _, err := tx.JobOf(event.ReferenceImport, store.ID, n); err != nil {
			return err
		}
		return job.Cancel(tx, n)
	})
}

// JobFilter selects jobs by Status, CreatedAfter and CreatedBefore; empty fields
// select all. Times are excluded.
type JobFilter = service.JobFilter

// ListReferenceImportJobsInput is the request of
// [Service.ListReferenceImportJobs].
type ListReferenceImportJobsInput struct {
	ReferenceStoreID string    `json:"-"`
	MaxResults       int       `json:"-"` // 1 to 100; 0 is 100
	NextToken        string    `json:"-"` // of the page before
	Filter           JobFilter `json:"filter,omitzero"`
}

// ListReferenceImportJobsOutput is a page of jobs.
type ListReferenceImportJobsOutput struct {
	NextToken  string      `json:"nextToken,omitempty"`
	ImportJobs []ImportJob `json:"importJobs"`
}

// ListReferenceImportJobs lists a store's import jobs, oldest first.
func (s *Service) ListReferenceImportJobs(ctx context.Context, in ListReferenceImportJobsInput) (out ListReferenceImportJobsOutput, err error) {
	var rules service.Rules
	filter := rules.JobFilter(in.Filter)
	out.ImportJobs, out.NextToken, err = service.List(ctx, s.vault.Catalog, &rules, service.Paging{MaxResults: in.MaxResults, NextToken: in.NextToken},
		func(r *catalog.Reader, page catalog.PageRequest) (catalog.Page[catalog.Job], error) {
			store, err := s.store(r, "referenceStoreId", in.ReferenceStoreID)
			if err != nil {
				return catalog.Page[catalog.Job]{}, err
			}
			return r.ListJobs(event.ReferenceImport, store.ID, filter, page)
		}, describeJob)
	return out, err
}
