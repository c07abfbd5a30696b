package readset

import (
	"context"

	"github.com/seqlode/seqlode/internal/event"
)

// The calls below wait, as the waiters of the API's clients do, and give a job as
// its Get does once it is over, whichever process works on it. That sources have
// failed is no error. Where ctx ends first, that is a Timeout, and the job goes on.

// AwaitReadSetImportJob waits for the end of an import job.
func (s *Service) AwaitReadSetImportJob(ctx context.Context, sequenceStoreID, id string) (ImportJob, error) {
	if err := s.await(ctx, event.ReadSetImport, sequenceStoreID, id); err != nil {
		return ImportJob{}, err
	}
	return s.GetReadSetImportJob(ctx, sequenceStoreID, id)
}

// AwaitReadSetExportJob waits for the end of an export job.
func (s *Service) AwaitReadSetExportJob(ctx context.Context, sequenceStoreID, id string) (ExportJob, error) {
	if err := s.await(ctx, event.ReadSetExport, sequenceStoreID, id); err != nil {
		return ExportJob{}, err
	}
	return s.GetReadSetExportJob(ctx, sequenceStoreID, id)
}

// AwaitReadSetActivationJob waits for the end of an activation job.
func (s *Service) AwaitReadSetActivationJob(ctx context.Context, sequenceStoreID, id string) (ActivationJob, error) {
	if err := s.await(ctx, event.ReadSetActivation, sequenceStoreID, id); err != nil {
		return ActivationJob{}, err
	}
	return s.GetReadSetActivationJob(ctx, sequenceStoreID, id)
}

// AwaitReadSetArchiveJob waits for the end of a job of ArchiveReadSets.
func (s *Service) AwaitReadSetArchiveJob(ctx context.Context, sequenceStoreID, id string) (ActivationJob, error) {
	if err := s.await(ctx, archiving, sequenceStoreID, id); err != nil {
		return ActivationJob{}, err
	}
	return s.GetReadSetArchiveJob(ctx, sequenceStoreID, id)
}

func (s *Service) await(ctx context.Context, kind, storeID, id string) error {
	j, _, _, err := s.jobOf(ctx, kind, storeID, id)
	if err == nil {
		_, err = s.vault.Jobs.Await(ctx, j.ID)
	}
	return err
}
