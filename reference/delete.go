package reference

import (
	"context"
	"errors"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/event"
	"github.com/seqlode/seqlode/internal/vault"
)

// DeleteReference deletes a reference with its files and tags; Conflict while a
// read set uses it.
func (s *Service) DeleteReference(ctx context.Context, referenceStoreID, id string) error {
	var gone catalog.Reference
	var folder vault.Folder
	err := s.vault.Catalog.Update(ctx, func(tx *catalog.Tx) error {
		store, ref, err := s.reference(&tx.Reader, referenceStoreID, id)
		if err != nil {
			return err
		}
		gone, folder = ref, vault.ReferenceFolder(store.Scope, store.ID, ref.ID)
		if err := tx.DeleteReference(ref.ID, store.ReferenceARN(store.ID, ref.ID)); err != nil {
			return err
		}
		ref.Status = catalog.ReferenceDeleted
		return event.Reference(tx, store.Scope, ref)
	})
	if err != nil {
		return err
	}
	return errors.Join(s.files.forget(gone.ID), s.vault.RemoveFolder(context.WithoutCancel(ctx), catalog.InObjects, folder)) // it is gone in any case
}
