package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seqlode/seqlode/index"
)

// indexType is a format of index files, as flags name it.
type indexType string

const (
	baiType indexType = "BAI"
	csiType indexType = "CSI"
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
		Long: `Makes the index of a BAM FILE that is sorted by coordinate: the one that
'samtools index' makes. It is written to FILE.bai or FILE.csi, in one go when it
is done. A FILE named - is standard input, and wants --output.

A BAI index is made, or CSI where a reference is longer than 2^29 bases. With
--min-shift it is CSI.

A missing BGZF EOF block is a warning, and with --strict an error.`,
		Example: `  seqlode index sample.bam                 makes sample.bam.bai
  seqlode index --type csi -m 12 sample.bam  makes sample.bam.csi, with small bins`,
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
	addChoice(cmd, &x.kind, "type", "the format of the index; found out when not given", baiType, csiType)
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
	case x.kind == baiType && cmd.Flags().Changed("min-shift"):
		return usagef("--min-shift has no meaning with --type bai: its smallest bins span 2^14 bases")
	}
	return nil
}

func (x *indexCommand) format() index.Format {
	switch x.kind {
	case baiType:
		return index.BAI
	case csiType:
		return index.CSI
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
	if err := writeFile(out, made.Bytes()); err != nil {
		return err
	}
	for _, w := range res.Warnings {
		x.say("%s: warning: %s", label(file), w.Message)
	}
	if !x.json {
		return nil
	}
	return x.printJSON(indexJSON{
		File:     file,
		Index:    out,
		Format:   res.Format.String(),
		Warnings: append([]index.Warning{}, res.Warnings...),
	})
}

// indexJSON is a result for programs, on one line.
type indexJSON struct {
	File     string          `json:"file"`
	Index    string          `json:"index"`
	Format   string          `json:"format"`
	Warnings []index.Warning `json:"warnings"` // never null
}

// writeFile makes a file that appears under its name when it is whole.
func writeFile(name string, data []byte) error {
	tmp := fmt.Sprintf("%s.%d.tmp", name, os.Getpid())
	err := os.WriteFile(tmp, data, 0o666)
	if err == nil {
		err = os.Rename(tmp, name)
	}
	if err == nil {
		return nil
	}
	_ = os.Remove(tmp) // the first error is the one that matters
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	} else if e, ok := errors.AsType[*os.LinkError](err); ok {
		err = e.Err
	}
	return fmt.Errorf("cannot write %s: %w", label(name), err)
}
