package main

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/seqlode/seqlode"
	"github.com/seqlode/seqlode/readset"
)

// doneJSON says for programs what became of a read set or store.
type doneJSON struct {
	ID     string `json:"id"`
	Result string `json:"result"`          // deleted, exported, archived, activated, verified or failed
	Error  string `json:"error,omitempty"` // why it failed
}

// did says that something was done to a read set or store.
func (a *app) did(id, what string) error {
	if a.json {
		return a.printJSON(doneJSON{ID: id, Result: what})
	}
	_, err := fmt.Fprintf(a.stdout, "%s: %s\n", id, what)
	return err
}

// didNot says that it was not. Its error is errFailed, or that of stdout.
func (a *app) didNot(id, why string) error {
	a.say("%s: %s", label(id), strings.TrimPrefix(why, "readSet "+id+": "))
	return a.failedJSON(id, why)
}

// missing says that a read set was not found. Its error is as didNot's.
func (a *app) missing(id string, err error) error {
	a.say("%s", err)
	return a.failedJSON(id, err.Error())
}

func (a *app) failedJSON(id, why string) error {
	if a.json {
		if err := a.printJSON(doneJSON{ID: id, Result: "failed", Error: why}); err != nil {
			return err
		}
	}
	return errFailed
}

// each finds read sets by their ids and hands them on, each once. Those that are
// not there it tells of, and gives errFailed in the end.
func (c *vaultCommand) each(ctx context.Context, v *seqlode.Vault, store string, ids []string, found func(readset.Metadata)) (failed error) {
	in, err := storesNamed(ctx, v, store)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, id := range ids {
		if seen[id] {
			continue
		}
		seen[id] = true
		m, err := find(ctx, v, in, id)
		if err == nil {
			found(m)
			continue
		}
		if ctx.Err() != nil {
			return err
		}
		if failed = c.missing(id, err); c.stdout.err != nil {
			return failed
		}
	}
	return failed
}

// inStores are read sets by store, in the order in which their stores came.
type inStores struct {
	stores []string
	sets   map[string][]readset.Metadata
}

func (s *inStores) add(m readset.Metadata) {
	if s.sets == nil {
		s.sets = map[string][]readset.Metadata{}
	}
	if s.sets[m.SequenceStoreID] == nil {
		s.stores = append(s.stores, m.SequenceStoreID)
	}
	s.sets[m.SequenceStoreID] = append(s.sets[m.SequenceStoreID], m)
}

// batches gives read sets of one store at a time, up to a number.
func (s *inStores) batches(most int) iter.Seq2[string, []readset.Metadata] {
	return func(yield func(string, []readset.Metadata) bool) {
		for _, store := range s.stores {
			for batch := range slices.Chunk(s.sets[store], most) {
				if !yield(store, batch) {
					return
				}
			}
		}
	}
}

// idsOf are the ids of read sets.
func idsOf(sets []readset.Metadata) (ids []string) {
	for _, m := range sets {
		ids = append(ids, m.ID)
	}
	return ids
}
