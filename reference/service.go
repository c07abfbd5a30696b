package reference

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/event"
	"github.com/seqlode/seqlode/internal/job"
	"github.com/seqlode/seqlode/internal/service"
	"github.com/seqlode/seqlode/internal/source"
	"github.com/seqlode/seqlode/internal/vault"
)

// Kinds of failure that only a Service has, besides those above.
var (
	ErrConflict      = errs.ErrConflict      // a store with references, a reference in use, a token of another request
	ErrQuotaExceeded = errs.ErrQuotaExceeded // a second store, a reference or job too many
)

// Service keeps the reference store of a vault and its references. Its methods
// are the operations of the HealthOmics API, with their names, fields, limits and
// errors; a request that breaks a rule is of kind Validation. They may be called
// by any number of goroutines.
type Service struct {
	vault *vault.Vault
	opt   ServiceOptions
	files openFiles
	bases Bases // of all references, cached
}

// ServiceOptions are what a vault gives its references; the zero value is good,
// and opens sources at https:// alone.
type ServiceOptions struct {
	Sources *source.Opener

	// Cache bounds the bases that are kept for decoders, in bytes, and the indexes of
	// references that are kept beside them; 0 is 64 MiB.
	Cache int64
}

// NewService gives the service of a vault. The vault's jobs are those of Work,
// its kinds of things those of Kinds. Close it before the vault.
func NewService(v *vault.Vault, opt ServiceOptions) *Service {
	if opt.Sources == nil {
		opt.Sources = new(source.Opener)
	}
	if opt.Cache <= 0 {
		opt.Cache = defaultCache
	}
	s := &Service{vault: v, opt: opt}
	s.files = openFiles{service: s, bound: opt.Cache, open: map[catalog.ID]*openFile{}}
	s.bases = Cached(&storedBases{s}, opt.Cache)
	return s
}

// Work is what the vault's runner does for the service, by kind of job.
func (s *Service) Work() map[string]job.Kind {
	return map[string]job.Kind{
		event.ReferenceImport: {Run: s.importSource},
	}
}

// Close closes the references that are open for decoders, which have ended.
func (s *Service) Close() error { return s.files.close() }

// store gives the reference store with an id of the wire, if it is in the vault's
// account and region.
func (s *Service) store(r *catalog.Reader, field, id string) (catalog.ReferenceStore, error) {
	n, err := service.ID(field, id)
	if err != nil {
		return catalog.ReferenceStore{}, err
	}
	store, err := r.ReferenceStore(n)
	if err == nil && store.Scope != s.vault.Scope() {
		err = &Error{Resource: "referenceStore " + id, Kind: errs.NotFound}
	}
	return store, err
}

// reference gives a reference of a store by their ids of the wire.
func (s *Service) reference(r *catalog.Reader, storeID, id string) (catalog.ReferenceStore, catalog.Reference, error) {
	store, err := s.store(r, "referenceStoreId", storeID)
	if err != nil {
		return store, catalog.Reference{}, err
	}
	n, err := service.ID("id", id)
	if err != nil {
		return store, catalog.Reference{}, err
	}
	ref, err := r.Reference(store.ID, n)
	return store, ref, err
}

// missing says that err, of a look for a row, is that it is not there.
func missing(err error) bool { return errors.Is(err, errs.ErrNotFound) }

// unkeep reads what a row or sidecar keeps as JSON.
func unkeep(text json.RawMessage, to any, kind errs.Kind) error {
	if err := json.Unmarshal(text, to); err != nil {
		return errs.At(kind, errs.Pos{}, "kept JSON: %w", err)
	}
	return nil
}

// view reads the catalog.
func view[T any](ctx context.Context, s *Service, fn func(*catalog.Reader) (T, error)) (out T, err error) {
	err = s.vault.Catalog.View(ctx, func(r *catalog.Reader) error {
		out, err = fn(r)
		return err
	})
	if err != nil {
		var none T
		return none, err
	}
	return out, nil
}
