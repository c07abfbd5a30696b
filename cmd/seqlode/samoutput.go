package main

import (
	"bufio"
	"errors"

	"github.com/spf13/cobra"

	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/readset"
)

// samOutput is what of a file of alignments view and cat print.
type samOutput struct {
	withHeader bool
	headerOnly bool
}

// addFlags adds the flags that say what to print.
func (t *samOutput) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVarP(&t.withHeader, "with-header", "h", false, "print the header too")
	flags.BoolVarP(&t.headerOnly, "header-only", "H", false, "print only the header")
	flags.Bool("help", false, "help for "+cmd.Name()) // or cobra takes -h for it
}

// validate refuses flags that have no sense together.
func (t *samOutput) validate(a *app, cmd *cobra.Command) error {
	switch {
	case a.json:
		return usagef("--json has no meaning with %s: it prints text", cmd.Name())
	case t.withHeader && t.headerOnly:
		return usagef("-h and -H exclude each other")
	}
	return nil
}

// print prints what is wanted of a file: all of it, or what overlaps regions. It
// passes over regions that it can't make sense of, and then gives errFailed as
// passed.
func (t *samOutput) print(a *app, r *readset.Reader, file string, regions []string) (passed, err error) {
	if t.withHeader || t.headerOnly {
		if _, err := a.stdout.Write(r.Header().AppendSAM(nil)); err != nil || t.headerOnly {
			return nil, err
		}
	}
	if len(regions) == 0 {
		return nil, r.WriteSAM(a.stdout)
	}
	out := bufio.NewWriterSize(a.stdout, 1<<16)
	var line []byte
	for _, text := range regions {
		region, err := r.Header().ParseRegion(text)
		if err != nil {
			passed = errFailed
			a.say("%s: %s", label(file), cause(err))
			continue
		}
		for rec, err := range r.Region(region.Reference, region.Begin, region.End) {
			if err != nil {
				_ = out.Flush() // stdout keeps its error
				return nil, err
			}
			line = rec.AppendSAM(line[:0])
			if _, err := out.Write(line); err != nil {
				return nil, err
			}
		}
	}
	return passed, out.Flush()
}

// ofIndex says whether an error of [readset.Open] is one of the index it was given,
// not of the file itself.
func ofIndex(err error) bool {
	e, ok := errors.AsType[*errs.Error](err)
	return ok && e.Pos.File == "index"
}
