package main

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seqlode/seqlode"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/readset"
)

func newArchive(a *app) *cobra.Command {
	var store string
	cmd := &cobra.Command{
		Use:   "archive [flags] ID...",
		Short: "Put read sets into the archive",
		Long: `Puts read sets into the archive, whenever they were read last. What is archived is
verified before the active form goes. It keeps its metadata and its tags; to read
it, 'seqlode activate' it. 'seqlode sweep' archives what nobody reads.`,
		Example: "  seqlode archive 1000000002",
	}
	c := newVaultCommand(a, cmd, 1, -1)
	addStore(cmd, &store)
	cmd.RunE = func(cmd *cobra.Command, ids []string) error {
		return c.in(cmd.Context(), working, func(v *seqlode.Vault) error { return c.runJobs(cmd.Context(), v, store, ids, archiving(v)) })
	}
	return cmd
}

func newActivate(a *app) *cobra.Command {
	var store string
	cmd := &cobra.Command{
		Use:   "activate [flags] ID...",
		Short: "Bring read sets back from the archive",
		Long: `Brings read sets back from the archive, verified. One that is active already is
left as it is.`,
		Example: "  seqlode activate 1000000002",
	}
	c := newVaultCommand(a, cmd, 1, -1)
	addStore(cmd, &store)
	cmd.RunE = func(cmd *cobra.Command, ids []string) error {
		return c.in(cmd.Context(), working, func(v *seqlode.Vault) error { return c.runJobs(cmd.Context(), v, store, ids, activation(v)) })
	}
	return cmd
}

func newSweep(a *app) *cobra.Command {
	older := "30d"
	cmd := &cobra.Command{
		Use:   "sweep [flags]",
		Short: "Archive the read sets that nobody has read for long",
		Long: `Archives the read sets, of all stores, that nobody has read for 30 days. The time
of the last access is noted at most once an hour.`,
		Example: "  seqlode sweep --older-than 90d",
	}
	c := newVaultCommand(a, cmd, 0, 0)
	cmd.Flags().StringVar(&older, "older-than", older, "not read for this `TIME`: 30d, 12h")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		age, err := parseAge(older)
		if err != nil {
			return err
		}
		return c.in(cmd.Context(), working, func(v *seqlode.Vault) error { return c.sweep(cmd.Context(), v, age) })
	}
	return cmd
}

// parseAge reads a length of time with days: 30d, 12h, 1d12h.
func parseAge(text string) (time.Duration, error) {
	days, rest, ok := strings.Cut(text, "d")
	if !ok {
		days, rest = "0", text
	}
	if rest == "" {
		rest = "0"
	}
	n, err := strconv.ParseUint(days, 10, 16) // 179 years
	d, err2 := time.ParseDuration(rest)
	if text == "" || err != nil || err2 != nil || d < 0 {
		return 0, usagef("--older-than %s: it is a time such as 30d or 12h", label(text))
	}
	return time.Duration(n)*24*time.Hour + d, nil
}

// sweep archives, round after round, until there is nothing left that can be.
func (c *vaultCommand) sweep(ctx context.Context, v *seqlode.Vault, age time.Duration) error {
	if age == 0 {
		age = 1 // which is none; 0 stands for the default
	}
	kind := archiving(v)
	for {
		jobs, err := v.ReadSets.Sweep(ctx, age)
		if err != nil {
			return err
		}
		var failed error
		again := len(jobs) > 0
		for _, j := range jobs {
			inHand, err := c.finishJob(ctx, j.SequenceStoreID, j.ID, kind)
			if err != nil && !errors.Is(err, errFailed) {
				return err
			}
			if err != nil {
				failed = err
			}
			again = again && err == nil && len(inHand) == 0 // or these would come again
		}
		if !again {
			return failed
		}
	}
}

// archiving is the job that archives.
func archiving(v *seqlode.Vault) batchJob {
	return batchJob{done: "archived", most: 100, start: moves(v.ReadSets.ArchiveReadSets), get: moved(v.ReadSets.GetReadSetArchiveJob)}
}

// activation is the job that activates.
func activation(v *seqlode.Vault) batchJob {
	return batchJob{done: "activated", most: 20, start: moves(v.ReadSets.StartReadSetActivationJob), get: moved(v.ReadSets.GetReadSetActivationJob)}
}

// moves begins a job that moves read sets.
func moves(start func(context.Context, readset.StartReadSetActivationJobInput) (readset.ActivationJob, error)) func(context.Context, string, []readset.JobReadSet) (string, error) {
	return func(ctx context.Context, store string, sets []readset.JobReadSet) (string, error) {
		j, err := start(ctx, readset.StartReadSetActivationJobInput{SequenceStoreID: store, Sources: sets})
		return j.ID, err
	}
}

// moved tells of such a job.
func moved(get func(ctx context.Context, store, job string) (readset.ActivationJob, error)) func(context.Context, string, string) (catalog.JobStatus, []setOutcome, error) {
	return func(ctx context.Context, store, job string) (catalog.JobStatus, []setOutcome, error) {
		j, err := get(ctx, store, job)
		var out []setOutcome
		for _, s := range j.Sources {
			out = append(out, setOutcome{s.ReadSetID, s.StatusMessage, s.Status})
		}
		return j.Status, out, err
	}
}
