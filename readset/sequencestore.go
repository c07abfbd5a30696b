package readset

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/seqlode/seqlode/etag"
	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/event"
	"github.com/seqlode/seqlode/internal/service"
	"github.com/seqlode/seqlode/internal/vault"
)

// SSEConfig asks for encryption, of Type KMS. Without a KeyARN the vault's own is
// meant; one with a customer's key is NotSupported.
type SSEConfig = service.SSEConfig

// S3AccessConfig says how S3 clients see a store.
type S3AccessConfig struct {
	AccessLogLocation string `json:"accessLogLocation,omitempty"` // S3 URI; "" for no log
}

// S3Access says where S3 clients find a store.
type S3Access struct {
	S3URI             string `json:"s3Uri"`
	S3AccessPointARN  string `json:"s3AccessPointArn"`
	AccessLogLocation string `json:"accessLogLocation,omitempty"`
}

// SequenceStore is a sequence store as operations give it.
type SequenceStore struct {
	ID                     string      `json:"id"`
	ARN                    string      `json:"arn"`
	Name                   string      `json:"name,omitempty"`
	Description            string      `json:"description,omitempty"`
	CreationTime           time.Time   `json:"creationTime"`
	UpdateTime             time.Time   `json:"updateTime,omitzero"`
	FallbackLocation       string      `json:"fallbackLocation,omitempty"`
	ETagAlgorithmFamily    etag.Family `json:"eTagAlgorithmFamily"`
	Status                 StoreStatus `json:"status"`
	StatusMessage          string      `json:"statusMessage,omitempty"`
	PropagatedSetLevelTags []string    `json:"propagatedSetLevelTags,omitempty"`
	S3Access               *S3Access   `json:"s3Access,omitempty"` // not in lists
}

// CreateSequenceStoreInput is the request of [Service.CreateSequenceStore].
type CreateSequenceStoreInput struct {
	Name                   string            `json:"name"`
	Description            string            `json:"description,omitempty"`
	SSEConfig              *SSEConfig        `json:"sseConfig,omitempty"`
	Tags                   map[string]string `json:"tags,omitempty"`
	ClientToken            string            `json:"clientToken,omitempty"`
	FallbackLocation       string            `json:"fallbackLocation,omitempty"`    // S3 URI
	ETagAlgorithmFamily    etag.Family       `json:"eTagAlgorithmFamily,omitempty"` // MD5up when empty
	PropagatedSetLevelTags []string          `json:"propagatedSetLevelTags,omitempty"`
	S3AccessConfig         *S3AccessConfig   `json:"s3AccessConfig,omitempty"`
}

const (
	mostPropagated = 5    // keys whose tags S3 objects carry
	mostFallback   = 1024 // characters of a folder
	mostAccessLog  = 800
)

func (in *CreateSequenceStoreInput) check() error {
	var r service.Rules
	r.Text("name", in.Name, 1, 127)
	r.Optional("description", in.Description, 1, 255)
	r.Tags(in.Tags)
	r.Token(in.ClientToken)
	r.S3Folder("fallbackLocation", in.FallbackLocation, mostFallback)
	service.OneOf(&r, "eTagAlgorithmFamily", in.ETagAlgorithmFamily, true, etag.MD5up, etag.SHA256up, etag.SHA512up)
	checkPropagated(&r, in.PropagatedSetLevelTags)
	if in.S3AccessConfig != nil {
		r.S3Folder("s3AccessConfig.accessLogLocation", in.S3AccessConfig.AccessLogLocation, mostAccessLog)
	}
	r.SSEConfig(in.SSEConfig)
	return r.Err()
}

func checkPropagated(r *service.Rules, keys []string) {
	r.Count("propagatedSetLevelTags", len(keys), 0, mostPropagated)
	for _, key := range keys {
		r.TagKey(key)
	}
}

// CreateSequenceStore makes a sequence store. QuotaExceeded where the account has
// its number of them.
func (s *Service) CreateSequenceStore(ctx context.Context, in CreateSequenceStoreInput) (out SequenceStore, err error) {
	if err := in.check(); err != nil {
		return out, err
	}
	alias, err := s.newAlias()
	if err != nil {
		return out, err
	}
	token := in.ClientToken
	in.ClientToken = ""
	scope := s.vault.Scope()
	err = s.vault.Catalog.Update(ctx, func(tx *catalog.Tx) error {
		out, err = service.Once(tx, scope, "CreateSequenceStore", token, in, func() (SequenceStore, error) {
			limit, err := service.SequenceStores.In(&tx.Reader, scope)
			if err != nil {
				return out, err
			}
			n, err := tx.CountSequenceStores(scope, limit)
			if err != nil {
				return out, err
			}
			if err := service.SequenceStores.Admit(&tx.Reader, scope, n); err != nil {
				return out, err
			}
			id, err := tx.NewID()
			if err != nil {
				return out, err
			}
			made := catalog.SequenceStore{
				ID: id, Scope: scope, Name: in.Name, Description: in.Description, Status: catalog.StoreActive,
				ETagFamily: string(in.ETagAlgorithmFamily), FallbackLocation: in.FallbackLocation, PropagatedTags: in.PropagatedSetLevelTags,
				S3Alias: fmt.Sprintf("%s-%.7s-%s-s3alias", scope.Account, id, alias), CreationTime: tx.Now(), UpdateTime: tx.Now(),
			}
			if made.ETagFamily == "" {
				made.ETagFamily = string(etag.MD5up)
			}
			if in.S3AccessConfig != nil {
				made.AccessLogLocation = in.S3AccessConfig.AccessLogLocation
			}
			return s.describe(made, true), errors.Join(tx.InsertSequenceStore(made), tx.PutTags(id, in.Tags), s.keepStore(ctx, made, in.Tags),
				event.SequenceStore(tx, made, event.StoreCreated), event.SequenceStore(tx, made, event.StoreActive))
		})
		return err
	})
	return out, err
}

