package readset

import (
	"context"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/event"
	"github.com/seqlode/seqlode/internal/job"
	"github.com/seqlode/seqlode/internal/service"
)

// The API has states of cancelled jobs and no operation that cancels one. With
// those below, sources that wait are FAILED at once; one under way is told within
// ten seconds, and leaves nothing behind unless it is done by then. A job that is
// over is a Conflict.

// CancelReadSetImportJob ends an import job.
func (s *Service) CancelReadSetImportJob(ctx context.Context, sequenceStoreID, id string) error {
	return s.cancel(ctx, event.ReadSetImport, sequenceStoreID, id)
}

// CancelReadSetExportJob ends an export job. Files that it has written stay.
func (s *Service) CancelReadSetExportJob(ctx context.Context, sequenceStoreID, id string) error {
	return s.cancel(ctx, event.ReadSetExport, sequenceStoreID, id)
}

// CancelReadSetActivationJob ends an activation job: what is not active then stays
// archived.
func (s *Service) CancelReadSetActivationJob(ctx context.Context, sequenceStoreID, id string) error {
	return s.cancel(ctx, event.ReadSetActivation, sequenceStoreID, id)
}

// CancelReadSetArchiveJob ends a job of ArchiveReadSets: what is not archived then
// stays active.
func (s *Service) CancelReadSetArchiveJob(ctx context.Context, sequenceStoreID, id string) error {
	return s.cancel(ctx, archiving, sequenceStoreID, id)
}

func (s *Service) cancel(ctx context.Context, kind, storeID, id string) error {
	return s.vault.Catalog.Update(ctx, func(tx *catalog.Tx) error {
		store, err := s.store(&tx.Reader, "sequenceStoreId", storeID)
		if err != nil {
			return err
		}
		n, err := service.ID("id", id)
		if err != nil {
			return err
		}
		if _, err := tx.JobOf(kind, store.ID, n); err != nil {
			return err
		}
		return job.Cancel(tx, n)
	})
}
