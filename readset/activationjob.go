package readset

import (
	"context"
	"time"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/event"
	"github.com/seqlode/seqlode/internal/service"
)

// StartReadSetActivationJobInput is the request of
// [Service.StartReadSetActivationJob].
type StartReadSetActivationJobInput struct {
	SequenceStoreID string       `json:"sequenceStoreId"`
	ClientToken     string       `json:"clientToken,omitempty"`
	Sources         []JobReadSet `json:"sources"` // 1 to 20
}

// ActivationJob is a job of activations, or of archiving, as operations give it.
type ActivationJob struct {
	ID              string           `json:"id"`
	SequenceStoreID string           `json:"sequenceStoreId"`
	Status          JobStatus        `json:"status"`
	StatusMessage   string           `json:"statusMessage,omitempty"` // of a job by its id
	CreationTime    time.Time        `json:"creationTime"`
	CompletionTime  time.Time        `json:"completionTime,omitzero"`
	Sources         []ActivationItem `json:"sources,omitempty"` // of a job by its id
}

// ActivationItem is how far a read set of such a job is.
type ActivationItem struct {
	ReadSetID     string     `json:"readSetId"`
	Status        ItemStatus `json:"status"`
	StatusMessage string     `json:"statusMessage,omitempty"`
}

// archiving is the kind of jobs that archive. The API does not have them.
const archiving = "readset-archive"

// StartReadSetActivationJob begins to bring archived read sets back. One that is
// active already is done at once.
func (s *Service) StartReadSetActivationJob(ctx context.Context, in StartReadSetActivationJobInput) (ActivationJob, error) {
	return s.startMove(ctx, in, start{operation: "StartReadSetActivationJob", kind: event.ReadSetActivation, quota: service.ActivationJobs}, 20)
}

// ArchiveReadSets begins to archive 1 to 100 read sets, whenever they were read
// last. It is no operation of the API.
func (s *Service) ArchiveReadSets(ctx context.Context, in StartReadSetActivationJobInput) (ActivationJob, error) {
	return s.startMove(ctx, in, start{operation: "ArchiveReadSets", kind: archiving, quota: service.ActivationJobs}, 100)
}

func (s *Service) startMove(ctx context.Context, in StartReadSetActivationJobInput, what start, most int) (out ActivationJob, err error) {
	var rules service.Rules
	rules.Token(in.ClientToken)
	rules.Count("sources", len(in.Sources), 1, most)
	what.items = readSetItems(&rules, in.Sources)
	if err := rules.Err(); err != nil {
		return out, err
	}
	what.store, what.token = in.SequenceStoreID, in.ClientToken
	j, err := s.start(ctx, what)
	return ActivationJob{ID: j.ID.String(), SequenceStoreID: j.StoreID.String(), Status: j.Status, CreationTime: j.CreationTime}, err
}

func activationJob(j catalog.Job, _ keptJob) ActivationJob {
	return ActivationJob{ID: j.ID.String(), SequenceStoreID: j.StoreID.String(), Status: j.Status, CreationTime: j.CreationTime, CompletionTime: j.CompletionTime}
}

// GetReadSetActivationJob tells how far a job is, read set by read set.
func (s *Service) GetReadSetActivationJob(ctx context.Context, sequenceStoreID, id string) (ActivationJob, error) {
	return s.getMove(ctx, event.ReadSetActivation, sequenceStoreID, id)
}

// GetReadSetArchiveJob tells how far a job of ArchiveReadSets is.
func (s *Service) GetReadSetArchiveJob(ctx context.Context, sequenceStoreID, id string) (ActivationJob, error) {
	return s.getMove(ctx, archiving, sequenceStoreID, id)
}

func (s *Service) getMove(ctx context.Context, kind, sequenceStoreID, id string) (out ActivationJob, err error) {
	j, items, kept, err := s.jobOf(ctx, kind, sequenceStoreID, id)
	if err != nil {
		return out, err
	}
	out = activationJob(j, kept)
	out.StatusMessage = j.StatusMessage
	for _, item := range items {
		var set JobReadSet
		if err := unkeep(item.Request, &set); err != nil {
			return out, err
		}
		out.Sources = append(out.Sources, ActivationItem{set.ReadSetID, item.Status, item.StatusMessage})
	}
	return out, nil
}

// ListReadSetActivationJobsOutput is a page of jobs.
type ListReadSetActivationJobsOutput struct {
	NextToken      string          `json:"nextToken,omitempty"`
	ActivationJobs []ActivationJob `json:"activationJobs"`
}

// ListReadSetActivationJobs lists a store's activation jobs, oldest first.
func (s *Service) ListReadSetActivationJobs(ctx context.Context, in ListJobsInput) (out ListReadSetActivationJobsOutput, err error) {
	out.ActivationJobs, out.NextToken, err = listJobs(ctx, s, event.ReadSetActivation, in, activationJob)
	return out, err
}
