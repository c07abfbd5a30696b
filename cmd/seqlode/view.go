package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seqlode/seqlode/readset"
)

// viewCommand is `seqlode view`.
type viewCommand struct {
	*app
	samOutput
	reference string
	strict    bool
}

func newView(a *app) *cobra.Command {
	v := &viewCommand{app: a}
	cmd := &cobra.Command{
		Use:   "view [flags] FILE [REGION...]",
		Short: "Print alignments as SAM text",
		Long: `Prints the records of a BAM, uBAM or CRAM FILE as SAM text, as 'samtools view'
does. A FILE named - is standard input.

Records of CRAM are restored with their references, which --reference names.
Nothing is fetched from the network.

With REGIONs only the records that overlap them, one region after the other, so
that a record may be printed more than once. This needs an index, which is
looked for as FILE.csi, FILE.bai, and with .csi or .bai in place of the FILE's
.bam; of CRAM as FILE.crai, and with .crai in place of .cram. A REGION is

  chr1               all of a reference
  chr1:1,000         from base 1000 on; the first base is 1
  chr1:1000-2000     bases 1000 to 2000, both included
  {HLA:01}:5-9       a name in braces, for those with a colon in them
  '*'                the records without a place
  .                  all records

A REGION that can't be read, or of an unknown reference, is passed over, and the
exit code is 1.

A missing EOF block is a warning, and with --strict an error.`,
		Example: `  seqlode view sample.bam | less -S                    look at it
  seqlode view -h sample.bam chr1:1000-2000 > part.sam take a part, with the header
  seqlode view -H sample.bam                           only the header
  seqlode view --reference genome.fa sample.cram       CRAM and what it refers to`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("no file given")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := v.validate(a, cmd); err != nil {
				return err
			}
			return v.failed(args[0], v.run(cmd.Context(), args[0], args[1:]))
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	v.addFlags(cmd)
	flags.StringVar(&v.reference, "reference", "", referenceUsage)
	flags.BoolVar(&v.strict, "strict", false, "make warnings errors")
	return cmd
}

// run prints a file. Its errors are those of reading it.
func (v *viewCommand) run(ctx context.Context, file string, regions []string) error {
	src, _, err := v.open(file)
	if err != nil {
		return err
	}
	defer src.Close()
	bases, shut, err := v.openBases(ctx, v.reference)
	if err != nil {
		return v.failed(v.reference, err)
	}
	defer shut()
	opt := readset.Options{Name: label(file), Threads: v.threads, Context: ctx, Bases: bases, NamePrefix: filepath.Base(file)}
	indexName := ""
	if len(regions) > 0 && !v.headerOnly {
		extensions := []string{".csi", ".bai"}
		if isCRAM(src) {
			extensions = []string{".crai"}
		}
		index, err := v.openIndex(file, extensions)
		if err != nil {
			return err
		}
		defer index.Close()
		opt.Index, indexName = index, index.Name()
	}
	r, err := readset.Open(src, opt)
	if ofIndex(err) {
		return v.failed(indexName, err)
	}
	if err != nil {
		return err
	}
	defer r.Close()
	if r.Type() == readset.FASTQ {
		return errors.New("a FASTQ file has no alignments to view: 'seqlode etag' checks it, 'gzip -dc' prints it")
	}
	passed, err := v.print(v.app, r, file, regions)
	if err != nil {
		return err
	}
	if err := v.warn(r, file); err != nil {
		return err
	}
	return passed
}

// warn says what is odd about a file that has been printed.
func (v *viewCommand) warn(r *readset.Reader, file string) error {
	warnings, err := r.Warnings()
	if err != nil {
		return err
	}
	for _, w := range warnings {
		if v.strict {
			return errors.New(w.Message)
		}
		v.say("%s: warning: %s", label(file), w.Message)
	}
	return nil
}

// openIndex opens the index of a file, which is looked for where samtools does.
func (v *viewCommand) openIndex(file string, extensions []string) (*os.File, error) {
	if file == stdinName {
		return nil, errors.New("regions need a file with an index")
	}
	for _, ext := range extensions {
		for _, name := range []string{file + ext, strings.TrimSuffix(file, filepath.Ext(file)) + ext} {
			index, err := os.Open(name)
			if errors.Is(err, os.ErrNotExist) {
				continue
			}
			if err != nil {
				return nil, v.failed(name, err)
			}
			v.warnOfAge(file, name)
			return index, nil
		}
	}
	return nil, errors.New("regions need an index: make one with 'seqlode index " + label(file) + "'")
}

// warnOfAge says that an index was made before its file.
func (v *viewCommand) warnOfAge(file, index string) {
	f, err := os.Stat(file)
	i, err2 := os.Stat(index)
	if err == nil && err2 == nil && i.ModTime().Before(f.ModTime()) {
		v.say("%s: warning: the file is newer than its index %s", label(file), label(index))
	}
}
