package fasta

import (
	"context"
	"encoding/hex"
	"io"
	"time"

	"github.com/seqlode/seqlode/internal/bgzf"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/md5"
	"github.com/seqlode/seqlode/internal/pipeline"
)

// Options of [Scan]; the zero value is good.
type Options struct {
	Threads int               // decoders; 0: GOMAXPROCS; 1: no goroutines; n: n
	Limiter *pipeline.Limiter // shared bound on decoding; may be nil

	// Strict refuses what a reference store does (see the package comment).
	// Otherwise a file is taken where `samtools faidx` takes it.
	Strict bool

	Sums     bool               // compute the MD5s
	Progress func(stored int64) // told the stored bytes consumed so far, some times a second; may be nil
}

// Summary is what [Scan] finds in a file.
type Summary struct {
	Index       *Index     // its sequences; with their M5 where sums are computed
	Bgzipped    bool       // it is not plain text
	Blocks      bgzf.Index // of a bgzipped file
	MD5         string     // of the decompressed text, where sums are computed
	StoredBytes int64
	TextBytes   int64
	Warnings    []errs.Warning
}

// Scan reads a FASTA file once, plain or bgzipped, and tells all of it. Its index
// is that of `samtools faidx` and its blocks are those of `bgzip -r` in every
// byte. All goroutines have ended when Scan returns.
func Scan(ctx context.Context, r io.Reader, opt Options) (Summary, error) {
	src := &source{r: r, opt: bgzf.Options{Threads: opt.Threads, Limiter: opt.Limiter}}
	s := newScanner(opt.Strict, opt.Sums)
	closed := false
	pipe := pipeline.Start(ctx, pipeline.Stage[*chunk]{
		Threads: pipeline.Threads(opt.Threads),
		Slots:   slots,
		New:     func() *chunk { return new(chunk) },
		Fill: func(ctx context.Context, c *chunk) (bool, error) {
			if closed {
				return false, io.EOF
			}
			err := src.next(ctx, c)
			if err == nil {
				return false, s.write(c.text, &c.bases)
			}
			if err == io.EOF {
				closed = true
				err = s.close(&c.bases)
			}
			return false, err
		},
		Worker: func() func(*chunk) error { return func(*chunk) error { return nil } },
	})
	stop := bgzf.Interrupt(pipe.Context(), r)
	h := newHasher()
	text, err := consume(pipe, h, opt)
	pipe.Close()
	src.close()
	stop()
	if err != nil {
		return Summary{}, err
	}
	sum := Summary{
		Index:       &s.x,
		Bgzipped:    src.blocks != nil,
		Blocks:      src.gzi.x,
		StoredBytes: src.stored,
		TextBytes:   text,
		Warnings:    append(src.end().Warnings(), s.notes.warnings()...),
	}
	if opt.Sums {
		sum.MD5 = hex.EncodeToString(h.file.Sum(nil))
		for i := range s.x.Sequences {
			s.x.Sequences[i].M5 = hex.EncodeToString(h.sums[i][:])
		}
	}
	return sum, nil
}

// slots is how many chunks are on their way to their hashes.
const slots = 3

// consume hashes the chunks and gives the size of the text.
func consume(pipe *pipeline.Pipe[*chunk], h *hasher, opt Options) (text int64, err error) {
	told := teller{tell: opt.Progress}
	for {
		slot, err := pipe.Next()
		if err == io.EOF {
			return text, nil
		}
		if err != nil {
			return 0, err
		}
		c := slot.Unit
		if opt.Sums {
			h.write(c.text, &c.bases)
		}
		text += int64(len(c.text))
		told.at(c.stored)
		c.release()
		slot.Release()
	}
}

// teller reports progress, at most some ten times a second.
type teller struct {
	tell func(int64)
	told time.Time
}

func (t *teller) at(stored int64) {
	if t.tell == nil {
		return
	}
	if now := time.Now(); now.Sub(t.told) >= 100*time.Millisecond {
		t.told = now
		t.tell(stored)
	}
}

// hasher computes the MD5 of the text and of each sequence side by side.
type hasher struct {
	file  *md5.Digest
	seq   *md5.Digest // of the sequence under way
	sums  [][md5.Size]byte
	spare []*md5.Digest

	digests []*md5.Digest
	parts   [][]byte
}

func newHasher() *hasher { return &hasher{file: md5.New(), seq: md5.New()} }

// write hashes a chunk. The sums of sequences that end in it and are kept go to
// sums.
func (h *hasher) write(text []byte, g *gathered) {
	h.digests, h.parts = append(h.digests[:0], h.file), append(h.parts[:0], text)
	from := 0
	for _, end := range g.ends {
		h.digests, h.parts = append(h.digests, h.seq), append(h.parts, g.bases[from:end.at])
		h.seq, from = h.fresh(), end.at
	}
	md5.Update(append(h.digests, h.seq), append(h.parts, g.bases[from:]))
	for i, end := range g.ends {
		d := h.digests[1+i]
		if end.kept {
			h.sums = append(h.sums, [md5.Size]byte(d.Sum(nil)))
		}
		h.spare = append(h.spare, d)
	}
}

// fresh gives a digest of no bytes.
func (h *hasher) fresh() *md5.Digest {
	n := len(h.spare)
	if n == 0 {
		return md5.New()
	}
	d := h.spare[n-1]
	h.spare = h.spare[:n-1]
	d.Reset()
	return d
}
