package main

import (
	"context"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/seqlode/seqlode"
)

// mkvault makes an empty vault: mkvault DIR
func mkvault(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: mkvault DIR")
	}
	v, err := seqlode.Open(context.Background(), seqlode.Options{Dir: ts.MkAbs(args[0])})
	ts.Check(err)
	ts.Check(v.Close())
}
