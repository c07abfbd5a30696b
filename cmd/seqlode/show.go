package main

import (
	"context"
	"path"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seqlode/seqlode"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/readset"
)

func newShow(a *app) *cobra.Command {
	var store string
	cmd := &cobra.Command{
		Use:   "show [flags] ID...",
		Short: "Tell all of read sets",
		Example: `  seqlode show 1000000002
  seqlode show --json 1000000002 | jq -r .etag.source1`,
	}
	c := newVaultCommand(a, cmd, 1, -1)
	addStore(cmd, &store)
	cmd.RunE = func(cmd *cobra.Command, ids []string) error {
		return c.in(cmd.Context(), reading, func(v *seqlode.Vault) error {
			var shown []readset.Metadata
			failed := c.each(cmd.Context(), v, store, ids, func(m readset.Metadata) { shown = append(shown, m) })
			if err := c.show(cmd.Context(), v, shown); err != nil {
				return err
			}
			return failed
		})
	}
	return cmd
}

// readSetJSON is a read set for programs.
type readSetJSON struct {
	readset.Metadata
	Tags map[string]string `json:"tags"`
}

// show prints read sets whole, with a blank line between them.
func (c *vaultCommand) show(ctx context.Context, v *seqlode.Vault, sets []readset.Metadata) error {
	for i, m := range sets {
		tags, err := v.ReadSets.ListTagsForResource(ctx, m.ARN)
		if err != nil {
			return err
		}
		if c.json {
			if err := c.printJSON(readSetJSON{m, tags}); err != nil {
				return err
			}
			continue
		}
		if i > 0 {
			if _, err := c.stdout.Write([]byte("\n")); err != nil {
				return err
			}
		}
		t := newTable(c.stdout)
		describe(t, m)
		t.tags(tags)
		if err := t.flush(); err != nil {
			return err
		}
	}
	return nil
}

// describe puts a read set in a table, a row for each thing known.
func describe(t table, m readset.Metadata) {
	t.row("id", m.ID)
	t.row("store", m.SequenceStoreID)
	t.optional("name", m.Name)
	t.optional("description", m.Description)
	t.row("type", string(m.FileType))
	t.row("status", string(m.Status))
	t.optional("message", m.StatusMessage)
	t.row("subject", m.SubjectID)
	t.row("sample", m.SampleID)
	if q := m.SequenceInformation; q != nil {
		t.optional("generated from", q.GeneratedFrom)
		t.row("reads", count(q.TotalReadCount))
		t.row("bases", count(q.TotalBaseCount))
		t.row("alignment", q.Alignment)
	}
	t.optional("reference", m.ReferenceARN)
	if tag := m.ETag; tag != nil {
		t.row("etag", tag.Algorithm+"  "+tag.Source1)
		if tag.Source2 != "" {
			t.row("etag 2", tag.Algorithm+"  "+tag.Source2)
		}
	}
	for _, f := range filesOf(m) {
		t.row(strings.ToLower(string(f.role)), path.Base(f.info.S3Access.S3URI)+"  "+size(f.info.ContentLength))
	}
	t.row("created", when(m.CreationTime))
	t.row("ARN", m.ARN)
}

// storedFile is a file of a read set.
type storedFile struct {
	role catalog.FileRole
	info *readset.FileInformation
}

// filesOf gives the files that a read set has.
func filesOf(m readset.Metadata) (out []storedFile) {
	if m.Files == nil {
		return nil
	}
	for _, f := range []storedFile{{catalog.Source1, m.Files.Source1}, {catalog.Source2, m.Files.Source2}, {catalog.Index, m.Files.Index}} {
		if f.info != nil {
			out = append(out, f)
		}
	}
	return out
}
