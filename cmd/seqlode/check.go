package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/seqlode/seqlode/cmd/seqlode/internal/sumlist"
	"github.com/seqlode/seqlode/etag"
)

// The verdicts on a file, in md5sum's words.
const (
	verdictOK         = "OK"
	verdictFailed     = "FAILED"
	verdictUnreadable = "FAILED open or read"
)

// runCheck checks the files named in lists. It fails when one of them does, or
// when a list has nothing to check.
func (e *etagCommand) runCheck(ctx context.Context, lists []string) error {
	var failed error
	for _, name := range lists {
		list, err := e.readList(name)
		if err != nil {
			if failed = e.failed(name, err); !errors.Is(failed, errFailed) {
				return failed
			}
			continue
		}
		good, err := e.checkList(ctx, name, list)
		if err != nil {
			return err
		}
		if !good {
			failed = errFailed
		}
	}
	return failed
}

func (e *etagCommand) readList(name string) (sumlist.List, error) {
	r, _, err := e.open(name)
	if err != nil {
		return sumlist.List{}, err
	}
	defer r.Close()
	return sumlist.Read(r)
}

// checkList checks one list and says whether all is good. The error is that of
// stdout, or of a cancelled ctx.
func (e *etagCommand) checkList(ctx context.Context, name string, list sumlist.List) (bool, error) {
	if e.warn && !e.status {
		for _, m := range list.Malformed {
			e.say("%s: line %d: malformed: %v", label(name), m.Number, m.Err)
		}
	}
	if len(list.Lines) == 0 {
		e.say("%s: no ETag lines found", label(name))
		return false, nil
	}
	jobs := make([]job, len(list.Lines))
	for i, l := range list.Lines {
		jobs[i] = job{l.File, l.Family()}
	}
	count := map[string]int{}
	for i, r := range e.etags(ctx, jobs, e.options()) {
		if e.ignoreMissing && errors.Is(r.Err, fs.ErrNotExist) {
			continue
		}
		v := verdict(list.Lines[i], r)
		count[v]++
		e.reportCheck(list.Lines[i], r)
		if err := e.printCheck(list.Lines[i], r, v); err != nil {
			return false, err
		}
	}
	if err := ctx.Err(); err != nil {
		return false, err
	}
	if !e.status {
		e.summary(name, len(list.Malformed), "line is malformed", "lines are malformed")
		e.summary(name, count[verdictUnreadable], "listed file could not be read", "listed files could not be read")
		e.summary(name, count[verdictFailed], "computed ETag did NOT match", "computed ETags did NOT match")
		if e.ignoreMissing && count[verdictOK] == 0 {
			e.say("%s: no file was verified", label(name))
		}
	}
	good := count[verdictOK] > 0 && count[verdictFailed] == 0 && count[verdictUnreadable] == 0
	return good && !(e.strict && len(list.Malformed) > 0), nil
}

func verdict(want sumlist.Line, got etag.Result) string {
	switch {
	case got.Err != nil:
		return verdictUnreadable
	case got.Algorithm == want.Algorithm && got.Hex == want.Hex:
		return verdictOK
	}
	return verdictFailed
}

// reportCheck says on stderr what a person should know beside the verdict. As
// in md5sum, --status silences all but the errors.
func (e *etagCommand) reportCheck(want sumlist.Line, got etag.Result) {
	if e.status && got.Err == nil {
		return
	}
	e.report(want.File, got)
	if got.Err == nil && got.Algorithm != want.Algorithm {
		e.say("%s: the list says %s, the file gives %s", label(want.File), want.Algorithm, got.Algorithm)
	}
}

// printCheck writes a verdict to stdout.
func (e *etagCommand) printCheck(want sumlist.Line, got etag.Result, verdict string) error {
	if e.status || e.quiet && verdict == verdictOK {
		return nil
	}
	if !e.json {
		_, err := fmt.Fprintf(e.stdout, "%s: %s\n", sumlist.Escape(want.File), verdict)
		return err
	}
	v := verdictJSON{File: want.File, Algorithm: want.Algorithm, Expected: want.Hex, Status: verdict}
	if got.Err != nil {
		v.Error = cause(got.Err)
	} else {
		v.ETag = got.Hex
	}
	return e.printJSON(v)
}

// verdictJSON is a verdict for programs, on one line.
type verdictJSON struct {
	File      string `json:"file"`
	Algorithm string `json:"algorithm"` // of the list
	Expected  string `json:"expected"`
	ETag      string `json:"etag,omitempty"` // none where the file could not be read
	Status    string `json:"status"`
	Error     string `json:"error,omitempty"`
}

// summary warns of n things, if there are any.
func (e *etagCommand) summary(list string, n int, one, many string) {
	switch {
	case n == 1:
		e.say("%s: warning: 1 %s", label(list), one)
	case n > 1:
		e.say("%s: warning: %d %s", label(list), n, many)
	}
}
