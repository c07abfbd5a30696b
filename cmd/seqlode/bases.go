package main

import (
	"context"
	"io"
	"os"

	"github.com/seqlode/seqlode/reference"
)

// referenceUsage is the help of --reference where CRAM is decoded.
const referenceUsage = "where the references of CRAM files are: a `FASTA` file, or a folder of files named by M5; other files need none"

// openBases opens what --reference names; "" is nothing.
func (a *app) openBases(ctx context.Context, path string) (bases reference.Bases, shut func(), err error) {
	if path == "" {
		return nil, func() {}, nil
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		bases, err := reference.Folder(path)
		return bases, func() {}, err
	}
	file, err := reference.Open(ctx, path, reference.OpenOptions{Threads: a.threads})
	if err != nil {
		return nil, nil, err
	}
	return file, func() { _ = file.Close() }, nil // it was only read
}

// isCRAM looks at the first bytes of a file.
func isCRAM(src io.Reader) bool {
	var head [4]byte
	f, ok := src.(io.ReaderAt)
	if !ok {
		return false
	}
	n, _ := f.ReadAt(head[:], 0) // a fault comes again when the file is read
	return string(head[:n]) == "CRAM"
}
