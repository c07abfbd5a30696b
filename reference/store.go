package reference

import (
	"context"
	"errors"
	"time"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/event"
	"github.com/seqlode/seqlode/internal/service"
	"github.com/seqlode/seqlode/internal/vault"
)

// SSEConfig asks for encryption, of Type KMS. Without a KeyARN the vault's own is
// meant; one with a customer's key is NotSupported.
type SSEConfig = service.SSEConfig

// Store is a reference store as operations give it.
type Store struct {
	ID           string    `json:"id"`
	ARN          string    `json:"arn"`
	Name         string    `json:"name,omitempty"`
	Description  string    `json:"description,omitempty"`
	CreationTime time.Time `json:"creationTime"`
}

func describeStore(s catalog.ReferenceStore) Store {
	return Store{ID: s.ID.String(), ARN: s.ARN(), Name: s.Name, Description: s.Description, CreationTime: s.CreationTime}
}

// CreateReferenceStoreInput is the request of [Service.CreateReferenceStore].
type CreateReferenceStoreInput struct {
	Name        string            `json:"name"`
	Description string            `json:"description,omitempty"`
	SSEConfig   *SSEConfig        `json:"sseConfig,omitempty"`
	Tags        map[string]string `json:"tags,omitempty"`
	ClientToken string            `json:"clientToken,omitempty"`
}

func (in *CreateReferenceStoreInput) check() error {
	var r service.Rules
	r.Text("name", in.Name, 1, 127)
	r.Optional("description", in.Description, 1, 255)
	r.Tags(in.Tags)
	r.Token(in.ClientToken)
	r.SSEConfig(in.SSEConfig)
	return r.Err()
}

// CreateReferenceStore makes the reference store of the vault's account and
// region. QuotaExceeded where there is one.
func (s *Service) CreateReferenceStore(ctx context.Context, in CreateReferenceStoreInput) (out Store, err error) {
	if err := in.check(); err != nil {
		return Store{}, err
	}
	token := in.ClientToken
	in.ClientToken = ""
	scope := s.vault.Scope()
	err = s.vault.Catalog.Update(ctx, func(tx *catalog.Tx) error {
		out, err = service.Once(tx, scope, "CreateReferenceStore", token, in, func() (Store, error) {
			there, err := tx.ListReferenceStores(scope, catalog.ReferenceStoreFilter{}, catalog.PageRequest{Limit: 1})
			if err != nil {
				return Store{}, err
			}
			if len(there.Items) > 0 {
				return Store{}, errs.At(errs.QuotaExceeded, errs.Pos{}, "account %s has a reference store in region %s, %s, and can have one only",
					scope.Account, scope.Region, there.Items[0].ID)
			}
			id, err := tx.NewID()
			if err != nil {
				return Store{}, err
			}
			made := catalog.ReferenceStore{ID: id, Scope: scope, Name: in.Name, Description: in.Description, CreationTime: tx.Now(), UpdateTime: tx.Now()}
			return describeStore(made), errors.Join(tx.InsertReferenceStore(made), tx.PutTags(id, in.Tags), s.putStore(ctx, tx, made),
				event.ReferenceStore(tx, made, event.StoreCreated), event.ReferenceStore(tx, made, event.StoreActive))
		})
		return err
	})
	return out, err
}

// GetReferenceStore gives a store by its id.
func (s *Service) GetReferenceStore(ctx context.Context, id string) (Store, error) {
	return view(ctx, s, func(r *catalog.Reader) (Store, error) {
		store, err := s.store(r, "id", id)
		return describeStore(store), err
	})
}

// StoreFilter selects stores; empty fields select all. Times are excluded.
type StoreFilter struct {
	Name          string    `json:"name,omitempty"`
	CreatedAfter  time.Time `json:"createdAfter,omitzero"`
	CreatedBefore time.Time `json:"createdBefore,omitzero"`
}

// ListReferenceStoresInput is the request of [Service.ListReferenceStores].
type ListReferenceStoresInput struct {
	MaxResults int         `json:"-"` // 1 to 100; 0 is 100
	NextToken  string      `json:"-"` // of the page before
	Filter     StoreFilter `json:"filter,omitzero"`
}

// ListReferenceStoresOutput is a page of stores.
type ListReferenceStoresOutput struct {
	NextToken       string  `json:"nextToken,omitempty"`
	ReferenceStores []Store `json:"referenceStores"`
}

// ListReferenceStores lists the one store, or none.
func (s *Service) ListReferenceStores(ctx context.Context, in ListReferenceStoresInput) (out ListReferenceStoresOutput, err error) {
	var rules service.Rules
	rules.Optional("filter.name", in.Filter.Name, 1, 127)
	filter := catalog.ReferenceStoreFilter{
		Name: in.Filter.Name, Created: catalog.Created{After: in.Filter.CreatedAfter, Before: in.Filter.CreatedBefore},
	}
	out.ReferenceStores, out.NextToken, err = service.List(ctx, s.vault.Catalog, &rules, service.Paging{MaxResults: in.MaxResults, NextToken: in.NextToken},
		func(r *catalog.Reader, page catalog.PageRequest) (catalog.Page[catalog.ReferenceStore], error) {
			return r.ListReferenceStores(s.vault.Scope(), filter, page)
		},
		func(store catalog.ReferenceStore) (Store, error) { return describeStore(store), nil })
	return out, err
}

// DeleteReferenceStore deletes a store with its tags; Conflict while it has
// references, or an import goes on.
func (s *Service) DeleteReferenceStore(ctx context.Context, id string) error {
	var folder vault.Folder
	err := s.vault.Catalog.Update(ctx, func(tx *catalog.Tx) error {
		store, err := s.store(&tx.Reader, "id", id)
		if err != nil {
			return err
		}
		folder = vault.ReferenceStoreFolder(store.Scope, store.ID)
		open, err := tx.CountOpenJobs(store.Scope, event.ReferenceImport)
		if err != nil {
			return err
		}
		if open > 0 {
			return errs.At(errs.Conflict, errs.Pos{}, "reference store %s has %d import jobs that go on", store.ID, open)
		}
		if err := tx.DeleteReferenceStore(store.ID); err != nil {
			return err
		}
		return event.ReferenceStore(tx, store, event.StoreDeleted)
	})
	if err != nil {
		return err
	}
	return s.vault.RemoveFolder(context.WithoutCancel(ctx), catalog.InObjects, folder) // the store is gone in any case
}
