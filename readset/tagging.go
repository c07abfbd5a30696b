package readset

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/service"
	"github.com/seqlode/seqlode/internal/vault"
)

// TagResource gives a store or read set, by its ARN, tags; a key that it has
// already gets the new value. It has 50 at most.
func (s *Service) TagResource(ctx context.Context, arn string, tags map[string]string) error {
	var rules service.Rules
	rules.Tags(tags)
	if err := rules.Err(); err != nil {
		return err
	}
	return s.retag(ctx, arn, func(have map[string]string) error {
		maps.Copy(have, tags)
		if len(have) > 50 {
			return errs.At(errs.Validation, errs.Pos{}, "%s would have %d tags, more than 50", arn, len(have))
		}
		return nil
	})
}

// UntagResource takes the tags with some keys, 50 at most, from a store or read
// set; those that it lacks are no error.
func (s *Service) UntagResource(ctx context.Context, arn string, keys []string) error {
	var rules service.Rules
	rules.Count("tagKeys", len(keys), 1, 50)
	if err := rules.Err(); err != nil {
		return err
	}
	return s.retag(ctx, arn, func(have map[string]string) error {
		for _, key := range keys {
			delete(have, key)
		}
		return nil
	})
}

// ListTagsForResource gives the tags of a store or read set by its ARN.
func (s *Service) ListTagsForResource(ctx context.Context, arn string) (tags map[string]string, err error) {
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
	scope := s.vault.Scope()
	rest, ok := strings.CutPrefix(arn, fmt.Sprintf("arn:aws:omics:%s:%s:sequenceStore/", scope.Region, scope.Account))
	if !ok {
		return store, nil, &Error{Resource: "resource " + arn, Kind: errs.NotFound, Err: errs.ErrNotFound}
	}
	storeID, id, inStore := strings.Cut(rest, "/readSet/")
	if !inStore {
		store, err = s.store(r, "sequenceStore", storeID)
		return store, nil, err
	}
	store, found, err := s.readSet(r, storeID, id)
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
