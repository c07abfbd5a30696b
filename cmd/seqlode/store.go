package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seqlode/seqlode"
	"github.com/seqlode/seqlode/etag"
	"github.com/seqlode/seqlode/readset"
)

func newStore(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "store",
		Short: "Make, list, change and delete sequence stores",
		Long: `A vault keeps read sets in sequence stores, which fix the family of hash
algorithms of their ETags. A STORE is given by its id or its name.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("unknown command %q for %q", args[0], cmd.CommandPath())
			}
			return usagef("no command given")
		},
	}
	cmd.AddCommand(newStoreCreate(a), newStoreList(a), newStoreShow(a), newStoreUpdate(a), newStoreRemove(a))
	return cmd
}

func newStoreCreate(a *app) *cobra.Command {
	var in readset.CreateSequenceStoreInput
	var tags []string
	cmd := &cobra.Command{
		Use:   "create [flags] NAME",
		Short: "Make a sequence store, and the vault if there is none",
		Example: `  seqlode store create exomes
  seqlode store create --family SHA256up --propagate project,owner genomes`,
	}
	c := newVaultCommand(a, cmd, 1, 1)
	in.ETagAlgorithmFamily = etag.MD5up
	addChoice(cmd, &in.ETagAlgorithmFamily, "family", "the family of hash algorithms of its ETags", etag.MD5up, etag.SHA256up, etag.SHA512up)
	flags := cmd.Flags()
	flags.StringVar(&in.Description, "description", "", "what it is for, in up to 255 `CHARACTERS`")
	flags.StringVar(&in.FallbackLocation, "fallback", "", "where failed uploads go: s3://bucket/folder/ (`URI`)")
	flags.StringSliceVar(&in.PropagatedSetLevelTags, "propagate", nil, "the `KEYS` of tags that S3 objects carry; up to 5, with commas")
	addTags(cmd, &tags)
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		in.Name = args[0]
		if in.Tags, err = parseTags(tags); err != nil {
			return err
		}
		return c.in(cmd.Context(), seqlode.Options{Workers: -1}, func(v *seqlode.Vault) error {
			store, err := v.ReadSets.CreateSequenceStore(cmd.Context(), in)
			if err != nil {
				return err
			}
			return c.showStore(cmd.Context(), v, store)
		})
	}
	return cmd
}

func newStoreList(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "ls [flags]", Short: "List the sequence stores"}
	c := newVaultCommand(a, cmd, 0, 0)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return c.in(cmd.Context(), reading, func(v *seqlode.Vault) error {
			all, err := stores(cmd.Context(), v)
			if err != nil {
				return err
			}
			t := newTable(c.stdout, "ID", "NAME", "FAMILY", "STATUS", "CREATED", "DESCRIPTION")
			for _, s := range all {
				if !c.json {
					t.row(s.ID, s.Name, string(s.ETagAlgorithmFamily), string(s.Status), when(s.CreationTime), s.Description)
				} else if err := c.printJSON(s); err != nil {
					return err
				}
			}
			if c.json {
				return nil
			}
			return t.flush()
		})
	}
	return cmd
}

func newStoreShow(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "show [flags] STORE", Short: "Tell all of a sequence store"}
	c := newVaultCommand(a, cmd, 1, 1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return c.withStore(cmd.Context(), args[0], func(v *seqlode.Vault, store readset.SequenceStore) error {
			whole, err := v.ReadSets.GetSequenceStore(cmd.Context(), store.ID)
			if err != nil {
				return err
			}
			return c.showStore(cmd.Context(), v, whole)
		})
	}
	return cmd
}

func newStoreUpdate(a *app) *cobra.Command {
	var name, description, fallback string
	var propagate []string
	cmd := &cobra.Command{
		Use:   "update [flags] STORE",
		Short: "Change a sequence store",
		Long: `Changes what flags name and leaves the rest. --fallback and --propagate take away
what there is where they are given as "". Tags are changed by 'seqlode tag'.`,
		Example: `  seqlode store update --name exomes-2026 exomes
  seqlode store update --propagate "" exomes`,
	}
	c := newVaultCommand(a, cmd, 1, 1)
	flags := cmd.Flags()
	flags.StringVar(&name, "name", "", "the new `NAME`")
	flags.StringVar(&description, "description", "", "what it is for, in up to 255 `CHARACTERS`")
	flags.StringVar(&fallback, "fallback", "", "where failed uploads go: s3://bucket/folder/ (`URI`)")
	flags.StringSliceVar(&propagate, "propagate", nil, "the `KEYS` of tags that S3 objects carry; up to 5, with commas")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		var in readset.UpdateSequenceStoreInput
		for flag, field := range map[string]func(){
			"name":        func() { in.Name = &name },
			"description": func() { in.Description = &description },
			"fallback":    func() { in.FallbackLocation = &fallback },
			"propagate":   func() { in.PropagatedSetLevelTags = &propagate },
		} {
			if flags.Changed(flag) {
				field()
			}
		}
		if in == (readset.UpdateSequenceStoreInput{}) {
			return usagef("nothing to change: give --name, --description, --fallback or --propagate")
		}
		return c.withStore(cmd.Context(), args[0], func(v *seqlode.Vault, store readset.SequenceStore) error {
			in.ID = store.ID
			changed, err := v.ReadSets.UpdateSequenceStore(cmd.Context(), in)
			if err != nil {
				return err
			}
			return c.showStore(cmd.Context(), v, changed)
		})
	}
	return cmd
}

func newStoreRemove(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "rm [flags] STORE", Short: "Delete a sequence store that has no read sets"}
	c := newVaultCommand(a, cmd, 1, 1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return c.withStore(cmd.Context(), args[0], func(v *seqlode.Vault, store readset.SequenceStore) error {
			if err := v.ReadSets.DeleteSequenceStore(cmd.Context(), store.ID); err != nil {
				return err
			}
			return c.did(store.ID, "deleted")
		})
	}
	return cmd
}

// withStore opens the vault and finds a store of it.
func (c *vaultCommand) withStore(ctx context.Context, name string, do func(*seqlode.Vault, readset.SequenceStore) error) error {
	return c.in(ctx, reading, func(v *seqlode.Vault) error {
		all, err := stores(ctx, v)
		if err != nil {
			return err
		}
		store, err := pickStore(all, name)
		if err != nil {
			return err
		}
		return do(v, store)
	})
}

// storeJSON is a store for programs.
type storeJSON struct {
	readset.SequenceStore
	Tags map[string]string `json:"tags"`
}

// showStore prints a store as operations give it whole.
func (c *vaultCommand) showStore(ctx context.Context, v *seqlode.Vault, s readset.SequenceStore) error {
	tags, err := v.ReadSets.ListTagsForResource(ctx, s.ARN)
	if err != nil {
		return err
	}
	if c.json {
		return c.printJSON(storeJSON{s, tags})
	}
	t := newTable(c.stdout)
	t.row("id", s.ID)
	t.row("name", s.Name)
	t.optional("description", s.Description)
	t.row("family", string(s.ETagAlgorithmFamily))
	t.row("status", string(s.Status))
	t.optional("message", s.StatusMessage)
	t.optional("fallback", s.FallbackLocation)
	t.optional("propagated tags", strings.Join(s.PropagatedSetLevelTags, ", "))
	if s.S3Access != nil {
		t.row("S3 URI", s.S3Access.S3URI)
	}
	t.row("created", when(s.CreationTime))
	t.row("updated", when(s.UpdateTime))
	t.row("ARN", s.ARN)
	t.tags(tags)
	return t.flush()
}
