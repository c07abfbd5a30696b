package main

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"github.com/seqlode/seqlode"
)

func newRemove(a *app) *cobra.Command {
	var store string
	cmd := &cobra.Command{
		Use:     "rm [flags] ID...",
		Short:   "Delete read sets",
		Long:    "Deletes read sets with their files, for good. Those that are archived are deleted too.",
		Example: "  seqlode rm 1000000002 1000000005",
	}
	c := newVaultCommand(a, cmd, 1, -1)
	addStore(cmd, &store)
	cmd.RunE = func(cmd *cobra.Command, ids []string) error {
		return c.in(cmd.Context(), reading, func(v *seqlode.Vault) error { return c.remove(cmd.Context(), v, store, ids) })
	}
	return cmd
}

// remove deletes read sets.
func (c *vaultCommand) remove(ctx context.Context, v *seqlode.Vault, store string, ids []string) error {
	var found inStores
	failed := c.each(ctx, v, store, ids, found.add)
	for store, sets := range found.batches(100) {
		ids := idsOf(sets)
		out, err := v.ReadSets.BatchDeleteReadSet(ctx, store, ids)
		for _, e := range out.Errors {
			failed = c.didNot(e.ID, e.Message)
			ids = slices.DeleteFunc(ids, func(id string) bool { return id == e.ID })
		}
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := c.did(id, "deleted"); err != nil {
				return err
			}
		}
	}
	return failed
}
