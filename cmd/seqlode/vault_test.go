package main

import (
	"bytes"
	"encoding/json"
	"os"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/seqlode/seqlode/readset"
)

// jsonlines makes sure that standard output is N lines, each a JSON object:
// jsonlines N
func jsonlines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: jsonlines N")
	}
	lines := strings.SplitAfter(ts.ReadFile("stdout"), "\n")
	if last := len(lines) - 1; lines[last] == "" {
		lines = lines[:last]
	}
	for _, line := range lines {
		var object map[string]any
		ts.Check(json.Unmarshal([]byte(line), &object))
	}
	if strconv.Itoa(len(lines)) != args[0] {
		ts.Fatalf("%d lines, want %s", len(lines), args[0])
	}
}

// genome writes FASTA with the sequences of a BAM file's header: genome BAM FASTA
func genome(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: genome BAM FASTA")
	}
	r, err := readset.Open(strings.NewReader(ts.ReadFile(args[0])), readset.Options{})
	ts.Check(err)
	defer r.Close()
	var text bytes.Buffer
	for i, ref := range r.Header().References() {
		text.WriteString(">" + ref.Name + "\n")
		for at := range ref.Length {
			text.WriteByte("ACGT"[(at/7+int64(i))%4]) // no two sequences are equal
			if at%60 == 59 || at == ref.Length-1 {
				text.WriteByte('\n')
			}
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), text.Bytes(), 0o666))
}

// flip changes a byte in the middle of a file: flip FILE
func flip(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: flip FILE")
	}
	data := []byte(ts.ReadFile(args[0]))
	data[len(data)/2] ^= 0x10
	ts.Check(os.Chmod(ts.MkAbs(args[0]), 0o666))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), data, 0o666))
}

// join writes files one behind the other: join TO FROM...
func join(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: join TO FROM...")
	}
	var all strings.Builder
	for _, name := range args[1:] {
		all.WriteString(ts.ReadFile(name))
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(all.String()), 0o666))
}
