package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/seqlode/seqlode"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/reference"
)

func newReferenceImport(a *app) *cobra.Command {
	var source reference.ImportSource
	var tags []string
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
each sequence.`,
		Example: `  seqlode reference import GRCh38 GRCh38.fa.gz
  seqlode reference import --tag source=ensembl TAIR10 TAIR10.fa`,
	}
	c := newVaultCommand(a, cmd, 2, 2)
	cmd.Flags().StringVar(&source.Description, "description", "", "what it is, in up to 255 `CHARACTERS`")
	addTags(cmd, &tags)
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		if args[1] == stdinName {
			return usagef("standard input has no name that says what it is: a reference is imported from a file")
		}
		source.Name = args[0]
		if source.Tags, err = parseTags(tags); err != nil {
			return err
		}
		if source.SourceFile, err = fileURI("", args[1]); err != nil {
			return err
		}
		return c.in(cmd.Context(), making, func(v *seqlode.Vault) error {
			ref, err := importReference(cmd.Context(), v, source)
			if err != nil {
				return err
			}
			if ref.warning != "" {
				c.say("%s: warning: %s", label(args[1]), ref.warning)
			}
			return c.showReference(cmd.Context(), v, ref.Stored)
		})
	}
	return cmd
}

// imported is a reference that has been imported, and what a person should know.
type imported struct {
	reference.Stored
	warning string
}

// importReference imports a reference, and makes the store for it where there is
// none.
func importReference(ctx context.Context, v *seqlode.Vault, source reference.ImportSource) (imported, error) {
	store, err := referenceStore(ctx, v)
	if err != nil {
		return imported{}, err
	}
	j, err := v.References.StartReferenceImportJob(ctx, reference.StartReferenceImportJobInput{
		ReferenceStoreID: store, RoleARN: "arn:aws:iam::" + v.Info().Account + ":role/seqlode", Sources: []reference.ImportSource{source},
	})
	if err != nil {
		return imported{}, err
	}
	err = await(ctx, func() (_ catalog.JobStatus, err error) {
		j, err = v.References.GetReferenceImportJob(ctx, store, j.ID)
		return j.Status, err
	})
	if err != nil {
		return imported{}, err
	}
	item := j.Sources[0]
	if item.Status != catalog.ItemFinished {
		return imported{}, errors.New(item.StatusMessage)
	}
	ref, err := v.References.GetReferenceMetadata(ctx, store, item.ReferenceID)
	return imported{ref, item.StatusMessage}, err
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
