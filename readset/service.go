package readset

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/event"
	"github.com/seqlode/seqlode/internal/job"
	"github.com/seqlode/seqlode/internal/service"
	"github.com/seqlode/seqlode/internal/source"
	"github.com/seqlode/seqlode/internal/vault"
	"github.com/seqlode/seqlode/reference"
)

// Service keeps sequence stores and their read sets in a vault. Its methods are
// the operations of the HealthOmics API, with their names, fields, limits and
// errors; a request that breaks a rule is of kind Validation. They may be called
// by any number of goroutines.
type Service struct {
	vault *vault.Vault
	opt   ServiceOptions
}

// ServiceOptions are what a vault gives its read sets; the zero value is good,
// and opens sources at https:// alone.
type ServiceOptions struct {
	Sources        *source.Opener
	ServiceAccount string    // in the ARNs of S3 access points; the vault's account when empty
	Random         io.Reader // for the names of buckets; crypto/rand when nil

	// References are those that reads are linked to. It is a [reference.Service];
	// with none, nothing can be linked.
	References References
}

// References gives references of the vault by their ARNs: the bases of one, for
// reads that are stored as differences from it, and how a header fits one, or all.
type References interface {
	Bases(ctx context.Context, referenceARN string) (reference.Bases, error)
	MatchReference(ctx context.Context, header []reference.Contig, referenceARN string) (reference.Fit, error)
	MatchReferences(ctx context.Context, header []reference.Contig) ([]reference.Fit, error)
}

// NewService gives the service of a vault. The vault's jobs are those of Work,
// its kinds of things those of Kinds.
func NewService(v *vault.Vault, opt ServiceOptions) *Service {
	if opt.Sources == nil {
		opt.Sources = new(source.Opener)
	}
	if opt.ServiceAccount == "" {
		opt.ServiceAccount = v.Info.Account
	}
	if opt.Random == nil {
		opt.Random = rand.Reader
	}
	return &Service{v, opt}
}

// Work is what the vault's runner does for the service, by kind of job.
func (s *Service) Work() map[string]job.Kind {
	return map[string]job.Kind{
		event.ReadSetImport:     {Run: s.importSource},
		event.ReadSetExport:     {Run: s.exportReadSet},
		event.ReadSetActivation: {Run: s.activateReadSet, Undo: s.giveUp},
		archiving:               {Run: s.archiveReadSet, Undo: s.giveUp},
	}
}

// Kinds are the sorts of things that the services of a vault's scope keep: stores,
// then read sets.
func Kinds(scope catalog.Scope) []vault.Kind {
	return []vault.Kind{
		{
			Name: "sequenceStore", Folder: "*/sequenceStore/*", Area: catalog.InObjects, Sidecar: storeSidecar,
			Known: func(r *catalog.Reader, f vault.Folder) (bool, error) {
				_, err := r.SequenceStore(f.ID())
				return known(err)
			},
			Describe: func(r *catalog.Reader, f vault.Folder) (any, error) {
				store, err := r.SequenceStore(f.ID())
				if err != nil {
					return nil, err
				}
				tags, err := r.Tags(store.ID)
				return keepOf(store, tags), err
			},
			List: func(r *catalog.Reader, token string) (folders []vault.Folder, next string, err error) {
				stores, err := r.ListSequenceStores(scope, catalog.SequenceStoreFilter{}, catalog.PageRequest{Token: token})
				for _, store := range stores.Items {
					folders = append(folders, vault.SequenceStoreFolder(scope, store.ID))
				}
				return folders, stores.Next, err
			},
			Restore: func(tx *catalog.Tx, _ vault.Folder, s *vault.Sidecar) error {
				var kept keptStore
				if err := json.Unmarshal(s.Resource, &kept); err != nil {
					return errs.At(errs.Corrupt, errs.Pos{}, "%w", err)
				}
				if err := tx.InsertSequenceStore(kept.row()); err != nil {
					return err
				}
				return tx.PutTags(kept.ID, kept.Tags)
			},
		},
		{
			Name: "readSet", Folder: "*/sequenceStore/*/readSet/*", Sidecar: readSetSidecar,
			Known: func(r *catalog.Reader, f vault.Folder) (bool, error) {
				_, err := r.ReadSet(f.StoreID(), f.ID())
				return known(err)
			},
			Describe: func(r *catalog.Reader, f vault.Folder) (any, error) {
				set, err := r.ReadSet(f.StoreID(), f.ID())
				if err != nil {
					return nil, err
				}
				tags, err := r.Tags(set.ID)
				return keepOfSet(set, tags), err
			},
			Restore: func(tx *catalog.Tx, _ vault.Folder, s *vault.Sidecar) error {
				var kept keptReadSet
				if err := json.Unmarshal(s.Resource, &kept); err != nil {
					return errs.At(errs.Corrupt, errs.Pos{}, "%w", err)
				}
				if err := tx.InsertReadSet(kept.row()); err != nil {
					return err
				}
				return tx.PutTags(kept.ID, kept.Tags)
			},
		},
	}
}

// known makes of the error of a look for a row whether it is there.
func known(err error) (bool, error) {
	if errors.Is(err, errs.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// store gives the sequence store with an id of the wire, if it is in the vault's
// account and region.
func (s *Service) store(r *catalog.Reader, field, id string) (catalog.SequenceStore, error) {
	n, err := service.ID(field, id)
	if err != nil {
		return catalog.SequenceStore{}, err
	}
	store, err := r.SequenceStore(n)
	if err == nil && store.Scope != s.vault.Scope() {
		err = &Error{Resource: "sequenceStore " + id, Kind: errs.NotFound, Err: errs.ErrNotFound}
	}
	return store, err
}

// readSet gives a read set of a store by their ids of the wire.
func (s *Service) readSet(r *catalog.Reader, storeID, id string) (catalog.SequenceStore, catalog.ReadSet, error) {
	store, err := s.store(r, "sequenceStoreId", storeID)
	if err != nil {
		return store, catalog.ReadSet{}, err
	}
	n, err := service.ID("id", id)
	if err != nil {
		return store, catalog.ReadSet{}, err
	}
	set, err := r.ReadSet(store.ID, n)
	return store, set, err
}

// s3URI is where S3 clients find what is below a store.
func (s *Service) s3URI(store catalog.SequenceStore, more ...string) string {
	return "s3://" + store.S3Alias + "/" + strings.Join(append([]string{string(vault.SequenceStoreFolder(store.Scope, store.ID))}, more...), "/")
}
