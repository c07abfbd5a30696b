package main

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/spf13/cobra"

	"github.com/seqlode/seqlode"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/reference"
)

func newReferenceImport(a *app) *cobra.Command {
	var source reference.ImportSource
	var tags []string
	var resuming bool
	cmd := &cobra.Command{
		Use:   "import [flags] NAME FILE",
		Short: "Take a reference genome into a vault",
		Long: `Takes a FASTA FILE into a vault as the reference NAME, of 3 to 255 characters, and
prints what it has become. The vault is made if there is none.

FILE is a file of this machine or an https:// address, plain or compressed by
bgzip. What gzip has compressed is refused: its parts can't be read by themselves.
So is what breaks the format, with the number of the line: two sequences with
one name, lines of different lengths within a sequence, a sequence without bases.

In the same pass its index is made, as 'samtools faidx' does, and the MD5 of
each sequence.

An import that is interrupted stays, and --resume goes on with it; where its
process was killed, after half a minute, when its lease has run out.`,
		Example: `  seqlode reference import GRCh38 GRCh38.fa.gz
  seqlode reference import --tag source=ensembl TAIR10 TAIR10.fa`,
	}
	c := newVaultCommand(a, cmd, 0, 2)
	cmd.Flags().StringVar(&source.Description, "description", "", "what it is, in up to 255 `CHARACTERS`")
	addTags(cmd, &tags)
	cmd.Flags().BoolVar(&resuming, "resume", false, "go on with imports that were interrupted")
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		switch {
		case resuming && (len(args) > 0 || source.Description != "" || len(tags) > 0):
			return usagef("--resume takes no NAME, FILE or other flags of an import")
		case resuming:
			ctx := cmd.Context()
			return resume(ctx, c,
				func(v *seqlode.Vault) ([]reference.ImportJob, error) { return openReferenceImports(ctx, v) },
				func(v *seqlode.Vault, j reference.ImportJob) error { return c.followReferences(ctx, v, j) })
		case len(args) < 2:
			return usagef("usage: %s", cmd.UseLine())
		case args[1] == stdinName:
			return usagef("standard input has no name that says what it is: a reference is imported from a file")
		}
		source.Name = args[0]
		if source.Tags, err = parseTags(tags); err != nil {
			return err
		}
		if source.SourceFile, err = c.sourceURI(args[1]); err != nil {
			return err
		}
		return c.in(cmd.Context(), making, func(v *seqlode.Vault) error { return c.importReference(cmd.Context(), v, source) })
	}
	return cmd
}

// importReference imports a reference, and makes the store for it where there is
// none.
func (c *vaultCommand) importReference(ctx context.Context, v *seqlode.Vault, source reference.ImportSource) error {
	store, err := referenceStore(ctx, v)
	if err != nil {
		return err
	}
	j, err := v.References.StartReferenceImportJob(ctx, reference.StartReferenceImportJobInput{
		ReferenceStoreID: store, RoleARN: roleARN(v), Sources: []reference.ImportSource{source},
	})
	if err != nil {
		return ofOneSource(err)
	}
	return c.followReferences(ctx, v, j)
}

// followReferences waits for an import job and prints the references that it has
// made.
func (c *vaultCommand) followReferences(ctx context.Context, v *seqlode.Vault, j reference.ImportJob) error {
	err := c.awaitImport(ctx, "reference import", j.ID, func() (catalog.JobStatus, error) {
		now, err := v.References.GetReferenceImportJob(ctx, j.ReferenceStoreID, j.ID)
		if err != nil {
			return "", err // what was known of it before stays
		}
		j = now
		return j.Status, nil
	})
	if err != nil {
		return err
	}
	var failed error
	for _, item := range j.Sources {
		if item.Status != catalog.ItemFinished {
			if failed = c.sourceFailed(item.SourceFile, item.StatusMessage); !errors.Is(failed, errFailed) {
				return failed
			}
			continue
		}
		if item.StatusMessage != "" {
			c.say("%s: warning: %s", label(c.sourceName(item.SourceFile)), item.StatusMessage)
		}
		ref, err := v.References.GetReferenceMetadata(ctx, j.ReferenceStoreID, item.ReferenceID)
		if err != nil {
			return err
		}
		if err := c.showReference(ctx, v, ref); err != nil {
			return err
		}
	}
	return failed
}

// openReferenceImports gives the import jobs of references that are not over.
func openReferenceImports(ctx context.Context, v *seqlode.Vault) (open []reference.ImportJob, err error) {
	kept, err := v.References.ListReferenceStores(ctx, reference.ListReferenceStoresInput{})
	if err != nil {
		return nil, err
	}
	for _, store := range kept.ReferenceStores {
		jobs, err := openJobs(func(status catalog.JobStatus) iter.Seq2[reference.ImportJob, error] {
			return pages(func(token string) ([]reference.ImportJob, string, error) {
				page, err := v.References.ListReferenceImportJobs(ctx, reference.ListReferenceImportJobsInput{
					ReferenceStoreID: store.ID, NextToken: token, Filter: reference.JobFilter{Status: status},
				})
				return page.ImportJobs, page.NextToken, err
			})
		})
		if err != nil {
			return nil, err
		}
		open = append(open, jobs...)
	}
	return open, nil
}

// referenceStore gives the id of the vault's reference store, which is made where
// there is none.
func referenceStore(ctx context.Context, v *seqlode.Vault) (string, error) {
	made, err := v.References.CreateReferenceStore(ctx, reference.CreateReferenceStoreInput{Name: defaultStore})
	if err == nil || !errors.Is(err, reference.ErrQuotaExceeded) {
		return made.ID, err
	}
	kept, err := v.References.ListReferenceStores(ctx, reference.ListReferenceStoresInput{})
	if err != nil {
		return "", err
	}
	if len(kept.ReferenceStores) == 0 {
		return "", fmt.Errorf("the reference store was deleted just now")
	}
	return kept.ReferenceStores[0].ID, nil
}
