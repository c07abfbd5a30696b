package main

import (
	"bytes"
	"context"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seqlode/seqlode/index"
	"github.com/seqlode/seqlode/reference"
)

// indexType is a format of index files, as flags name it.
type indexType string

const (
	baiType  indexType = "BAI"
	csiType  indexType = "CSI"
	craiType indexType = "CRAI"
	faiType  indexType = "FAI"
	gziType  indexType = "GZI"
)

// indexCommand is `seqlode index`.
type indexCommand struct {
	*app
	kind     indexType
	minShift int
	out      string
	strict   bool
}

func newIndex(a *app) *cobra.Command {
	x := &indexCommand{app: a}
	cmd := &cobra.Command{
		Use:   "index [flags] FILE",
		Short: "Make the index of a file",
		Long: `Makes the index of a FILE, beside it, in one go when it is done. A FILE named -
is standard input, and wants --output.

BAM that is sorted by coordinate: FILE.bai as 'samtools index' makes it, or
FILE.csi where a reference is longer than 2^29 bases. With --min-shift it is
CSI.

CRAM that is sorted by coordinate: FILE.crai as 'samtools index' makes it. This
needs no reference.

FASTA, plain or compressed by bgzip: FILE.fai as 'samtools faidx' makes it, and
of a bgzipped one FILE.gzi too; with --output the .fai alone. What samtools
takes is taken: a sequence that is empty or whose name was there before is left
out, with a warning. FASTQ is refused.

With --type gzi, any file compressed by bgzip: FILE.gzi as 'bgzip -r' makes it.

A missing EOF block is a warning too, and with --strict warnings are errors.`,
		Example: `  seqlode index sample.bam                   makes sample.bam.bai
  seqlode index --type csi -m 12 sample.bam  makes sample.bam.csi, with small bins
  seqlode index genome.fa.gz                 makes genome.fa.gz.fai and genome.fa.gz.gzi`,
		Args: func(_ *cobra.Command, args []string) error {
			switch len(args) {
			case 0:
				return usagef("no file given")
			case 1:
				return nil
			}
			return usagef("one file at a time")
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := x.validate(cmd, args[0]); err != nil {
				return err
			}
			return x.failed(args[0], x.run(cmd.Context(), args[0]))
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	addChoice(cmd, &x.kind, "type", "the format of the index; found out when not given", baiType, csiType, craiType, faiType, gziType)
	flags.IntVarP(&x.minShift, "min-shift", "m", 0, "the smallest bins of a CSI index span 2^`N` bases; 0: 2^14")
	flags.StringVarP(&x.out, "output", "o", "", "write the index to `OUT`")
	flags.BoolVar(&x.strict, "strict", false, "make warnings errors")
	return cmd
}

// validate refuses flags that have no sense together.
func (x *indexCommand) validate(cmd *cobra.Command, file string) error {
	switch {
	case file == stdinName && x.out == "":
		return usagef("standard input has no name to put the index beside: say where with --output")
	case x.out == stdinName:
		return usagef("an index is written to a file, not to standard output")
	case x.minShift < 0 || x.minShift > 30:
		return usagef("--min-shift %d: must be 1 to 30, or 0 for 14", x.minShift)
	case x.kind == baiType && cmd.Flags().Changed("min-shift"):
		return usagef("--min-shift has no meaning with --type bai: its smallest bins span 2^14 bases")
	case (x.kind == faiType || x.kind == gziType || x.kind == craiType) && cmd.Flags().Changed("min-shift"):
		return usagef("--min-shift has no meaning with --type %s: it has no bins", strings.ToLower(string(x.kind)))
	}
	return nil
}

func (x *indexCommand) format() index.Format {
	switch x.kind {
	case baiType:
		return index.BAI
	case csiType:
		return index.CSI
	case craiType:
		return index.CRAI
	}
	return index.Auto
}

// run makes the index of a file.
func (x *indexCommand) run(ctx context.Context, file string) error {
	src, size, err := x.open(file)
	if err != nil {
		return err
	}
	defer src.Close()
	if size == 0 {
		size = unknownTotal
	}
	x.progress.start(size)
	defer x.progress.end()
	kind, whole := x.kind, io.Reader(src)
	if kind == "" && x.minShift == 0 {
		var fasta bool
		if fasta, whole, err = reference.Sniff(src); err != nil {
			return err
		}
		if fasta {
			kind = faiType
		}
	}
	switch kind {
	case faiType:
		return x.runFAI(ctx, file, whole)
	case gziType:
		return x.runGZI(ctx, file, whole)
	}
	return x.runBAM(ctx, file, whole)
}

// runBAM makes the index of a BAM or CRAM file.
func (x *indexCommand) runBAM(ctx context.Context, file string, src io.Reader) error {
	var made bytes.Buffer
	res, err := index.Build(ctx, src, &made, x.format(), &index.Options{
		MinShift: x.minShift,
		Threads:  x.threads,
		Strict:   x.strict,
		Progress: func(p index.Progress) { x.progress.set(p.StoredBytes) },
	})
	if err != nil {
		return err
	}
	out := x.out
	if out == "" {
		out = file + "." + strings.ToLower(res.Format.String())
	}
	if err := writeFile(out, &made); err != nil {
		return err
	}
	return x.report(indexJSON{File: file, Index: out, Format: res.Format.String(), Warnings: res.Warnings})
}

// report tells of an index that was made.
func (x *indexCommand) report(made indexJSON) error {
	for _, w := range made.Warnings {
		x.say("%s: warning: %s", label(made.File), w.Message)
	}
	if !x.json {
		return nil
	}
	made.Warnings = append([]index.Warning{}, made.Warnings...)
	return x.printJSON(made)
}

// indexJSON is a result for programs, on one line.
type indexJSON struct {
	File     string          `json:"file"`
	Index    string          `json:"index"`
	GZI      string          `json:"gzi,omitempty"` // made beside it
	Format   string          `json:"format"`
	Warnings []index.Warning `json:"warnings"` // never null
}
