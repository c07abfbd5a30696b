package readset

import (
	"context"

	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/service"
	"github.com/seqlode/seqlode/internal/vault"
)

// TagResource gives a store or read set, by its ARN, tags; a key that it has
// already gets the new value. It has 50 at most.
func (s *Service) TagResource(ctx context.Context, arn string, tags map[string]string) error {
	change, err := service.TagResource(arn, tags)
	if err != nil {
		return err
	}
	return s.retag(ctx, arn, change)
}

// UntagResource takes the tags with some keys, 50 at most, from a store or read
// set; those that it lacks are no error.
func (s *Service) UntagResource(ctx context.Context, arn string, keys []string) error {
	change, err := service.UntagResource(arn, keys)
	if err != nil {
		return err
	}
	return s.retag(ctx, arn, change)
}

// ListTagsForResource gives the tags of a store or read set by its ARN.
func (s *Service) ListTagsForResource(ctx context.Context, arn string) (tags map[string]string, err error) {
	var rules service.Rules
	if rules.ResourceARN(arn); rules.Err() != nil {
		return nil, rules.Err()
	}
	err = s.vault.Catalog.View(ctx, func(r *catalog.Reader) error {
		store, set, err := s.named(r, arn)
		if err != nil {
			return err
		}
		id := store.ID
		if set != nil {
			id = set.ID
		}
		tags, err = r.Tags(id)
		return err
	})
	return tags, err
}

// named gives the store with an ARN, or the read set and its store.
func (s *Service) named(r *catalog.Reader, arn string) (store catalog.SequenceStore, set *catalog.ReadSet, err error) {
	storeID, id, ok := s.vault.Scope().ParseReadSetARN(arn)
	if !ok {
		return store, nil, &Error{Resource: "resource " + arn, Kind: errs.NotFound}
	}
	if store, err = s.store(r, "resourceArn", storeID.String()); err != nil || id == 0 {
		return store, nil, err
	}
	found, err := r.ReadSet(storeID, id)
	return store, &found, err
}

// retag changes the tags of a store or read set, and in its sidecar.
func (s *Service) retag(ctx context.Context, arn string, change func(map[string]string) error) error {
	return s.vault.Catalog.Update(ctx, func(tx *catalog.Tx) error {
		store, set, err := s.named(&tx.Reader, arn)
		if err != nil {
			return err
		}
		id := store.ID
		if set != nil {
			id = set.ID
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
		if set == nil {
			return s.keepStore(ctx, store, tags)
		}
		return s.keepSet(ctx, &tx.Reader, store, *set, tags)
	})
}

// keepSet writes the sidecar of a read set where its files lie.
func (s *Service) keepSet(ctx context.Context, r *catalog.Reader, store catalog.SequenceStore, set catalog.ReadSet, tags map[string]string) error {
	files, err := r.Files(set.ID)
	if err != nil || len(files) == 0 {
		return err // one without files has no sidecar
	}
	return s.vault.PutSidecar(ctx, files[0].Area, vault.ReadSetFolder(store.Scope, store.ID, set.ID), files, keepOfSet(set, tags),
		blob.CreateOptions{Lease: vault.CallLease})
}
