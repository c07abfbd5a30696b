package main

import (
	"context"
	"fmt"
	"os"
	"regexp"
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
its semantic ETag. The FOLDER is made if need be. A file of reads that is there
already stays, and the read set fails, unless the FILE.etag.json beside it has the
same ETag: then it is written anew.`,
		Example: "  seqlode export 1000000002 1000000003 out",
	}
	c := newVaultCommand(a, cmd, 2, -1)
	addStore(cmd, &store)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		last := len(args) - 1
		to, err := folderURI(args[last])
		if err != nil {
			return err
		}
		return c.in(cmd.Context(), working, func(v *seqlode.Vault) error {
			return c.runJobs(cmd.Context(), v, store, args[:last], exportTo(v, strings.TrimSuffix(to, "/")+"/"))
		})
	}
	return cmd
}

// ids are what the ids of a vault look like.
var ids = regexp.MustCompile(`^[0-9]{10,}$`)

// folderURI makes a URI of the folder to export to. One that is not there may not
// have the name of a read set: more likely the folder was forgotten.
func folderURI(folder string) (string, error) {
	if folder == "" {
		return "", usagef("the name of the folder is empty")
	}
	uri, err := fileURI("", folder)
	if err != nil {
		return "", err
	}
	path, local := localFile(uri)
	info, err := os.Stat(path)
	switch {
	case !local:
	case err == nil && !info.IsDir():
		return "", fmt.Errorf("%s is no folder", label(folder))
	case err != nil && ids.MatchString(folder):
		return "", usagef("%s is an id: the last argument is the FOLDER, and may be ./%s", folder, folder)
	}
	return uri, nil
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
