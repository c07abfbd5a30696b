package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seqlode/seqlode"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/readset"
)

func newExport(a *app) *cobra.Command {
	var store string
	cmd := &cobra.Command{
		Use:   "export [flags] ID... FOLDER",
		Short: "Write the files of read sets to a folder",
		Long: `Writes the files of read sets to a FOLDER under the names that they have in the
vault: an index beside its file, and beside each file of reads FILE.etag.json with
its semantic ETag. The FOLDER is made if need be. A file that is there already
stays, and the read set fails, unless it has the same content.`,
		Example: "  seqlode export 1000000002 1000000003 out",
	}
	c := newVaultCommand(a, cmd, 2, -1)
	addStore(cmd, &store)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		last := len(args) - 1
		to, err := fileURI("", args[last])
		if err != nil {
			return err
		}
		if to == "" {
			return usagef("the name of the folder is empty")
		}
		return c.in(cmd.Context(), working, func(v *seqlode.Vault) error {
			return c.runJobs(cmd.Context(), v, store, args[:last], exportTo(v, strings.TrimSuffix(to, "/")+"/"))
		})
	}
	return cmd
}

// exportTo is the job that exports to a folder.
func exportTo(v *seqlode.Vault, folder string) batchJob {
	return batchJob{
		done: "exported",
		most: 100,
		start: func(ctx context.Context, store string, sets []readset.JobReadSet) (string, error) {
			j, err := v.ReadSets.StartReadSetExportJob(ctx, readset.StartReadSetExportJobInput{
				SequenceStoreID: store, Destination: folder, RoleARN: roleARN(v), Sources: sets,
			})
			return j.ID, err
		},
		get: func(ctx context.Context, store, job string) (catalog.JobStatus, []setOutcome, error) {
			j, err := v.ReadSets.GetReadSetExportJob(ctx, store, job)
			var out []setOutcome
			for _, s := range j.ReadSets {
				out = append(out, setOutcome{s.ID, s.StatusMessage, s.Status})
			}
			return j.Status, out, err
		},
	}
}
