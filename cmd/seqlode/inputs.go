package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"strconv"
	"strings"

	"github.com/seqlode/seqlode/etag"
	"github.com/seqlode/seqlode/internal/errs"
)

// stdinName is what names standard input on the command line and in lists.
const stdinName = "-"

// job is one file to be hashed.
type job struct {
	file   string
	family etag.Family
}

// outcome is the result of a job.
type outcome struct {
	job    int
	result etag.Result
}

// etags gives the results of jobs in their order, each as soon as those before
// it are known, and shows the progress. It ends early when ctx is cancelled.
func (a *app) etags(ctx context.Context, jobs []job, opt etag.Options) iter.Seq2[int, etag.Result] {
	return func(yield func(int, etag.Result) bool) {
		a.progress.start(a.totalSize(jobs))
		defer a.progress.end()
		ctx, cancel := context.WithCancel(ctx)
		ended := make(chan outcome, len(jobs))
		go func() {
			defer close(ended)
			var done int64 // stored bytes of the families before
			for _, family := range []etag.Family{etag.MD5up, etag.SHA256up, etag.SHA512up} {
				opt.Family = family
				done += a.computeFamily(ctx, jobs, opt, done, ended)
			}
		}()
		defer func() {
			cancel()
			for range ended { // until the computation has let go of its files
			}
		}()
		known := map[int]etag.Result{}
		for next := range jobs {
			for {
				if _, ok := known[next]; ok {
					break
				}
				o, ok := <-ended
				if !ok || ctx.Err() != nil {
					return
				}
				known[o.job] = o.result
			}
			r := known[next]
			delete(known, next)
			if !yield(next, r) {
				return
			}
		}
	}
}

// computeFamily sends the outcomes of the jobs of opt's family and gives the
// number of stored bytes that these jobs were; done is that of jobs before.
func (a *app) computeFamily(ctx context.Context, jobs []job, opt etag.Options, done int64, ended chan<- outcome) int64 {
	var (
		sources []etag.Source
		index   []int   // of each source in jobs
		sizes   []int64 // of each source, 0 where unknown
	)
	for i, j := range jobs {
		if j.family != opt.Family {
			continue
		}
		at := len(sources)
		sources = append(sources, etag.Source{Name: label(j.file), Open: func() (r io.ReadCloser, err error) {
			r, sizes[at], err = a.open(j.file)
			return r, err
		}})
		index = append(index, i)
	}
	sizes = make([]int64, len(sources))
	read := make([]int64, len(sources))
	sum := done
	count := func(source int, stored int64) {
		sum += stored - read[source]
		read[source] = stored
		a.progress.set(sum)
	}
	opt.Progress = func(p etag.Progress) { count(p.Source, p.StoredBytes) }
	opt.Done = func(source int, r etag.Result) {
		count(source, max(sizes[source], read[source])) // a file that failed half-way is done with, too
		ended <- outcome{index[source], r}
	}
	etag.ComputeAll(ctx, sources, opt)
	return sum - done
}

// open opens a file or gives standard input, once. The size is 0 where it can't
// be known.
func (a *app) open(file string) (io.ReadCloser, int64, error) {
	if file == stdinName {
		if a.stdinUsed.Swap(true) {
			return nil, 0, errors.New("can be read only once")
		}
		return io.NopCloser(a.stdin), 0, nil
	}
	f, err := os.Open(file)
	if err != nil {
		if p, ok := errors.AsType[*fs.PathError](err); ok {
			err = p.Err // the message names the file already
		}
		return nil, 0, err
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = errors.New("is a directory")
	}
	if err != nil {
		_ = f.Close() // nothing was written
		return nil, 0, err
	}
	return f, regularSize(info), nil
}

// totalSize is the sum of the files' sizes, or unknownTotal when one of them,
// a pipe for instance, has none. Files that can't be opened count nothing.
func (a *app) totalSize(jobs []job) int64 {
	var total int64
	for _, j := range jobs {
		stat := func() (fs.FileInfo, error) { return os.Stat(j.file) }
		if j.file == stdinName {
			stat = a.stdin.Stat
		}
		info, err := stat()
		switch {
		case err != nil || info.IsDir():
		case info.Mode().IsRegular():
			total += info.Size()
		default:
			return unknownTotal
		}
	}
	return total
}

func regularSize(info fs.FileInfo) int64 {
	if info.Mode().IsRegular() {
		return info.Size()
	}
	return 0
}

// label is how messages name a file: on one line whatever is in its name.
func label(file string) string {
	switch {
	case file == stdinName:
		return "standard input"
	case file == "" || strings.ContainsFunc(file, func(r rune) bool { return !strconv.IsPrint(r) }):
		return strconv.Quote(file)
	}
	return file
}

// cause is an error's text without the file's name, which messages put first.
func cause(err error) string {
	if e, ok := errors.AsType[*errs.Error](err); ok {
		bare := *e
		bare.Op, bare.Pos.File = "", ""
		return bare.Error()
	}
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}
