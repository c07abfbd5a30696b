package main

import (
	"bytes"
	"context"
	"io"

	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/reference"
)

// runFAI makes the index of a FASTA file, and where it is bgzipped and the index
// lies beside it, that of its blocks.
func (x *indexCommand) runFAI(ctx context.Context, file string, src io.Reader) error {
	sum, err := reference.Scan(ctx, src, x.scanOptions())
	if err != nil {
		return err
	}
	if x.strict {
		if err := errs.Strict(sum.Warnings); err != nil {
			return err
		}
	}
	var fai, gzi bytes.Buffer
	if _, err := sum.Index.WriteTo(&fai); err != nil {
		return err
	}
	made := indexJSON{File: file, Index: x.out, Format: string(faiType), Warnings: sum.Warnings}
	if x.out == "" {
		made.Index = file + ".fai"
		if sum.Bgzipped {
			if err := sum.WriteGZI(&gzi); err != nil {
				return err
			}
			made.GZI = file + ".gzi"
			if err := writeFile(made.GZI, &gzi); err != nil {
				return err
			}
		}
	}
	if err := writeFile(made.Index, &fai); err != nil {
		return err
	}
	return x.report(made)
}

// runGZI makes the index of a bgzipped file's blocks.
func (x *indexCommand) runGZI(ctx context.Context, file string, src io.Reader) error {
	sum, err := reference.ScanBlocks(ctx, src, x.scanOptions())
	if err != nil {
		return err
	}
	if x.strict {
		if err := errs.Strict(sum.Warnings); err != nil {
			return err
		}
	}
	var gzi bytes.Buffer
	if err := sum.WriteGZI(&gzi); err != nil {
		return err
	}
	made := indexJSON{File: file, Index: x.out, Format: string(gziType), Warnings: sum.Warnings}
	if x.out == "" {
		made.Index = file + ".gzi"
	}
	if err := writeFile(made.Index, &gzi); err != nil {
		return err
	}
	return x.report(made)
}

func (x *indexCommand) scanOptions() reference.Options {
	return reference.Options{Threads: x.threads, Progress: x.progress.set}
}
