package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/seqlode/seqlode"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/readset"
)

// getCommand is `seqlode get`.
type getCommand struct {
	*vaultCommand
	store string
	file  catalog.FileRole
	out   string
}

func newGet(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "get [flags] ID",
		Short: "Give out a file of a read set",
		Long: `Writes a file of a read set as it is stored to standard output, or to a file. To
have all files of a read set, use 'seqlode export'.`,
		Example: `  seqlode get 1000000002 -o r1.fastq.gz
  seqlode get --file source2 1000000002 -o .      under the name that it has
  seqlode get 1000000003 | samtools flagstat -`,
	}
	g := &getCommand{vaultCommand: newVaultCommand(a, cmd, 1, 1), file: catalog.Source1}
	addStore(cmd, &g.store)
	addFile(cmd, &g.file, catalog.Source1, catalog.Source2, catalog.Index)
	cmd.Flags().StringVarP(&g.out, "output", "o", "", "write to this `FILE`, or in this folder; - is standard output")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if a.json {
			return usagef("--json has no meaning with get: it prints the file")
		}
		if (g.out == "" || g.out == stdinName) && term.IsTerminal(int(os.Stdout.Fd())) {
			return usagef("the file is not for a terminal: give --output, or use 'seqlode cat'")
		}
		return g.in(cmd.Context(), reading, func(v *seqlode.Vault) error { return g.run(cmd.Context(), v, args[0]) })
	}
	return cmd
}

// addFile adds the flag that names a file of a read set.
func addFile(cmd *cobra.Command, file *catalog.FileRole, files ...catalog.FileRole) {
	addChoice(cmd, file, "file", "which file", files...)
}

// active finds a read set whose bytes can be had.
func active(ctx context.Context, v *seqlode.Vault, store, id string) (readset.Metadata, error) {
	m, err := findIn(ctx, v, store, id)
	if err == nil && m.Status == catalog.ReadSetArchived {
		err = fmt.Errorf("read set %s is archived: `seqlode activate %s` brings it back", id, id)
	}
	return m, err
}

func (g *getCommand) run(ctx context.Context, v *seqlode.Vault, id string) error {
	m, err := active(ctx, v, g.store, id)
	if err != nil {
		return err
	}
	f, err := openStored(ctx, v, m, g.file)
	if err != nil {
		return err
	}
	defer f.Close()
	out := g.out
	if info, err := os.Stat(out); err == nil && info.IsDir() {
		out = filepath.Join(out, f.name)
	}
	return g.give(ctx, f, out)
}

// stored is a file of a read set.
type stored struct {
	readset.Object
	name string // that it has in the vault
}

// openStored opens a file of a read set.
func openStored(ctx context.Context, v *seqlode.Vault, m readset.Metadata, role catalog.FileRole) (stored, error) {
	for _, f := range filesOf(m) {
		if f.role == role {
			o, err := v.ReadSets.OpenFile(ctx, m.SequenceStoreID, m.ID, role)
			return stored{o, path.Base(f.info.S3Access.S3URI)}, err
		}
	}
	return stored{}, fmt.Errorf("read set %s has no %s; `seqlode show %s` lists its files", m.ID, strings.ToLower(string(role)), m.ID)
}

// reader reads the file, from any place.
func (s stored) reader() *io.SectionReader { return io.NewSectionReader(s, 0, s.Size()) }
