package fasta

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/seqlode/seqlode/internal/bgzf"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/gzip"
	"github.com/seqlode/seqlode/internal/pipeline"
)

// OpenOptions of [Open]; the zero value is good.
type OpenOptions struct {
	Threads    int               // where the file is to be read whole; 0: GOMAXPROCS
	Limiter    *pipeline.Limiter // shared bound on that; may be nil
	BlockCache int64             // bytes of decoded blocks that are kept; 0: DefaultBlockCache
	Sums       bool              // read the file whole even where there is an index, so that its M5s are known
}

// Open opens a FASTA file, plain or bgzipped. It takes the indexes FILE.fai and
// FILE.gzi where they are there; else it reads the file whole and writes nothing.
// Only a .gzi that is absent costs little: the blocks are walked through.
func Open(ctx context.Context, path string, opt OpenOptions) (*File, error) {
	r, err := os.Open(path)
	if err != nil {
		return nil, inPath(err, path)
	}
	f, err := opt.open(ctx, r, path)
	if err != nil {
		_ = r.Close() // it was only read
		return nil, inPath(err, path)
	}
	f.close = r.Close
	return f, nil
}

func (opt OpenOptions) open(ctx context.Context, r *os.File, path string) (*File, error) {
	info, err := r.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errs.At(errs.Validation, errs.Pos{}, "not a regular file: bases can't be looked up in it")
	}
	x, err := besides(path+".fai", ReadIndex)
	if err != nil {
		return nil, err
	}
	if x == nil || opt.Sums {
		sum, err := Scan(ctx, r, Options{Threads: opt.Threads, Limiter: opt.Limiter, Sums: opt.Sums})
		if err != nil {
			return nil, err
		}
		if sum.Bgzipped {
			return NewBlockFile(r, sum.Index, sum.Blocks, opt.BlockCache), nil
		}
		return NewFile(r, sum.Index), nil
	}
	magic := make([]byte, len(gzip.Magic))
	if _, err := r.ReadAt(magic, 0); err != nil && err != io.EOF {
		return nil, err
	}
	if string(magic) != gzip.Magic {
		return NewFile(r, x), nil
	}
	blocks, err := besides(path+".gzi", func(r io.Reader) (*bgzf.Index, error) {
		x, err := bgzf.ReadIndex(r)
		return &x, err
	})
	if err == nil && blocks == nil {
		blocks, err = walkBlocks(ctx, r)
	}
	if err != nil {
		return nil, err
	}
	return NewBlockFile(r, x, *blocks, opt.BlockCache), nil
}

// besides reads an index file, and gives nil where there is none.
func besides[X any](path string, read func(io.Reader) (*X, error)) (*X, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, inPath(err, path)
	}
	defer f.Close()
	x, err := read(f)
	return x, inPath(err, path)
}

// inPath names the file of an error.
func inPath(err error, path string) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		kind := errs.Internal
		switch {
		case errors.Is(err, fs.ErrNotExist):
			kind = errs.NotFound
		case errors.Is(err, fs.ErrPermission):
			kind = errs.AccessDenied
		}
		return &errs.Error{Kind: kind, Pos: errs.Pos{File: path}, Err: e.Err}
	}
	return errs.InFile(err, path, errs.Internal)
}
