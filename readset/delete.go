package readset

import (
	"context"
	"errors"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/event"
	"github.com/seqlode/seqlode/internal/service"
	"github.com/seqlode/seqlode/internal/vault"
)

// BatchError is why one of several read sets was left.
type BatchError struct {
	ID      string `json:"id"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// BatchDeleteReadSetOutput names the read sets that were not deleted.
type BatchDeleteReadSetOutput struct {
	Errors []BatchError `json:"errors,omitempty"`
}

// BatchDeleteReadSet deletes 1 to 100 read sets of a store, each by itself.
func (s *Service) BatchDeleteReadSet(ctx context.Context, sequenceStoreID string, ids []string) (out BatchDeleteReadSetOutput, err error) {
	var rules service.Rules
	rules.Count("ids", len(ids), 1, 100)
	if err := rules.Err(); err != nil {
		return out, err
	}
	err = s.vault.Catalog.View(ctx, func(r *catalog.Reader) error {
		_, err := s.store(r, "sequenceStoreId", sequenceStoreID)
		return err
	})
	if err != nil {
		return out, err
	}
	for _, id := range ids {
		if err := s.deleteReadSet(ctx, sequenceStoreID, id); err != nil {
			if ctx.Err() != nil {
				return out, context.Cause(ctx)
			}
			out.Errors = append(out.Errors, BatchError{id, service.Code(err), err.Error()})
		}
	}
	return out, nil
}

// deleteReadSet deletes a read set: its rows, then its objects.
func (s *Service) deleteReadSet(ctx context.Context, storeID, id string) error {
	var folder vault.Folder
	err := s.vault.Catalog.Update(ctx, func(tx *catalog.Tx) error {
		store, set, err := s.readSet(&tx.Reader, storeID, id)
		if err != nil {
			return err
		}
		if set.Status == catalog.ReadSetActivating || set.Status == catalog.ReadSetProcessingUpload {
			return notActive(set)
		}
		folder = vault.ReadSetFolder(store.Scope, store.ID, set.ID)
		if err := tx.DeleteReadSet(store.ID, set.ID); err != nil {
			return err
		}
		set.Status = catalog.ReadSetDeleted
		return event.ReadSet(tx, store.Scope, set)
	})
	if err != nil {
		return err
	}
	// The read set is gone; what of its objects were left, fsck would find.
	rest := context.WithoutCancel(ctx)
	return errors.Join(s.vault.RemoveFolder(rest, catalog.InObjects, folder), s.vault.RemoveFolder(rest, catalog.InArchive, folder))
}
