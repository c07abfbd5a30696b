package reference

import (
	"context"

	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/service"
	"github.com/seqlode/seqlode/internal/vault"
)

// named gives the reference store with an ARN, or the reference and its store.
func (s *Service) named(r *catalog.Reader, arn string) (store catalog.ReferenceStore, ref *catalog.Reference, err error) {
	storeID, id, ok := s.vault.Scope().ParseReferenceARN(arn)
	if !ok {
		return store, nil, &Error{Resource: "resource " + arn, Kind: errs.NotFound}
	}
	if store, err = s.store(r, "resourceArn", storeID.String()); err != nil || id == 0 {
		return store, nil, err
	}
	found, err := r.Reference(storeID, id)
	return store, &found, err
}

// ListTagsForResource gives the tags of the store or of a reference, by its ARN.
func (s *Service) ListTagsForResource(ctx context.Context, resourceARN string) (map[string]string, error) {
	var rules service.Rules
	if rules.ResourceARN(resourceARN); rules.Err() != nil {
		return nil, rules.Err()
	}
	return view(ctx, s, func(r *catalog.Reader) (map[string]string, error) {
		store, ref, err := s.named(r, resourceARN)
		if err != nil {
			return nil, err
		}
		if ref == nil {
			return r.Tags(store.ID)
		}
		return r.Tags(ref.ID)
	})
}

// TagResource adds tags to the store or to a reference, by its ARN, or overwrites
// their values. It has 50 at most.
func (s *Service) TagResource(ctx context.Context, resourceARN string, tags map[string]string) error {
	change, err := service.TagResource(resourceARN, tags)
	if err != nil {
		return err
	}
	return s.retag(ctx, resourceARN, change)
}

// UntagResource takes tags from the store or from a reference, by its ARN. A key
// that it lacks is passed over.
func (s *Service) UntagResource(ctx context.Context, resourceARN string, tagKeys []string) error {
	change, err := service.UntagResource(resourceARN, tagKeys)
	if err != nil {
		return err
	}
	return s.retag(ctx, resourceARN, change)
}

// retag changes tags, in the sidecar too.
func (s *Service) retag(ctx context.Context, arn string, change func(map[string]string) error) error {
	return s.vault.Catalog.Update(ctx, func(tx *catalog.Tx) error {
		store, ref, err := s.named(&tx.Reader, arn)
		if err != nil {
			return err
		}
		id := store.ID
		if ref != nil {
			id = ref.ID
		}
		tags, err := tx.Tags(id)
		if err != nil {
			return err
		}
		if err := change(tags); err != nil {
			return err
		}
		if err := tx.SetTags(id, tags); err != nil {
			return err
		}
		if ref == nil {
			return s.putStore(ctx, tx, store)
		}
		kept, err := keepReference(&tx.Reader, *ref)
		if err != nil {
			return err
		}
		files, err := tx.Files(ref.ID)
		if err != nil {
			return err
		}
		return s.vault.PutSidecar(ctx, catalog.InObjects, vault.ReferenceFolder(store.Scope, store.ID, ref.ID), files, kept,
			blob.CreateOptions{Lease: vault.CallLease})
	})
}

// putStore writes the sidecar of a store, from which its row can be made anew. It
// is called in the transaction of the row: a store that is there has a sidecar,
// and a sidecar without a store is an orphan.
func (s *Service) putStore(ctx context.Context, tx *catalog.Tx, store catalog.ReferenceStore) error {
	kept, err := keepStore(&tx.Reader, store)
	if err != nil {
		return err
	}
	return s.vault.PutSidecar(ctx, catalog.InObjects, vault.ReferenceStoreFolder(store.Scope, store.ID), nil, kept,
		blob.CreateOptions{Lease: vault.CallLease})
}
