package main

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/errs"
)

func TestLabel(t *testing.T) {
	for file, want := range map[string]string{
		"-":              "standard input",
		"./-":            "./-",
		"a b.gz":         "a b.gz",
		"Größe.fq.gz":    "Größe.fq.gz",
		"":               `""`,
		"line\nfeed":     `"line\nfeed"`,
		"\x1b[31mred.gz": `"\x1b[31mred.gz"`,
	} {
		require.Equal(t, want, label(file))
	}
}

// The file's name stands before the message; it isn't said again.
func TestCause(t *testing.T) {
	noSuch := &fs.PathError{Op: "open", Path: "a.gz", Err: syscall.ENOENT}
	inFile := &errs.Error{Op: "etag", Kind: errs.Corrupt, Pos: errs.Pos{File: "a.gz", Record: 3, Line: 12}, Err: errors.New("bad quality")}
	for _, c := range []struct {
		err  error
		want string
	}{
		{errors.New("plain"), "plain"},
		{noSuch, syscall.ENOENT.Error()},
		{fmt.Errorf("opening: %w", noSuch), syscall.ENOENT.Error()},
		{inFile, "record 3, line 12: bad quality"},
		{errs.InFile(errors.New("cut short"), "a.gz", errs.Corrupt), "cut short"},
	} {
		require.Equal(t, c.want, cause(c.err))
	}
	require.Equal(t, "a.gz", inFile.Pos.File, "the error itself is untouched")
}
