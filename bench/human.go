package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"

	"github.com/seqlode/seqlode/reference"
)

// wideReads is pairs of short reads that lie all over the genome, sorted: some
// hundred thousand where the genome is of human size, so that each slice spans many
// megabases.
type wideReads struct {
	*references
	rnd  *rand.Rand
	sam  string
	text reads // of their records as samtools restores them
}

// pairsPerMB is how many pairs lie on a megabyte of the genome.
const pairsPerMB = 100

// write makes the SAM text.
func (w *wideReads) write(ctx context.Context) error {
	w.rnd = rand.New(rand.NewPCG(5, 5))
	w.sam = filepath.Join(w.tmp, "wide.sam")
	file, err := reference.Open(ctx, w.plain, reference.OpenOptions{})
	if err != nil {
		return err
	}
	defer file.Close()
	return whole(w.sam, func(out io.Writer) error {
		fmt.Fprintf(out, "@HD\tVN:1.6\tSO:coordinate\n@RG\tID:one\tSM:made\n")
		for _, s := range w.index.Sequences {
			fmt.Fprintf(out, "@SQ\tSN:%s\tLN:%d\tM5:%s\n", s.Name, s.Length, s.M5)
		}
		for i := range w.index.Sequences {
			s := &w.index.Sequences[i]
			lines, err := w.pairs(ctx, file, s, int(s.Length*pairsPerMB/1e6))
			if err != nil {
				return err
			}
			for _, l := range lines {
				if _, err := io.WriteString(out, l.text); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// placed is a line of SAM text and its place.
type placed struct {
	pos  int64
	text string
}

// pairs makes n pairs of reads of a sequence, in order.
func (w *wideReads) pairs(ctx context.Context, file *reference.File, s *reference.Sequence, n int) (lines []placed, err error) {
	const length = 150
	var bases []byte
	for i := range n {
		size := length + w.rnd.Int64N(400)
		if s.Length <= size {
			continue
		}
		beg := w.rnd.Int64N(s.Length - size)
		if bases, err = file.AppendBases(ctx, bases[:0], s.Contig, beg, beg+size); err != nil {
			return nil, err
		}
		if bytes.IndexByte(bases, 'N') >= 0 { // nothing is mapped there
			continue
		}
		name := fmt.Sprintf("A00:7:H5:%d:%d:%d:%d", 1+i%4, 1101+i%78, w.rnd.IntN(32000), w.rnd.IntN(37000))
		last := beg + size - length
		for _, end := range []struct {
			flag      int
			pos, mate int64
			size      int64
		}{{99, beg, last, size}, {147, last, beg, -size}} {
			seq := bases[end.pos-beg:][:length:length]
			lines = append(lines, placed{end.pos, fmt.Sprintf("%s\t%d\t%s\t%d\t%d\t%dM\t=\t%d\t%d\t%s\t%s\tAS:i:%d\tRG:Z:one\n",
				name, end.flag, s.Name, end.pos+1, w.rnd.IntN(61), length, end.mate+1, end.size, w.misread(seq), w.qualities(length), 100+w.rnd.IntN(51))})
		}
	}
	slices.SortStableFunc(lines, func(a, b placed) int { return int(a.pos - b.pos) })
	return lines, nil
}

// misread gives bases with a wrong one here and there.
func (w *wideReads) misread(seq []byte) []byte {
	seq = bytes.Clone(seq)
	for i := w.rnd.IntN(400); i < len(seq); i += 1 + w.rnd.IntN(400) {
		seq[i] = "ACGT"[w.rnd.IntN(4)]
	}
	return seq
}

// qualities makes runs of four values.
func (w *wideReads) qualities(n int) []byte {
	q := make([]byte, 0, n)
	for len(q) < n {
		value := "FFFFF:,#"[w.rnd.IntN(8)]
		for range min(1+w.rnd.IntN(30), n-len(q)) {
			q = append(q, value)
		}
	}
	return q
}

// memory is what an ETag of each of the CRAM files takes, with two threads, by the
// plain and by the bgzipped genome.
func (w *wideReads) memory(ctx context.Context) (out []memory, err error) {
	if missing := (pipe{stages: [][]string{{"samtools"}}}).absent(); missing != "" {
		fmt.Fprintln(os.Stderr, "no memory on CRAM:", missing)
		return nil, nil
	}
	if err := w.ready(); err != nil {
		return nil, err
	}
	if err := w.write(ctx); err != nil {
		return nil, err
	}
	for _, f := range cramFiles(w.tmp) {
		if err := makeCRAM(ctx, w.sam, w.plain, f); err != nil {
			return nil, err
		}
		if w.text.md5 == "" {
			if w.text, err = f.text(ctx, w.plain); err != nil {
				return nil, err
			}
		}
		for _, genome := range []struct{ how, path string }{{"plain", w.plain}, {"bgzipped", w.zip}} {
			name := fmt.Sprintf("CRAM %s, reads all over a %s genome of %d MB", f.kind, genome.how, w.size/1_000_000)
			m, err := f.memory(ctx, name, w.text, genome.path, w.seqlode)
			if err != nil {
				return nil, err
			}
			out = append(out, m)
		}
		if err := os.Remove(f.path); err != nil {
			return nil, err
		}
	}
	return out, nil
}
