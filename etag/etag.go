package etag

import (
	"compress/gzip"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"hash"
	"io"
)

// Family is a family of hash algorithms, as a sequence store names it.
type Family string

// The families.
const (
	MD5up    Family = "MD5up"
	SHA256up Family = "SHA256up"
	SHA512up Family = "SHA512up"
)

// FileType is what a source holds, as HealthOmics names it.
type FileType string

// The file types.
const (
	FASTQ FileType = "FASTQ"
	BAM   FileType = "BAM"
	UBAM  FileType = "UBAM"
	CRAM  FileType = "CRAM"
)

// Options of a computation; the zero value is good.
type Options struct {
	Family   Family         // MD5up when empty
	Type     FileType       // sniffed when empty
	Threads  int            // 0: GOMAXPROCS; 1: no goroutines; n: n
	Strict   bool           // a warning becomes an error
	Progress func(Progress) // called now and then from one goroutine at a time
}

// Progress is how far a computation is.
type Progress struct {
	Source      int   // index of the source
	StoredBytes int64 // compressed bytes read so far
	TextBytes   int64 // decompressed bytes hashed so far
}

// Source is one input of [ComputeAll].
type Source struct {
	Name   string // for error messages
	Reader io.Reader
}

// Result is the ETag of one source and what was seen on the way.
type Result struct {
	Algorithm   string // "FASTQ_MD5up"
	Hex         string // lower-case
	Reads       int64
	Bases       int64
	StoredBytes int64
	TextBytes   int64
	Warnings    []Warning
	Err         error // set by ComputeAll where this source failed; the rest is then void
}

// Warning is something a person should know and a program may ignore.
type Warning struct {
	Code    string // stable, for programs: "missing-eof-block"
	Message string // for people
}

// Compute gives the ETag of one source.
func Compute(ctx context.Context, r io.Reader, opt Options) (Result, error) {
	res := ComputeAll(ctx, []Source{{Reader: r}}, opt)
	return res[0], res[0].Err
}

// ComputeAll gives the ETags of several sources, side by side.
func ComputeAll(ctx context.Context, srcs []Source, opt Options) []Result {
	out := make([]Result, len(srcs))
	for i, s := range srcs {
		zr, err := gzip.NewReader(s.Reader)
		if err != nil {
			out[i].Err = err
			continue
		}
		fam := opt.Family
		var h hash.Hash
		switch fam {
		case SHA256up:
			h = sha256.New()
		case SHA512up:
			h = sha512.New()
		default:
			fam, h = MD5up, md5.New()
		}
		n, err := io.Copy(h, zr)
		out[i] = Result{Algorithm: "FASTQ_" + string(fam), Hex: hex.EncodeToString(h.Sum(nil)), TextBytes: n, Err: err}
	}
	return out
}
