package main

import (
	"context"
	"errors"
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
	if g.out == "" || g.out == stdinName {
		_, err := io.Copy(g.stdout, f)
		return err
	}
	name := g.out
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		name = filepath.Join(name, f.name)
	}
	g.progress.start(f.size)
	defer g.progress.end()
	return writeFile(name, &metered{r: f, ctx: ctx, bar: g.progress})
}

// stored reads a file of a read set, part by part.
type stored struct {
	ctx  context.Context
	v    *seqlode.Vault
	ask  readset.GetReadSetInput
	name string // that it has in the vault
	size int64
	part int64 // bytes of a part
	at   int64
	body io.ReadCloser // stands at at; nil: nowhere
}

// openStored opens a file of a read set.
func openStored(ctx context.Context, v *seqlode.Vault, m readset.Metadata, role catalog.FileRole) (*stored, error) {
	for _, f := range filesOf(m) {
		if f.role == role {
			return &stored{
				ctx: ctx, v: v, ask: readset.GetReadSetInput{SequenceStoreID: m.SequenceStoreID, ID: m.ID, File: role},
				name: path.Base(f.info.S3Access.S3URI), size: f.info.ContentLength, part: f.info.PartSize,
			}, nil
		}
	}
	return nil, fmt.Errorf("read set %s has no %s; `seqlode show %s` lists its files", m.ID, strings.ToLower(string(role)), m.ID)
}

func (s *stored) Read(p []byte) (int, error) {
	for {
		if s.at >= s.size {
			return 0, io.EOF
		}
		if s.body == nil {
			if err := s.open(); err != nil {
				return 0, err
			}
		}
		n, err := s.body.Read(p)
		s.at += int64(n)
		if err == io.EOF {
			if err = s.Close(); err == nil && n == 0 {
				if s.at%s.part != 0 && s.at < s.size {
					return 0, io.ErrUnexpectedEOF
				}
				continue
			}
		}
		return n, err
	}
}

// open opens the part of s.at, and passes over what is in front of it there.
func (s *stored) open() error {
	s.ask.PartNumber = int(s.at/s.part) + 1
	got, err := s.v.ReadSets.GetReadSet(s.ctx, s.ask)
	if err != nil {
		return err
	}
	s.body = got.Payload
	if _, err = io.CopyN(io.Discard, s.body, s.at%s.part); err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// Seek is that of [io.Seeker].
func (s *stored) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += s.at
	case io.SeekEnd:
		offset += s.size
	}
	if offset < 0 {
		return 0, errors.New("seek before the file's beginning")
	}
	if offset == s.at {
		return offset, nil
	}
	err := s.Close()
	s.at = offset
	return offset, err
}

// Close closes the part that is open. The file can be read on.
func (s *stored) Close() error {
	if s.body == nil {
		return nil
	}
	err := s.body.Close()
	s.body = nil
	return err
}
