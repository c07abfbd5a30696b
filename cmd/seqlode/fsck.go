package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/seqlode/seqlode"
)

// fsckCommand is `seqlode fsck`.
type fsckCommand struct {
	*vaultCommand
	rebuild bool
	dryRun  bool

	problems, left int
}

func newFsck(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "fsck [flags]",
		Short: "Check a vault and clean up after a crash",
		Long: `Holds every object of a vault against its catalog and back, and says what does not
agree. What a crash left behind is taken away: objects that nothing refers to, and
work in progress that nobody goes on with. Missing metadata files are written anew.
Others may work on the vault meanwhile.

Contents are not read: that is what 'seqlode verify' does.

With --rebuild the catalog is made anew first, from the metadata files beside the
objects; nobody else may have the vault open. Jobs, events and settings are only in
the catalog, and are lost. The old catalog stays as catalog.db.old. The check
that follows takes nothing away.

Exit code 0 when nothing is wrong any more, 1 when something is.`,
		Example: `  seqlode fsck                       checks ./seqlode-vault
  seqlode fsck --dry-run --vault V   takes nothing away`,
	}
	f := &fsckCommand{vaultCommand: newVaultCommand(a, cmd, 0, 0)}
	flags := cmd.Flags()
	cmd.Args = func(_ *cobra.Command, args []string) error {
		if len(args) > 0 {
			return usagef("fsck takes no arguments; a vault is named with --vault")
		}
		return nil
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if f.rebuild && f.dryRun {
			return usagef("--rebuild changes the catalog: it has no meaning with --dry-run")
		}
		return f.run(cmd.Context())
	}
	flags.BoolVarP(&f.dryRun, "dry-run", "n", false, "say what is wrong and change nothing")
	flags.BoolVar(&f.rebuild, "rebuild", false, "make the catalog anew from the objects")
	return cmd
}

// run checks the vault.
func (f *fsckCommand) run(ctx context.Context) error {
	restored := int64(0)
	if f.rebuild {
		o, err := f.options(reading)
		if err != nil {
			return err
		}
		report, err := seqlode.Rebuild(ctx, o, seqlode.FsckOptions{Found: f.found})
		if err != nil {
			return f.notOpened(err)
		}
		restored = report.Restored
		if !f.json {
			fmt.Fprintf(f.stdout, "rebuilt the catalog: %d stores, read sets and references\n", restored)
		}
	}
	f.problems, f.left = 0, 0 // those of a rebuild are found again
	return f.in(ctx, reading, func(v *seqlode.Vault) error {
		report, err := v.Fsck(ctx, seqlode.FsckOptions{Repair: !f.dryRun && !f.rebuild, Found: f.found})
		if err != nil {
			return err
		}
		if f.json {
			err = f.printJSON(fsckJSON{f.dir, report.Objects, report.Bytes, report.Files, restored, f.problems, f.left, f.left == 0})
		} else {
			fmt.Fprintf(f.stdout, "%d objects, %d bytes, %d files in the catalog: %s\n", report.Objects, report.Bytes, report.Files, f.verdict())
		}
		if err == nil && f.left > 0 {
			err = errFailed
		}
		return err
	})
}

// verdict is the end of the last line.
func (f *fsckCommand) verdict() string {
	switch {
	case f.problems == 0:
		return "clean"
	case f.left == 0:
		return plural(f.problems, "problem") + ", all repaired"
	}
	return fmt.Sprintf("%s, %d left", plural(f.problems, "problem"), f.left)
}

// found prints a problem.
func (f *fsckCommand) found(p seqlode.FsckProblem) {
	f.problems++
	state := "repaired"
	if !p.Fixed {
		f.left++
		state = "left"
	}
	if f.json {
		_ = f.printJSON(p) // what stdout has lost, execute tells of
		return
	}
	fmt.Fprintf(f.stdout, "%s  %s  %s (%s)\n", p.Type, p.Key, p.Message, state)
}

// fsckJSON is the last line for programs; those before are problems.
type fsckJSON struct {
	Vault    string `json:"vault"`
	Objects  int64  `json:"objects"`
	Bytes    int64  `json:"bytes"`
	Files    int64  `json:"files"`
	Restored int64  `json:"restored"`
	Problems int    `json:"problems"`
	Left     int    `json:"left"`
	Clean    bool   `json:"clean"`
}
