package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/seqlode/seqlode"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/gzip"
	"github.com/seqlode/seqlode/readset"
)

// catCommand is `seqlode cat`.
type catCommand struct {
	*vaultCommand
	samOutput
	store string
	file  catalog.FileRole
}

func newCat(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "cat [flags] ID [REGION...]",
		Short: "Print the reads of a read set as text",
		Long: `Prints a read set as text: FASTQ as 'gzip -dc' prints the file, alignments as SAM
text as 'seqlode view' does. With REGIONs, which are as 'seqlode view --help' has
them, only the records that overlap them; this needs the index that the vault has
made of what is sorted by coordinate.`,
		Example: `  seqlode cat 1000000002 | head -4
  seqlode cat --file source2 1000000002
  seqlode cat 1000000003 chr1:1000-2000
  seqlode cat -h 1000000003 | samtools flagstat -`,
	}
	c := &catCommand{vaultCommand: newVaultCommand(a, cmd, 1, -1), file: catalog.Source1}
	addStore(cmd, &c.store)
	addFile(cmd, &c.file, catalog.Source1, catalog.Source2)
	c.addFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := c.validate(a, cmd); err != nil {
			return err
		}
		return c.in(cmd.Context(), reading, func(v *seqlode.Vault) error { return c.run(cmd.Context(), v, args[0], args[1:]) })
	}
	return cmd
}

func (c *catCommand) run(ctx context.Context, v *seqlode.Vault, id string, regions []string) error {
	m, err := active(ctx, v, c.store, id)
	if err != nil {
		return err
	}
	src, err := openStored(ctx, v, m, c.file)
	if err != nil {
		return err
	}
	defer src.Close()
	if m.FileType != readset.FASTQ {
		return c.alignments(ctx, v, m, src, regions)
	}
	if len(regions) > 0 || c.withHeader || c.headerOnly {
		return fmt.Errorf("read set %s is FASTQ, which has no header and no regions", id)
	}
	text := gzip.NewReader(ctx, src.reader(), gzip.Options{Threads: c.threads})
	defer text.Close()
	_, err = io.Copy(c.stdout, text)
	return err
}

// alignments prints a read set of BAM or CRAM.
func (c *catCommand) alignments(ctx context.Context, v *seqlode.Vault, m readset.Metadata, src stored, regions []string) error {
	opt := readset.Options{Name: src.name, Threads: c.threads, Context: ctx, NamePrefix: src.name}
	if m.FileType == readset.CRAM {
		bases, err := v.References.Bases(ctx, m.ReferenceARN)
		if err != nil {
			return err
		}
		opt.Bases = bases
	}
	if len(regions) > 0 && !c.headerOnly {
		if m.Files.Index == nil {
			return fmt.Errorf("read set %s has no index, and so no regions: it is not sorted by coordinate", m.ID)
		}
		index, err := openStored(ctx, v, m, catalog.Index)
		if err != nil {
			return err
		}
		defer index.Close()
		opt.Index = index.reader()
	}
	r, err := readset.Open(src.reader(), opt)
	if err != nil {
		return err
	}
	defer r.Close()
	passed, err := c.print(c.app, r, src.name, regions)
	if err != nil {
		return err
	}
	return passed
}
