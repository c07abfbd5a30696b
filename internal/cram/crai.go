package cram

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"strconv"

	kgzip "github.com/klauspost/compress/gzip"

	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/gzip"
)

// Index is a CRAI (§11): an entry for each slice, or for each reference of a
// slice of several, in the order of the file.
type Index []Entry

// Entry is a line of a CRAI.
type Entry struct {
	Ref       int32 // id in the header; -1 is none
	Start     int64 // from 1
	Span      int64
	Container int64 // offset in the file
	Slice     int32 // offset from the end of the container's header
	Size      int32 // of the slice, in bytes
}

// appendTo appends the entry's line.
func (e *Entry) appendTo(p []byte) []byte {
	for i, n := range [...]int64{int64(e.Ref), e.Start, e.Span, e.Container, int64(e.Slice), int64(e.Size)} {
		if i > 0 {
			p = append(p, '\t')
		}
		p = strconv.AppendInt(p, n, 10)
	}
	return append(p, '\n')
}

// AppendText appends the lines of the index as they are before compression.
func (x Index) AppendText(p []byte) []byte {
	for i := range x {
		p = x[i].appendTo(p)
	}
	return p
}

// Write writes the index as a file: compressed by gzip.
func (x Index) Write(w io.Writer) error {
	z := kgzip.NewWriter(w)
	if _, err := z.Write(x.AppendText(nil)); err != nil {
		return err
	}
	return z.Close()
}

// maxLine bounds a line of an index.
const maxLine = 1 << 10

// maxEntries bounds the lines of an index: they take some gigabyte then.
const maxEntries = 1 << 24

// ReadIndex reads a CRAI, compressed or not.
func ReadIndex(r io.Reader) (Index, error) {
	in := bufio.NewReader(r)
	if magic, _ := in.Peek(len(gzip.Magic)); string(magic) == gzip.Magic { // a failure comes again
		z := gzip.NewReader(context.Background(), in, gzip.Options{Threads: 1})
		defer z.Close()
		in = bufio.NewReader(z)
	}
	var x Index
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxLine)
	for n := int64(1); lines.Scan(); n++ {
		e, ok := parseEntry(lines.Bytes())
		if !ok {
			return nil, errs.At(errs.Corrupt, errs.Pos{Line: n}, "not a line of a CRAI index")
		}
		if len(x) == maxEntries {
			return nil, errs.At(errs.LimitExceeded, errs.Pos{Line: n}, "an index of more than %d lines", maxEntries)
		}
		x = append(x, e)
	}
	switch err := lines.Err(); {
	case err == nil:
		return x, nil
	case errors.Is(err, bufio.ErrTooLong):
		return nil, errs.At(errs.Corrupt, errs.Pos{}, "index: %w", err)
	default:
		return nil, errs.In(err, errs.Pos{})
	}
}

// parseEntry reads the six numbers of a line.
func parseEntry(line []byte) (e Entry, ok bool) {
	var n [6]int64
	for i := range n {
		field, rest, more := bytes.Cut(line, []byte{'\t'})
		if more != (i < len(n)-1) {
			return e, false
		}
		var err error
		if n[i], err = strconv.ParseInt(string(field), 10, 64); err != nil {
			return e, false
		}
		line = rest
	}
	e = Entry{int32(n[0]), n[1], n[2], n[3], int32(n[4]), int32(n[5])}
	return e, int64(e.Ref) == n[0] && e.Ref >= unplaced && e.Container >= 0 &&
		max(e.Start, -e.Start, e.Span, -e.Span) < 1<<40 &&
		int64(e.Slice) == n[4] && int64(e.Size) == n[5]
}

// first finds the first container that may hold records of a region.
func (x Index) first(in *region) (at int64, ok bool) {
	for i := range x {
		e := &x[i]
		if e.Ref != in.ref || e.Ref != unplaced && (e.Start > in.end || e.Start+e.Span-1 < in.beg) {
			continue
		}
		if !ok || e.Container < at {
			at, ok = e.Container, true
		}
	}
	return at, ok
}