// newAlias makes the part of a bucket's name that nobody can guess.
func (s *Service) newAlias() (string, error) {
	p := make([]byte, 30)
	if _, err := io.ReadFull(s.opt.Random, p); err != nil {
		return "", errs.At(errs.Internal, errs.Pos{}, "randomness: %w", err)
	}
	const letters = "abcdefghijklmnopqrstuvwxyz234567"
	for i := range p {
		p[i] = letters[p[i]%32]
	}
	return string(p), nil
}

// keepStore writes the sidecar of a store, from which its row can be made anew. It
// is called in the transaction of the row: a store that is there has a sidecar,
// and a sidecar without a store is an orphan.
func (s *Service) keepStore(ctx context.Context, store catalog.SequenceStore, tags map[string]string) error {
	return s.vault.PutSidecar(ctx, catalog.InObjects, vault.SequenceStoreFolder(store.Scope, store.ID), nil,
		keepOf(store, tags), blob.CreateOptions{Lease: vault.CallLease})
}

// describe gives a store as operations do.
func (s *Service) describe(store catalog.SequenceStore, whole bool) SequenceStore {
	out := SequenceStore{
		ID: store.ID.String(), ARN: store.ARN(), Name: store.Name, Description: store.Description, CreationTime: store.CreationTime,
		UpdateTime: store.UpdateTime, FallbackLocation: store.FallbackLocation, ETagAlgorithmFamily: etag.Family(store.ETagFamily),
		Status: store.Status, StatusMessage: store.StatusMessage,
	}
	if whole {
		out.PropagatedSetLevelTags = store.PropagatedTags
		out.S3Access = &S3Access{
			S3URI:             s.s3URI(store, ""),
			S3AccessPointARN:  fmt.Sprintf("arn:aws:s3:%s:%s:accesspoint/%s-%s", store.Region, s.opt.ServiceAccount, store.Account, store.ID),
			AccessLogLocation: store.AccessLogLocation,
		}
	}
	return out
}

// GetSequenceStore gives a store by its id.
func (s *Service) GetSequenceStore(ctx context.Context, id string) (out SequenceStore, err error) {
	err = s.vault.Catalog.View(ctx, func(r *catalog.Reader) error {
		store, err := s.store(r, "id", id)
		out = s.describe(store, true)
		return err
	})
	return out, err
}

// UpdateSequenceStoreInput is the request of [Service.UpdateSequenceStore]. A
// field that is nil stays as it is; a location or list that is empty is taken away.
type UpdateSequenceStoreInput struct {
	ID                     string          `json:"id"`
	Name                   *string         `json:"name,omitempty"`
	Description            *string         `json:"description,omitempty"`
	ClientToken            string          `json:"clientToken,omitempty"`
	FallbackLocation       *string         `json:"fallbackLocation,omitempty"`
	PropagatedSetLevelTags *[]string       `json:"propagatedSetLevelTags,omitempty"`
	S3AccessConfig         *S3AccessConfig `json:"s3AccessConfig,omitempty"`
}

func (in *UpdateSequenceStoreInput) check() error {
	var r service.Rules
	r.Token(in.ClientToken)
	if in.Name != nil {
		r.Text("name", *in.Name, 1, 127)
	}
	if in.Description != nil {
		r.Text("description", *in.Description, 1, 255)
	}
	if in.FallbackLocation != nil {
		r.S3Folder("fallbackLocation", *in.FallbackLocation, mostFallback)
	}
	if in.PropagatedSetLevelTags != nil {
		checkPropagated(&r, *in.PropagatedSetLevelTags)
	}
	if in.S3AccessConfig != nil {
		r.S3Folder("s3AccessConfig.accessLogLocation", in.S3AccessConfig.AccessLogLocation, mostAccessLog)
	}
	return r.Err()
}

