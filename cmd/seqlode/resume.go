package main

import (
	"context"
	"errors"
	"iter"

	"github.com/seqlode/seqlode"
	"github.com/seqlode/seqlode/internal/catalog"
)

// resume goes on with the import jobs of a vault that are not over: those that find
// gives, by following each.
func resume[J any](ctx context.Context, c *vaultCommand, find func(*seqlode.Vault) ([]J, error), follow func(*seqlode.Vault, J) error) (failed error) {
	var open []J
	err := c.in(ctx, reading, func(v *seqlode.Vault) (err error) { // before work on them begins
		open, err = find(v)
		return err
	})
	if err != nil {
		return err
	}
	if len(open) == 0 {
		c.say("no import was interrupted")
		return nil
	}
	return c.in(ctx, working, func(v *seqlode.Vault) error {
		for _, j := range open {
			if err := follow(v, j); err != nil && !errors.Is(err, errFailed) {
				return err
			} else if err != nil {
				failed = err
			}
		}
		return failed
	})
}

// openJobs gives the jobs of a list that are not over.
func openJobs[J any](list func(catalog.JobStatus) iter.Seq2[J, error]) (open []J, err error) {
	for _, status := range []catalog.JobStatus{catalog.JobInProgress, catalog.JobSubmitted} {
		jobs, err := gather(list(status))
		if err != nil {
			return nil, err
		}
		open = append(open, jobs...)
	}
	return open, nil
}

// awaitImport waits for an import job; where it is interrupted, it says how to go on
// with it: by the --resume of a command.
func (c *vaultCommand) awaitImport(ctx context.Context, command, job string, status func() (catalog.JobStatus, error)) error {
	err := await(ctx, status)
	if ctx.Err() != nil {
		c.say("import job %s is not over: `seqlode %s --vault %s --resume` goes on with it", job, command, label(c.dir))
	}
	return err
}

// sourceFailed tells of a source that an import job could not take in. The message
// names its file, but for the folders.
func (c *vaultCommand) sourceFailed(uri, message string) error {
	c.say("%s", message)
	if c.json {
		if err := c.printJSON(failedJSON{File: c.sourceName(uri), Error: message}); err != nil {
			return err
		}
	}
	return errFailed
}

// sourceName is what the command line calls a source of an import job.
func (c *vaultCommand) sourceName(uri string) string {
	if given, ok := c.given[uri]; ok {
		return given
	}
	if path, ok := localFile(uri); ok {
		return path
	}
	return uri
}
