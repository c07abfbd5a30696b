package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seqlode/seqlode"
	"github.com/seqlode/seqlode/reference"
)

func newReference(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "reference",
		Short: "Keep reference genomes in a vault",
		Long: `Keeps reference genomes in a vault: FASTA files with their indexes and the checksums
of their sequences. Where a command asks for a REFERENCE, that is its id, its name
or its ARN.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("unknown command %q", args[0])
			}
			return usagef("no command given")
		},
		RunE: func(*cobra.Command, []string) error { return nil },
	}
	cmd.AddCommand(newReferenceImport(a), newReferenceList(a), newReferenceShow(a), newReferenceGet(a), newReferenceMatch(a), newReferenceRemove(a))
	return cmd
}

// findReference gives a reference by its id, name or ARN.
func findReference(ctx context.Context, v *seqlode.Vault, name string) (reference.Stored, error) {
	arn, err := referenceARN(ctx, v, name)
	if err != nil {
		return reference.Stored{}, err
	}
	ids := arn[strings.LastIndexByte(arn, ':')+1:]
	store, id, ok := strings.Cut(strings.TrimPrefix(ids, "referenceStore/"), "/reference/")
	if !ok {
		return reference.Stored{}, fmt.Errorf("%s is not the ARN of a reference", label(arn))
	}
	return v.References.GetReferenceMetadata(ctx, store, id)
}

// listReferences gives the references of a vault, oldest first.
func listReferences(ctx context.Context, v *seqlode.Vault) ([]reference.Stored, error) {
	kept, err := v.References.ListReferenceStores(ctx, reference.ListReferenceStoresInput{})
	if err != nil {
		return nil, err
	}
	var out []reference.Stored
	for _, store := range kept.ReferenceStores {
		refs, err := gather(pages(func(token string) ([]reference.Stored, string, error) {
			page, err := v.References.ListReferences(ctx, reference.ListReferencesInput{ReferenceStoreID: store.ID, NextToken: token})
			return page.References, page.NextToken, err
		}))
		if err != nil {
			return nil, err
		}
		out = append(out, refs...)
	}
	return out, nil
}

func newReferenceList(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "ls [flags]", Short: "List references"}
	c := newVaultCommand(a, cmd, 0, 0)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return c.in(cmd.Context(), reading, func(v *seqlode.Vault) error {
			refs, err := listReferences(cmd.Context(), v)
			if err != nil {
				return err
			}
			rows := newTable(c.stdout, "ID", "MD5", "CREATED", "NAME")
			for _, ref := range refs {
				if !c.json {
					rows.row(ref.ID, ref.MD5, when(ref.CreationTime), ref.Name)
				} else if err := c.printJSON(ref); err != nil {
					return err
				}
			}
			if c.json {
				return nil
			}
			return rows.flush()
		})
	}
	return cmd
}

func newReferenceShow(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "show [flags] REFERENCE...", Short: "Tell all of references"}
	c := newVaultCommand(a, cmd, 1, -1)
	cmd.RunE = func(cmd *cobra.Command, names []string) error {
		return c.in(cmd.Context(), reading, func(v *seqlode.Vault) (failed error) {
			shown := 0
			for _, name := range names {
				ref, err := findReference(cmd.Context(), v, name)
				if err != nil && cmd.Context().Err() == nil {
					if failed = c.missing(name, err); c.stdout.err != nil {
						return failed
					}
					continue
				}
				if err != nil {
					return err
				}
				if shown++; shown > 1 && !c.json {
					fmt.Fprintln(c.stdout)
				}
				if err := c.showReference(cmd.Context(), v, ref); err != nil {
					return err
				}
			}
			return failed
		})
	}
	return cmd
}

// referenceJSON is a reference for programs.
type referenceJSON struct {
	reference.Stored
	Tags map[string]string `json:"tags"`
}

// showReference prints a reference whole.
func (c *vaultCommand) showReference(ctx context.Context, v *seqlode.Vault, ref reference.Stored) error {
	tags, err := v.References.ListTagsForResource(ctx, ref.ARN)
	if err != nil {
		return err
	}
	if c.json {
		return c.printJSON(referenceJSON{ref, tags})
	}
	t := newTable(c.stdout)
	t.row("id", ref.ID)
	t.row("store", ref.ReferenceStoreID)
	t.row("name", ref.Name)
	t.optional("description", ref.Description)
	t.row("status", string(ref.Status))
	t.row("MD5", ref.MD5)
	for _, f := range []struct {
		name string
		info *reference.FileInformation
	}{{"source", ref.Files.Source}, {"index", ref.Files.Index}} {
		if f.info != nil {
			t.row(f.name, size(f.info.ContentLength)+" in "+plural(f.info.TotalParts, "part"))
		}
	}
	t.row("created", when(ref.CreationTime))
	t.row("ARN", ref.ARN)
	t.tags(tags)
	return t.flush()
}

// plural is a number of things.
func plural(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return strconv.Itoa(n) + " " + thing
}

func newReferenceRemove(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rm [flags] REFERENCE...",
		Short: "Delete references",
		Long:  `Deletes references. One that read sets are linked to is kept.`,
	}
	c := newVaultCommand(a, cmd, 1, -1)
	cmd.RunE = func(cmd *cobra.Command, names []string) error {
		return c.in(cmd.Context(), reading, func(v *seqlode.Vault) (failed error) {
			for _, name := range names {
				ref, err := findReference(cmd.Context(), v, name)
				if err == nil {
					err = v.References.DeleteReference(cmd.Context(), ref.ReferenceStoreID, ref.ID)
				}
				if err == nil {
					err = c.did(ref.ID, "deleted")
				} else if cmd.Context().Err() == nil {
					failed = c.didNot(name, err.Error())
					err = c.stdout.err
				}
				if err != nil {
					return err
				}
			}
			return failed
		})
	}
	return cmd
}
