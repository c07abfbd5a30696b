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

// maxOpen is how many files are open, and hashed side by side, at once: as many
// as the widest MD5 has lanes (AVX-512: 16), and far below the 256 open files
// that macOS grants.
const maxOpen = 16

// stdinName is what names standard input on the command line and in lists.
const stdinName = "-"

// job is one file to be hashed.
type job struct {
	file   string
	family etag.Family
}

// etags gives the results of jobs in their order and shows the progress. It
// ends early when ctx is cancelled.
func (a *app) etags(ctx context.Context, jobs []job, opt etag.Options) iter.Seq2[int, etag.Result] {
	return func(yield func(int, etag.Result) bool) {
		a.progress.start(a.totalSize(jobs))
		defer a.progress.end()
		var done int64 // stored bytes of the groups before
		for first := 0; first < len(jobs); first += maxOpen {
			group := jobs[first:min(first+maxOpen, len(jobs))]
			results := make([]etag.Result, len(group))
			for _, family := range []etag.Family{etag.MD5up, etag.SHA256up, etag.SHA512up} {
				opt.Family = family
				done += a.computeFamily(ctx, group, results, opt, done)
			}
			if ctx.Err() != nil {
				return
			}
			for i, r := range results {
				if !yield(first+i, r) {
					return
				}
			}
		}
	}
}

// computeFamily fills in the results of the group's jobs of one family and
// gives the number of stored bytes that these jobs were.
func (a *app) computeFamily(ctx context.Context, group []job, results []etag.Result, opt etag.Options, done int64) int64 {
	var (
		sources []etag.Source
		index   []int   // of each source in the group
		sizes   []int64 // of each source, 0 where unknown
	)
	for i, j := range group {
		if j.family != opt.Family {
			continue
		}
		r, size, err := a.open(j.file)
		if err != nil {
			results[i].Err = err
			continue
		}
		defer r.Close()
		sources = append(sources, etag.Source{Name: label(j.file), Reader: r})
		index = append(index, i)
		sizes = append(sizes, size)
	}
	if len(sources) == 0 {
		return 0
	}
	read := make([]int64, len(sources))
	sum := int64(0)
	opt.Progress = func(p etag.Progress) {
		sum += p.StoredBytes - read[p.Source]
		read[p.Source] = p.StoredBytes
		a.progress.set(done + sum)
	}
	for s, r := range etag.ComputeAll(ctx, sources, opt) {
		results[index[s]] = r
	}
	var stored int64
	for s := range sources {
		stored += max(sizes[s], read[s]) // a file that failed half-way is done with, too
	}
	a.progress.set(done + stored)
	return stored
}

// open opens a file or gives standard input, once. The size is 0 where it can't
// be known.
func (a *app) open(file string) (io.ReadCloser, int64, error) {
	if file == stdinName {
		if a.stdinUsed {
			return nil, 0, errors.New("can be read only once")
		}
		a.stdinUsed = true
		return io.NopCloser(a.stdin), 0, nil
	}
	f, err := os.Open(file)
	if err != nil {
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
