package main

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/seqlode/seqlode"
	"github.com/seqlode/seqlode/readset"
)

// stores gives the sequence stores of a vault, oldest first.
func stores(ctx context.Context, v *seqlode.Vault) ([]readset.SequenceStore, error) {
	return gather(pages(func(token string) ([]readset.SequenceStore, string, error) {
		page, err := v.ReadSets.ListSequenceStores(ctx, readset.ListSequenceStoresInput{NextToken: token})
		return page.SequenceStores, page.NextToken, err
	}))
}

// storesNamed gives the store with an id or name, or all of them where none is
// named.
func storesNamed(ctx context.Context, v *seqlode.Vault, name string) ([]readset.SequenceStore, error) {
	all, err := stores(ctx, v)
	if err != nil || name == "" {
		return all, err
	}
	one, err := pickStore(all, name)
	return []readset.SequenceStore{one}, err
}

// pickStore finds a store by its id or name.
func pickStore(all []readset.SequenceStore, name string) (found readset.SequenceStore, err error) {
	n := 0
	for _, s := range all {
		switch {
		case s.ID == name:
			return s, nil
		case s.Name == name:
			found = s
			n++
		}
	}
	switch n {
	case 0:
		return found, fmt.Errorf("no sequence store %s in this vault; `seqlode store ls` lists them", label(name))
	case 1:
		return found, nil
	}
	return found, fmt.Errorf("%d sequence stores have the name %s: say which by its id, which `seqlode store ls` tells", n, label(name))
}

// find gives a read set of the stores by its id.
func find(ctx context.Context, v *seqlode.Vault, in []readset.SequenceStore, id string) (readset.Metadata, error) {
	for _, store := range in {
		m, err := v.ReadSets.GetReadSetMetadata(ctx, store.ID, id)
		if err == nil || !errors.Is(err, seqlode.ErrNotFound) && !errors.Is(err, seqlode.ErrValidation) { // which is of the id
			return m, err
		}
	}
	return readset.Metadata{}, fmt.Errorf("no read set %s in this vault; `seqlode ls` lists them", label(id))
}

// findIn gives a read set of the store of an id or name, or of all stores.
func findIn(ctx context.Context, v *seqlode.Vault, store, id string) (readset.Metadata, error) {
	in, err := storesNamed(ctx, v, store)
	if err != nil {
		return readset.Metadata{}, err
	}
	return find(ctx, v, in, id)
}

// readSets gives the read sets of stores that a filter selects.
func readSets(ctx context.Context, v *seqlode.Vault, in []readset.SequenceStore, filter readset.Filter) iter.Seq2[readset.Metadata, error] {
	return func(yield func(readset.Metadata, error) bool) {
		for _, store := range in {
			for m, err := range pages(func(token string) ([]readset.Metadata, string, error) {
				page, err := v.ReadSets.ListReadSets(ctx, readset.ListReadSetsInput{SequenceStoreID: store.ID, Filter: filter, NextToken: token})
				return page.ReadSets, page.NextToken, err
			}) {
				if !yield(m, err) || err != nil {
					return
				}
			}
		}
	}
}
