package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/seqlode/seqlode"
	"github.com/seqlode/seqlode/reference"
)

// referenceGet is `seqlode reference get`.
type referenceGet struct {
	*vaultCommand
	file    reference.FileName
	out     string
	regions string
	width   int
}

func newReferenceGet(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "get [flags] REFERENCE [REGION...]",
		Short: "Give out a reference or regions of it",
		Long: `Writes the FASTA file of a reference, as it was imported.

With REGIONs only those, as FASTA, as 'samtools faidx' prints them. A REGION is

  chr1               all of a sequence
  chr1:1,000         from base 1000 on; the first base is 1
  chr1:1000-2000     bases 1000 to 2000, both included
  {HLA:01}:5-9       a name in braces, for those with a colon in them

A REGION that can't be read, or of an unknown sequence, is an error, and nothing
is written. What leaves its sequence is left out, with a warning.`,
		Example: `  seqlode reference get -o GRCh38.fa.gz GRCh38
  seqlode reference get GRCh38 chr1:1000-2000 chrM
  seqlode reference get --file index GRCh38 > GRCh38.fa.gz.fai`,
	}
	g := &referenceGet{vaultCommand: newVaultCommand(a, cmd, 1, -1)}
	flags := cmd.Flags()
	flags.StringVarP(&g.out, "output", "o", "", "write to `OUT`, which appears when it is whole")
	addChoice(cmd, &g.file, "file", "the file to write; the source when not given", reference.SourceFile, reference.IndexFile, reference.GZIFile)
	flags.StringVarP(&g.regions, "region-file", "r", "", "take the REGIONs, one a line, from `FILE`; - is standard input")
	flags.IntVarP(&g.width, "length", "n", 0, "write `N` bases a line; 0: 60")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := g.validate(args[1:]); err != nil {
			return err
		}
		return g.in(cmd.Context(), reading, func(v *seqlode.Vault) error { return g.run(cmd.Context(), v, args[0], args[1:]) })
	}
	return cmd
}

// validate refuses what has no sense together.
func (g *referenceGet) validate(regions []string) error {
	of := len(regions) > 0 || g.regions != ""
	switch {
	case g.json:
		return usagef("--json has no meaning with get: it writes a file")
	case g.width < 0:
		return usagef("--length %d: must be 0 (60 bases a line) or more", g.width)
	case g.file != "" && of:
		return usagef("--file has no meaning with a REGION")
	case g.width != 0 && !of:
		return usagef("--length has no meaning without a REGION: a file is written as it is")
	case g.regions != "" && len(regions) > 0:
		return usagef("REGIONs are given, or --region-file is")
	case !of && (g.out == "" || g.out == stdinName) && term.IsTerminal(int(os.Stdout.Fd())):
		return usagef("the file is not for a terminal: give --output, or a REGION")
	}
	return nil
}

// run writes what is asked for.
func (g *referenceGet) run(ctx context.Context, v *seqlode.Vault, name string, regions []string) error {
	if g.regions != "" {
		var err error
		if regions, err = g.readRegions(); err != nil {
			return err
		}
	}
	ref, err := findReference(ctx, v, name)
	if err != nil {
		return err
	}
	if len(regions) == 0 && g.regions == "" {
		return g.writeFile(ctx, v, ref)
	}
	f, err := v.References.OpenFile(ctx, ref.ReferenceStoreID, ref.ID)
	if err != nil {
		return err
	}
	defer f.Close()
	parsed := make([]reference.Region, len(regions))
	for i, text := range regions {
		if parsed[i], err = reference.ParseRegion(f.Index(), text); err != nil {
			return err
		}
		g.warn(parsed[i])
	}
	if g.out == "" || g.out == stdinName {
		return reference.Write(ctx, g.stdout, f.File, parsed, g.width, g.threads)
	}
	text, to := io.Pipe()
	go func() { to.CloseWithError(reference.Write(ctx, to, f.File, parsed, g.width, g.threads)) }()
	defer text.Close()
	return writeFile(g.out, text)
}

// warn tells of a region that leaves its sequence, where it has an end.
func (g *referenceGet) warn(r reference.Region) {
	length := r.Sequence.Length
	switch {
	case r.Beg >= length:
		g.say("warning: region %s is behind the end of %s, which has %d bases", label(r.Label), label(r.Sequence.Name), length)
	case r.End > length && r.End != math.MaxInt64: // which is no end
		g.say("warning: region %s goes beyond the end of %s, which has %d bases", label(r.Label), label(r.Sequence.Name), length)
	}
}

// readRegions reads the file that lists regions.
func (g *referenceGet) readRegions() (regions []string, err error) {
	src, _, err := g.open(g.regions)
	if err != nil {
		return nil, fmt.Errorf("%s: %s", label(g.regions), cause(err))
	}
	defer src.Close()
	lines := bufio.NewScanner(src)
	for lines.Scan() {
		if line := strings.TrimSuffix(lines.Text(), "\r"); line != "" {
			regions = append(regions, line)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %s", label(g.regions), cause(err))
	}
	return regions, nil
}

// writeFile writes a file of a reference as it is.
func (g *referenceGet) writeFile(ctx context.Context, v *seqlode.Vault, ref reference.Stored) error {
	file := g.file
	if file == "" {
		file = reference.SourceFile
	}
	o, err := v.References.OpenReference(ctx, ref.ReferenceStoreID, ref.ID, file)
	if file == reference.GZIFile && errors.Is(err, reference.ErrNotFound) {
		return fmt.Errorf("reference %s has no gzi: only what bgzip has compressed has one", ref.ID)
	}
	if err != nil {
		return err
	}
	defer o.Close()
	return g.give(ctx, o, g.out)
}
