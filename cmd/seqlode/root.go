package main

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seqlode/seqlode/internal/pipeline"
)

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "seqlode",
		Short: "A vault for genome reads",
		Long: `seqlode keeps genome reads: FASTQ, BAM and CRAM.

With --json each line of standard output is a JSON object, and what fails is one
with "error". Messages for people are on standard error, with and without it.

Exit codes: 0 good, 1 failed, 2 wrong usage, 128 + N ended by signal N; where the
reader of standard output has gone, that is 141, as of signal 13.`,
		Version:           buildInfo(),
		SilenceErrors:     true,
		SilenceUsage:      true,
		PersistentPreRunE: a.begin,
		RunE: func(*cobra.Command, []string) error {
			return usagef("no command given")
		},
	}
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.SetVersionTemplate("seqlode {{.Version}}\n")
	root.SetFlagErrorFunc(flagError)
	root.PersistentFlags().IntVar(&a.threads, "threads", 0, "use `N` threads; 0: all cores")
	root.PersistentFlags().BoolVar(&a.json, "json", false, "print one JSON object a line")
	root.SetHelpCommand(newHelp())
	root.AddGroup(&cobra.Group{ID: "files", Title: "Files by themselves:"}, &cobra.Group{ID: "vault", Title: "In a vault:"})
	for group, commands := range map[string][]*cobra.Command{
		"files": {newEtag(a), newIndex(a), newView(a)},
		"vault": {
			newReference(a), newStore(a), newImport(a), newList(a), newShow(a), newGet(a), newCat(a), newExport(a), newRemove(a), newTag(a),
			newArchive(a), newActivate(a), newSweep(a), newVerify(a), newFsck(a),
		},
	} {
		for _, cmd := range commands {
			cmd.GroupID = group
			root.AddCommand(cmd)
		}
	}
	return root
}

// begin marks the command line as understood and checks the global flags.
func (a *app) begin(*cobra.Command, []string) error {
	a.started = true
	if a.threads < 0 || a.threads > pipeline.MaxThreads {
		return usagef("--threads %d: must be 0 (all cores) to %d", a.threads, pipeline.MaxThreads)
	}
	return nil
}

// flagError says without Go's words what is wrong with the value of a flag.
func flagError(_ *cobra.Command, err error) error {
	n, ok := errors.AsType[*strconv.NumError](err)
	if !ok {
		return err
	}
	why := "must be a whole number"
	switch {
	case n.Func == "ParseBool":
		why = "must be true or false"
	case errors.Is(n, strconv.ErrRange):
		why = "is out of range"
	}
	return usagef("%s%s", strings.TrimSuffix(err.Error(), n.Error()), why)
}

// newHelp is cobra's help command with an exit code for topics that aren't.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "help [command]",
		Short: "Help about any command",
		RunE: func(help *cobra.Command, args []string) error {
			topic, rest, err := help.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return usagef("no help on %q", strings.Join(args, " "))
			}
			topic.InitDefaultHelpFlag() // so that they show in the text
			topic.InitDefaultVersionFlag()
			return topic.Help()
		},
	}
}

// buildInfo is what the linker knows of this program: the module's version, or
// the commit it was built from, the compiler and the platform.
func buildInfo() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(unknown build)"
	}
	version := info.Main.Version
	if version == "" {
		version = "(devel)"
	}
	set := map[string]string{}
	for _, s := range info.Settings {
		set[s.Key] = s.Value
	}
	if revision := set["vcs.revision"]; revision != "" {
		version += fmt.Sprintf(" (commit %.12s of %s", revision, set["vcs.time"])
		if set["vcs.modified"] == "true" {
			version += ", changed"
		}
		version += ")"
	}
	return fmt.Sprintf("%s %s %s/%s", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
