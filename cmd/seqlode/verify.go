package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/seqlode/seqlode"
	"github.com/seqlode/seqlode/readset"
)

func newVerify(a *app) *cobra.Command {
	var store string
	cmd := &cobra.Command{
		Use:   "verify [flags] [ID...]",
		Short: "Read read sets and hold them against their ETags",
		Long: `Reads all files of read sets, active and archived ones, and holds their bytes
against the checksums and their content against the semantic ETags of when they
came. Without IDs it verifies all read sets, or all of a store.

Whether objects and catalog agree is what 'seqlode fsck' checks.`,
		Example: `  seqlode verify 1000000002
  seqlode verify --store exomes`,
	}
	c := newVaultCommand(a, cmd, 0, -1)
	addStore(cmd, &store)
	cmd.RunE = func(cmd *cobra.Command, ids []string) error {
		return c.in(cmd.Context(), reading, func(v *seqlode.Vault) error { return c.verifyAll(cmd.Context(), v, store, ids) })
	}
	return cmd
}

func (c *vaultCommand) verifyAll(ctx context.Context, v *seqlode.Vault, store string, ids []string) (failed error) {
	verify := func(m readset.Metadata) error {
		err := v.ReadSets.VerifyReadSet(ctx, m.SequenceStoreID, m.ID)
		switch {
		case ctx.Err() != nil:
			return err
		case err != nil:
			failed = c.didNot(m.ID, err.Error())
			return c.stdout.err
		}
		return c.did(m.ID, "verified")
	}
	if len(ids) > 0 {
		var sets []readset.Metadata
		failed = c.each(ctx, v, store, ids, func(m readset.Metadata) { sets = append(sets, m) })
		for _, m := range sets {
			if err := verify(m); err != nil {
				return err
			}
		}
		return failed
	}
	in, err := storesNamed(ctx, v, store)
	if err != nil {
		return err
	}
	for m, err := range readSets(ctx, v, in, readset.Filter{}) {
		if err == nil {
			err = verify(m)
		}
		if err != nil {
			return err
		}
	}
	return failed
}
