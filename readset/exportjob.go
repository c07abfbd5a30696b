package readset

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/event"
	"github.com/seqlode/seqlode/internal/service"
)

// JobReadSet names a read set of a job.
type JobReadSet struct {
	ReadSetID string `json:"readSetId"`
}

// StartReadSetExportJobInput is the request of [Service.StartReadSetExportJob].
type StartReadSetExportJobInput struct {
	SequenceStoreID string       `json:"sequenceStoreId"`
	Destination     string       `json:"destination"` // URI of a folder
	RoleARN         string       `json:"roleArn"`
	ClientToken     string       `json:"clientToken,omitempty"`
	Sources         []JobReadSet `json:"sources"` // 1 to 100
}

// ExportJob is a job of exports as operations give it.
type ExportJob struct {
	ID              string       `json:"id"`
	SequenceStoreID string       `json:"sequenceStoreId"`
	Destination     string       `json:"destination"`
	Status          JobStatus    `json:"status"`
	StatusMessage   string       `json:"statusMessage,omitempty"` // of a job by its id
	CreationTime    time.Time    `json:"creationTime"`
	CompletionTime  time.Time    `json:"completionTime,omitzero"`
	ReadSets        []ExportItem `json:"readSets,omitempty"` // of a job by its id
}

// ExportItem is how far a read set of an export is.
type ExportItem struct {
	ID            string     `json:"id"`
	Status        ItemStatus `json:"status"`
	StatusMessage string     `json:"statusMessage,omitempty"`
}

// StartReadSetExportJob begins to write the files of read sets to a folder. Each
// succeeds or fails by itself: GetReadSetExportJob tells.
func (s *Service) StartReadSetExportJob(ctx context.Context, in StartReadSetExportJobInput) (out ExportJob, err error) {
	var rules service.Rules
	rules.RoleARN(in.RoleARN)
	rules.Token(in.ClientToken)
	rules.Count("sources", len(in.Sources), 1, 100)
	if err := s.opt.Sources.CheckFolder(in.Destination); err != nil {
		rules.Fail("destination: %w", err)
	}
	items := readSetItems(&rules, in.Sources)
	if err := rules.Err(); err != nil {
		return out, err
	}
	j, err := s.start(ctx, start{
		operation: "StartReadSetExportJob", kind: event.ReadSetExport, quota: service.ExportJobs,
		store: in.SequenceStoreID, token: in.ClientToken, kept: keptJob{RoleARN: in.RoleARN, Destination: in.Destination}, items: items,
	})
	return ExportJob{ID: j.ID.String(), SequenceStoreID: j.StoreID.String(), Destination: in.Destination, Status: j.Status, CreationTime: j.CreationTime}, err
}

// readSetItems are the items of a job over read sets.
func readSetItems(rules *service.Rules, sets []JobReadSet) []json.RawMessage {
	items := make([]json.RawMessage, len(sets))
	for i, set := range sets {
		rules.Within(fmt.Sprintf("sources[%d]", i), func(r *service.Rules) {
			_, err := service.ID("readSetId", set.ReadSetID)
			if errors.Is(err, errs.ErrNotFound) { // told of the item
				err = nil
			}
			if err == nil {
				items[i], err = json.Marshal(set)
			}
			if err != nil {
				r.Fail("%w", err)
			}
		})
	}
	return items
}

func exportJob(j catalog.Job, kept keptJob) ExportJob {
	return ExportJob{ID: j.ID.String(), SequenceStoreID: j.StoreID.String(), Destination: kept.Destination, Status: j.Status,
		CreationTime: j.CreationTime, CompletionTime: j.CompletionTime}
}

// GetReadSetExportJob tells how far a job is, read set by read set.
func (s *Service) GetReadSetExportJob(ctx context.Context, sequenceStoreID, id string) (out ExportJob, err error) {
	j, items, kept, err := s.jobOf(ctx, event.ReadSetExport, sequenceStoreID, id)
	if err != nil {
		return out, err
	}
	out = exportJob(j, kept)
	out.StatusMessage = j.StatusMessage
	for _, item := range items {
		var set JobReadSet
		if err := unkeep(item.Request, &set); err != nil {
			return out, err
		}
		out.ReadSets = append(out.ReadSets, ExportItem{set.ReadSetID, item.Status, item.StatusMessage})
	}
	return out, nil
}

// ListReadSetExportJobsOutput is a page of jobs.
type ListReadSetExportJobsOutput struct {
	NextToken  string      `json:"nextToken,omitempty"`
	ExportJobs []ExportJob `json:"exportJobs"`
}

// ListReadSetExportJobs lists a store's export jobs, oldest first.
func (s *Service) ListReadSetExportJobs(ctx context.Context, in ListJobsInput) (out ListReadSetExportJobsOutput, err error) {
	out.ExportJobs, out.NextToken, err = listJobs(ctx, s, event.ReadSetExport, in, exportJob)
	return out, err
}
