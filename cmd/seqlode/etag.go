package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/seqlode/seqlode/cmd/seqlode/internal/sumlist"
	"github.com/seqlode/seqlode/etag"
	"github.com/seqlode/seqlode/reference"
)

// etagCommand is `seqlode etag`.
type etagCommand struct {
	*app
	family etag.Family
	kind   etag.FileType
	strict bool
	bases  reference.Bases
	fasta  string // where bases are

	check         bool
	quiet         bool
	status        bool
	ignoreMissing bool
	warn          bool
}

func newEtag(a *app) *cobra.Command {
	e := &etagCommand{app: a, family: etag.MD5up}
	cmd := &cobra.Command{
		Use:   "etag [flags] FILE...",
		Short: "Print or check semantic ETags",
		Long: `Prints the semantic ETag of each FILE: a hash of its content, the same whatever
its compression. A FILE named - is standard input.

One line a file: the algorithm, two spaces, the hash in hexadecimal, two spaces,
the file. For FASTQ it is what 'gzip -dc FILE | md5sum' gives, for BAM and uBAM
what 'samtools view FILE | md5sum' gives. For CRAM it is that of the records
restored with their references, which --reference names, and with names that
begin with readset where the file has none: what 'samtools view -T FASTA
--input-fmt-option name_prefix=readset FILE | md5sum' gives. Nothing is fetched
from the network. In a file name a
backslash, a line feed and a carriage return are written as \\, \n and \r, and
such a line starts with a backslash.

FASTQ is compressed by gzip or bgzip.

With --check each FILE is a list of such lines, and the files named there are
checked as 'md5sum --check' does, each by the algorithm on its line.

A warning, such as a missing EOF block, goes to stderr and changes nothing
else. --strict makes it an error: no ETag is printed, and with --check the file
counts as unreadable. With --check, --strict also makes a malformed line an
error, as it does in md5sum.

MD5 is open to crafted collisions: where files come from people you don't trust,
use --family SHA256up or SHA512up.`,
		Example: `  seqlode etag *.fastq.gz > etags.txt            make a list
  seqlode etag --check etags.txt                 check it
  seqlode etag --family SHA256up r1.fastq.gz     a stronger hash
  seqlode etag --reference genome.fa sample.cram CRAM and what it refers to
  cat r1.fastq.gz | seqlode etag -               from a pipe
  seqlode etag --json r1.fastq.gz | jq -r .etag  for programs`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("no file given")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, files []string) error {
			if err := e.validate(cmd, files); err != nil {
				return err
			}
			bases, shut, err := e.openBases(cmd.Context(), e.fasta)
			if err != nil {
				return e.failed(e.fasta, err)
			}
			defer shut()
			e.bases = bases
			if e.check {
				return e.runCheck(cmd.Context(), files)
			}
			return e.run(cmd.Context(), files)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	addChoice(cmd, &e.kind, "type", "what the files are; found out when not given", etag.FASTQ, etag.BAM, etag.UBAM, etag.CRAM)
	addChoice(cmd, &e.family, "family", "the family of hash algorithms", etag.MD5up, etag.SHA256up, etag.SHA512up)
	flags.StringVar(&e.fasta, "reference", "", referenceUsage)
	flags.BoolVar(&e.strict, "strict", false, "make warnings errors; with --check malformed lines too")
	flags.BoolVarP(&e.check, "check", "c", false, "read ETags from the FILEs and check them")
	flags.BoolVar(&e.ignoreMissing, "ignore-missing", false, "with --check: pass over files that are not there")
	flags.BoolVar(&e.quiet, "quiet", false, "with --check: print no OK lines")
	flags.BoolVar(&e.status, "status", false, "with --check: print nothing, the exit code tells")
	flags.BoolVarP(&e.warn, "warn", "w", false, "with --check: tell of each malformed line")
	return cmd
}

// validate refuses flags that have no sense together.
func (e *etagCommand) validate(cmd *cobra.Command, files []string) error {
	misplaced, why := []string{"ignore-missing", "quiet", "status", "warn"}, "has a meaning only with --check"
	if e.check {
		misplaced, why = []string{"type", "family"}, "has no meaning with --check: each line of the list names its algorithm"
	}
	for _, name := range misplaced {
		if cmd.Flags().Changed(name) {
			return usagef("--%s %s", name, why)
		}
	}
	stdins := 0
	for _, f := range files {
		if f == stdinName {
			stdins++
		}
	}
	if stdins > 1 {
		return usagef("- (standard input) can be given only once")
	}
	return nil
}

func (e *etagCommand) options() etag.Options {
	return etag.Options{Type: e.kind, Threads: e.threads, Strict: e.strict, Bases: e.bases}
}

// run prints the ETags of files.
func (e *etagCommand) run(ctx context.Context, files []string) error {
	jobs := make([]job, len(files))
	for i, f := range files {
		jobs[i] = job{f, e.family}
	}
	var failed error
	for i, r := range e.etags(ctx, jobs, e.options()) {
		e.report(files[i], r)
		write := e.print
		if r.Err != nil {
			failed = errFailed
			write = e.printFailed
		}
		if err := write(files[i], r); err != nil {
			return err
		}
	}
	return failed
}

// report says on stderr what a person should know of a result.
func (e *etagCommand) report(file string, r etag.Result) {
	if r.Err != nil {
		e.say("%s: %s", label(file), cause(r.Err))
		return
	}
	for _, w := range r.Warnings {
		e.say("%s: warning: %s", label(file), w.Message)
	}
}

// print writes the ETag of a file to stdout.
func (e *etagCommand) print(file string, r etag.Result) error {
	if e.json {
		return e.printJSON(etagJSON{
			File:           file,
			Algorithm:      r.Algorithm,
			ETag:           r.Hex,
			TotalReadCount: r.Reads,
			TotalBaseCount: r.Bases,
			StoredBytes:    r.StoredBytes,
			TextBytes:      r.TextBytes,
			Warnings:       append([]etag.Warning{}, r.Warnings...),
		})
	}
	_, err := fmt.Fprintln(e.stdout, sumlist.Line{Algorithm: r.Algorithm, Hex: r.Hex, File: file})
	return err
}

// printFailed writes to stdout, for programs only, that a file failed.
func (e *etagCommand) printFailed(file string, r etag.Result) error {
	if !e.json {
		return nil
	}
	return e.printJSON(failedJSON{File: file, Error: cause(r.Err)})
}

// etagJSON is a result for programs, on one line. Names that the HealthOmics
// API has are spelt as there.
type etagJSON struct {
	File           string         `json:"file"`
	Algorithm      string         `json:"algorithm"`
	ETag           string         `json:"etag"`
	TotalReadCount int64          `json:"totalReadCount"`
	TotalBaseCount int64          `json:"totalBaseCount"`
	StoredBytes    int64          `json:"storedBytes"`
	TextBytes      int64          `json:"textBytes"`
	Warnings       []etag.Warning `json:"warnings"` // never null
}

// failedJSON says for programs what failed; it stands in place of a result.
type failedJSON struct {
	File  string `json:"file,omitempty"` // none where it is no file's fault
	Error string `json:"error"`
}

// printJSON writes v as one line to stdout.
func (a *app) printJSON(v any) error {
	lines := json.NewEncoder(a.stdout)
	lines.SetEscapeHTML(false)
	return lines.Encode(v)
}