// change gives a store what the request says.
func (in *UpdateSequenceStoreInput) change(store *catalog.SequenceStore) {
	if in.Name != nil {
		store.Name = *in.Name
	}
	if in.Description != nil {
		store.Description = *in.Description
	}
	if in.FallbackLocation != nil {
		store.FallbackLocation = *in.FallbackLocation
	}
	if in.PropagatedSetLevelTags != nil {
		store.PropagatedTags = *in.PropagatedSetLevelTags
	}
	if in.S3AccessConfig != nil {
		store.AccessLogLocation = in.S3AccessConfig.AccessLogLocation
	}
}

// UpdateSequenceStore changes a store. The tags of S3 objects follow the keys at
// once.
func (s *Service) UpdateSequenceStore(ctx context.Context, in UpdateSequenceStoreInput) (out SequenceStore, err error) {
	if err := in.check(); err != nil {
		return out, err
	}
	token := in.ClientToken
	in.ClientToken = ""
	err = s.vault.Catalog.Update(ctx, func(tx *catalog.Tx) error {
		out, err = service.Once(tx, s.vault.Scope(), "UpdateSequenceStore", token, in, func() (SequenceStore, error) {
			store, err := s.store(&tx.Reader, "id", in.ID)
			if err != nil {
				return out, err
			}
			tags, err := tx.Tags(store.ID)
			if err != nil {
				return out, err
			}
			in.change(&store)
			store.UpdateTime = tx.Now()
			return s.describe(store, true), errors.Join(tx.UpdateSequenceStore(store), s.keepStore(ctx, store, tags),
				event.SequenceStore(tx, store, event.StoreUpdated))
		})
		return err
	})
	return out, err
}

// SequenceStoreFilter selects stores; empty fields select all. Times are excluded.
type SequenceStoreFilter struct {
	Name          string      `json:"name,omitempty"`
	CreatedAfter  time.Time   `json:"createdAfter,omitzero"`
	CreatedBefore time.Time   `json:"createdBefore,omitzero"`
	Status        StoreStatus `json:"status,omitempty"`
	UpdatedAfter  time.Time   `json:"updatedAfter,omitzero"`
	UpdatedBefore time.Time   `json:"updatedBefore,omitzero"`
}

// ListSequenceStoresInput is the request of [Service.ListSequenceStores].
type ListSequenceStoresInput struct {
	MaxResults int                 `json:"-"` // 1 to 100; 0 is 100
	NextToken  string              `json:"-"` // of the page before
	Filter     SequenceStoreFilter `json:"filter,omitzero"`
}

// ListSequenceStoresOutput is a page of stores. It may hold fewer than asked for
// and still have a next one.
type ListSequenceStoresOutput struct {
	NextToken      string          `json:"nextToken,omitempty"`
	SequenceStores []SequenceStore `json:"sequenceStores"`
}

// ListSequenceStores lists stores, oldest first.
func (s *Service) ListSequenceStores(ctx context.Context, in ListSequenceStoresInput) (out ListSequenceStoresOutput, err error) {
	var rules service.Rules
	f := in.Filter
	rules.Optional("filter.name", f.Name, 1, 127)
	service.OneOf(&rules, "filter.status", f.Status, true, StoreCreating, StoreActive, StoreUpdating, StoreDeleting, StoreFailed)
	filter := catalog.SequenceStoreFilter{
		Name: f.Name, Status: f.Status,
		Created: catalog.Created{After: f.CreatedAfter, Before: f.CreatedBefore}, Updated: catalog.Created{After: f.UpdatedAfter, Before: f.UpdatedBefore},
	}
	out.SequenceStores, out.NextToken, err = service.List(ctx, s.vault.Catalog, &rules, service.Paging{MaxResults: in.MaxResults, NextToken: in.NextToken},
		func(r *catalog.Reader, page catalog.PageRequest) (catalog.Page[catalog.SequenceStore], error) {
			return r.ListSequenceStores(s.vault.Scope(), filter, page)
		},
		func(store catalog.SequenceStore) (SequenceStore, error) { return s.describe(store, false), nil })
	return out, err
}

// DeleteSequenceStore deletes a store with its tags; Conflict while it has read
// sets, or an import into it goes on.
func (s *Service) DeleteSequenceStore(ctx context.Context, id string) error {
	var folder vault.Folder
	err := s.vault.Catalog.Update(ctx, func(tx *catalog.Tx) error {
		store, err := s.store(&tx.Reader, "id", id)
		if err != nil {
			return err
		}
		folder = vault.SequenceStoreFolder(store.Scope, store.ID)
		coming, err := tx.HasOpenJobs(event.ReadSetImport, store.ID)
		if err != nil {
			return err
		}
		if coming {
			return errs.At(errs.Conflict, errs.Pos{}, "sequence store %s has import jobs that go on", store.ID)
		}
		if err := tx.DeleteSequenceStore(store.ID); err != nil {
			return err
		}
		return event.SequenceStore(tx, store, event.StoreDeleted)
	})
	if err != nil {
		return err
	}
	return s.vault.RemoveFolder(context.WithoutCancel(ctx), catalog.InObjects, folder) // the store is gone in any case
}
