package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/seqlode/seqlode"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/readset"
)

// listCommand is `seqlode ls`.
type listCommand struct {
	*vaultCommand
	store      string
	filter     readset.Filter
	reference  string
	after      string
	before     string
	duplicates bool
}

func newList(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "ls [flags]",
		Short: "List read sets",
		Long: `Lists the read sets of a vault, store by store, oldest first. Flags select; with
several, what all of them select.

With --duplicates it lists the read sets, of all stores, that have the same
semantic ETag and so the same content, group by group. With --json a group is one
object: {"etag": ..., "readSets": [...]}.`,
		Example: `  seqlode ls --sample NA12878 --status active
  seqlode ls --after 2026-03-01 --json | jq -r .id
  seqlode ls --duplicates`,
	}
	l := &listCommand{vaultCommand: newVaultCommand(a, cmd, 0, 0)}
	addStore(cmd, &l.store)
	flags := cmd.Flags()
	flags.StringVar(&l.filter.Name, "name", "", "those with this `NAME`")
	addChoice(cmd, &l.filter.Status, "status", "those in this state", catalog.ReadSetActive, catalog.ReadSetArchived, catalog.ReadSetActivating,
		catalog.ReadSetProcessingUpload, catalog.ReadSetUploadFailed, catalog.ReadSetDeleting)
	flags.StringVar(&l.filter.SubjectID, "subject", "", "those of this `SUBJECT`")
	flags.StringVar(&l.filter.SampleID, "sample", "", "those of this `SAMPLE`")
	flags.StringVar(&l.reference, "reference", "", "those aligned to this `REFERENCE`: id, name or ARN")
	flags.StringVar(&l.filter.GeneratedFrom, "generated-from", "", "those with this `TEXT` there")
	flags.StringVar(&l.after, "after", "", "those made after this `TIME`, as 2026-03-01 or 2026-03-01T12:00:00Z")
	flags.StringVar(&l.before, "before", "", "those made before this `TIME`")
	flags.BoolVar(&l.duplicates, "duplicates", false, "list those that have the same content")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := l.validate(cmd); err != nil {
			return err
		}
		return l.in(cmd.Context(), reading, func(v *seqlode.Vault) error {
			if l.duplicates {
				return l.listDuplicates(cmd.Context(), v)
			}
			return l.list(cmd.Context(), v)
		})
	}
	return cmd
}

// validate reads the flags that are more than text.
func (l *listCommand) validate(cmd *cobra.Command) (err error) {
	for _, name := range []string{"store", "name", "status", "subject", "sample", "reference", "generated-from", "after", "before"} {
		if l.duplicates && cmd.Flags().Changed(name) {
			return usagef("--%s has no meaning with --duplicates", name)
		}
	}
	if l.filter.CreatedAfter, err = parseTime("after", l.after); err != nil {
		return err
	}
	l.filter.CreatedBefore, err = parseTime("before", l.before)
	return err
}

// parseTime reads a day of UTC or a time.
func parseTime(flag, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, usagef("--%s %s: it is a day, 2026-03-01, or a time, 2026-03-01T12:00:00Z", flag, label(text))
}

// list prints the read sets that the flags select.
func (l *listCommand) list(ctx context.Context, v *seqlode.Vault) error {
	in, err := storesNamed(ctx, v, l.store)
	if err != nil {
		return err
	}
	if l.reference != "" {
		if l.filter.ReferenceARN, err = referenceARN(ctx, v, l.reference); err != nil {
			return err
		}
	}
	rows := newReadSetTable(l.stdout)
	for m, err := range readSets(ctx, v, in, l.filter) {
		if err != nil {
			return err
		}
		if !l.json {
			rows.add(m)
		} else if err := l.printJSON(m); err != nil {
			return err
		}
	}
	if l.json {
		return nil
	}
	return rows.flush()
}

// readSetTable is a table of read sets.
type readSetTable struct{ table }

func newReadSetTable(out *output) readSetTable {
	return readSetTable{newTable(out, "ID", "TYPE", "STATUS", "SUBJECT", "SAMPLE", "READS", "CREATED", "NAME")}
}

func (t readSetTable) add(m readset.Metadata) {
	reads := ""
	if q := m.SequenceInformation; q != nil {
		reads = count(q.TotalReadCount)
	}
	t.row(m.ID, string(m.FileType), string(m.Status), m.SubjectID, m.SampleID, reads, when(m.CreationTime), m.Name)
}

// groupJSON is read sets with the same content, for programs.
type groupJSON struct {
	ETag     *readset.ETag      `json:"etag"`
	ReadSets []readset.Metadata `json:"readSets"`
}

// listDuplicates prints groups of read sets with the same content.
func (l *listCommand) listDuplicates(ctx context.Context, v *seqlode.Vault) error {
	first := true
	return v.ReadSets.Duplicates(ctx, func(group []readset.Metadata) error {
		tag := group[0].ETag
		if l.json {
			return l.printJSON(groupJSON{tag, group})
		}
		if !first {
			fmt.Fprintln(l.stdout)
		}
		first = false
		fmt.Fprintf(l.stdout, "%s  %s", tag.Algorithm, tag.Source1)
		if tag.Source2 != "" {
			fmt.Fprintf(l.stdout, "  %s", tag.Source2)
		}
		fmt.Fprintln(l.stdout)
		rows := newReadSetTable(l.stdout)
		for _, m := range group {
			rows.add(m)
		}
		return rows.flush()
	})
}
