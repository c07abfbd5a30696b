// Command bench measures seqlode beside the programs and libraries that do the
// same work, in one run on one machine, and states ratios.
//
//	go run ./bench                     all rows on data it makes itself
//	go run ./bench -only etag -runs 7  the rows whose name matches
//	go run ./bench -data DIR           on r1.fq, r1.gz.fq.gz, r1.bgzf.fq.gz and r2.bgzf.fq.gz that another tool made
//	go run ./bench -check -big 10000   exit 1 where a bar is missed, memory over 10 GB of text included
//	go run -tags noasm ./bench         seqlode without its assembly
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"
)

type options struct {
	size, runs, big int
	only            *regexp.Regexp
	data, keep, out string
	check           bool
	wait            time.Duration
}

func main() {
	opt := options{only: regexp.MustCompile("")}
	flag.IntVar(&opt.size, "size", 200, "`MB` of text to make for each file")
	flag.IntVar(&opt.runs, "runs", 5, "runs of each contender")
	flag.IntVar(&opt.big, "big", 0, "`MB` of text of a stream to measure memory with, and of the genome, of at most 3150")
	flag.StringVar(&opt.data, "data", "", "take the files in `DIR` instead of making data")
	flag.StringVar(&opt.keep, "keep", "", "make the data in `DIR`, leave it there, and use it where it is there already")
	flag.StringVar(&opt.out, "out", "", "write bench.md and bench.svg into `DIR`")
	flag.BoolVar(&opt.check, "check", false, "exit 1 where a bar is missed")
	flag.DurationVar(&opt.wait, "wait", 20*time.Second, "how long each work may wait for a machine that is busy with other things")
	flag.Func("only", "measure only the works whose name matches `REGEXP` (\"memory\" and \"codecs\" are two)", func(s string) (err error) {
		opt.only, err = regexp.Compile(s)
		return err
	})
	flag.Parse()
	if flag.NArg() > 0 || opt.size < 1 || opt.runs < 1 || opt.big < 0 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, opt)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

var errMissed = errors.New("a bar is missed")

func run(ctx context.Context, opt options) error {
	tmp, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)

	d, err := opt.load(tmp)
	if err != nil {
		return err
	}
	seqlode := filepath.Join(tmp, "seqlode")
	build := exec.CommandContext(ctx, "go", "build", "-tags", buildTags(), "-o", seqlode, "github.com/seqlode/seqlode/cmd/seqlode")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("building seqlode: %w", err)
	}

	c := newCores()
	left := opt.wait
	c.wait(ctx, &left)
	before := c.parallelism()
	refs := &references{seqlode: seqlode, tmp: tmp, dir: opt.keepOr(tmp), mb: opt.genomeSize()}
	var outcomes []outcome
	for _, group := range []func() ([]work, error){
		func() ([]work, error) { return etagWorks(d, seqlode), nil },
		func() ([]work, error) { return bamWorks(d, seqlode, tmp) },
		func() ([]work, error) {
			return fastaWorks(opt.only.MatchString, opt.keepOr(tmp), opt.genomeSize(), seqlode, tmp)
		},
		func() ([]work, error) { return cramWorks(ctx, opt.only.MatchString, d, seqlode, tmp) },
		func() ([]work, error) { return importWorks(d, tmp) },
		func() ([]work, error) { return refs.works(ctx, opt.only.MatchString) },
		func() ([]work, error) { return decodeWorks(d) },
		func() ([]work, error) { return readWorks(d), nil },
		func() ([]work, error) { return writeWorks(d, tmp) },
		func() ([]work, error) { return textWorks(d) },
	} {
		works, err := group()
		if err != nil {
			return err
		}
		for _, w := range works {
			if !opt.only.MatchString(w.name) {
				continue
			}
			fmt.Fprintln(os.Stderr, w.name)
			left = opt.wait
			o, err := measure(ctx, w, opt.runs, func() bool { return c.wait(ctx, &left) })
			if err != nil {
				return err
			}
			outcomes = append(outcomes, o)
		}
	}
	var ms []memory
	if opt.only.MatchString("memory") {
		fmt.Fprintln(os.Stderr, "memory")
		if ms, err = memoryOf(ctx, d, seqlode, int64(opt.big)*1_000_000); err != nil {
			return err
		}
		for _, group := range []func() ([]memory, error){
			func() ([]memory, error) { return refs.memory(ctx) },
			func() ([]memory, error) { return cramMemory(ctx, d, seqlode, tmp) },
			func() ([]memory, error) { return (&wideReads{references: refs}).memory(ctx) },
		} {
			more, err := group()
			if err != nil {
				return err
			}
			ms = append(ms, more...)
		}
	}
	codecs, err := opt.codecs()
	if err != nil {
		return err
	}
	return opt.report(preamble(d, before, c.parallelism(), versions(ctx)), outcomes, ms, codecs)
}

// codecs measures the codecs of CRAM, where they are wanted and the streams of the
// specification are there.
func (opt options) codecs() ([]codecRow, error) {
	shared := os.Getenv("SEQLODE_SHARED")
	if !opt.only.MatchString("codecs") {
		return nil, nil
	}
	if shared == "" {
		fmt.Fprintln(os.Stderr, "no codecs: their streams are in the folder that SEQLODE_SHARED names")
		return nil, nil
	}
	fmt.Fprintln(os.Stderr, "codecs")
	return measureCodecs(filepath.Join(shared, "conformance", "hts-specs", "cram", "codecs"), opt.runs)
}

// load makes or takes the data.
func (opt options) load(tmp string) (data, error) {
	if opt.data != "" {
		return givenData(opt.data)
	}
	dir := opt.keepOr(tmp)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return data{}, err
	}
	fmt.Fprintln(os.Stderr, "making data")
	return madeData(dir, int64(opt.size))
}

// keepOr is where data is made.
func (opt options) keepOr(tmp string) string {
	if opt.keep != "" {
		return opt.keep
	}
	return tmp
}

// genomeSize is the MB of the genome that is made: 300 by default, with -big up to
// 3150, which are 3.1 Gb as a human has.
func (opt options) genomeSize() int64 {
	if opt.big > 0 {
		return int64(min(opt.big, 3150))
	}
	return int64(opt.size + opt.size/2)
}

// report prints the tables, writes them where they are wanted, and holds the
// figures against the bars.
func (opt options) report(preamble string, outcomes []outcome, ms []memory, codecs []codecRow) error {
	var b strings.Builder
	b.WriteString(preamble)
	if len(outcomes) > 0 {
		b.WriteString("\n" + table(outcomes) + "\n" + legend(opt.runs))
	}
	if len(ms) > 0 {
		b.WriteString("\n" + memoryTable(ms))
	}
	if len(codecs) > 0 {
		b.WriteString("\n" + codecTable(codecs))
	}
	fmt.Print(b.String())
	if opt.out != "" {
		if err := os.MkdirAll(opt.out, 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(opt.out, "bench.md"), []byte(b.String()), 0o644); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(opt.out, "bench.svg"), []byte(chart(outcomes)), 0o644); err != nil {
			return err
		}
	}
	if !opt.check {
		return nil
	}
	lines, good := verdicts(outcomes, ms)
	fmt.Println("\n" + strings.Join(lines, "\n"))
	if !good {
		return errMissed
	}
	return nil
}
