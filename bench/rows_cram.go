package main

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// The peak resident memory that seqlode may take on CRAM with two threads.
const cramMemoryBar = 256 << 20

// cramFile is the alignments of given data as CRAM.
type cramFile struct {
	kind string // as samtools names it, for the table
	path string
	bar  float64 // of its ETag beside samtools view | md5sum
}

// indexCopies is how often given alignments are in the file whose index is measured, so
// that samtools is at it for more than a second.
const indexCopies = 8

// cramFiles are the kinds of file that are measured, in dir.
func cramFiles(dir string) []cramFile {
	return []cramFile{
		{"version=3.0", filepath.Join(dir, "3.0.cram"), 0.90},
		{"version=3.1", filepath.Join(dir, "3.1.cram"), 0.95},
		{"version=3.1,archive", filepath.Join(dir, "archive.cram"), 1.10},
	}
}

// cramWorks are the works on CRAM files, which samtools makes of the BAM file of
// given data; made data has none.
func cramWorks(ctx context.Context, want func(string) bool, d data, seqlode, tmp string) (works []work, err error) {
	if d.bam == "" {
		return nil, nil
	}
	fasta := filepath.Join(filepath.Dir(d.bam), "ecoli.fa")
	for _, f := range cramFiles(tmp) {
		name := "etag, CRAM " + f.kind
		if !want(name) {
			continue
		}
		if err := makeCRAM(ctx, d.bam, fasta, f); err != nil {
			return nil, err
		}
		text, err := f.text(ctx, fasta)
		if err != nil {
			return nil, err
		}
		works = append(works, f.etag(name, text, fasta, seqlode))
	}
	if f := (cramFile{kind: "version=3.0,multi_seq_per_slice=1", path: filepath.Join(tmp, "multi.cram")}); want("index, CRAI") {
		if err := (copies{d.bam, fasta, indexCopies}).cram(ctx, tmp, f); err != nil {
			return nil, err
		}
		works = append(works, f.index(seqlode, tmp))
	}
	return works, nil
}

// makeCRAM writes a BAM file as CRAM.
func makeCRAM(ctx context.Context, bam, fasta string, f cramFile) error {
	cmd := exec.CommandContext(ctx, "samtools", "view", "-@1", "-T", fasta, "-O", "cram,"+f.kind, "-o", f.path, bam)
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%v: %w", cmd.Args, err)
	}
	return nil
}

// text is what samtools prints of a file.
func (f cramFile) text(ctx context.Context, fasta string) (text reads, err error) {
	cmd := exec.CommandContext(ctx, "samtools", "view", "-@1", "-T", fasta, f.path)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return text, err
	}
	if err := cmd.Start(); err != nil {
		return text, err
	}
	h := md5.New()
	text.size, err = io.Copy(h, out)
	text.md5 = hex.EncodeToString(h.Sum(nil))
	return text, errors.Join(err, cmd.Wait())
}

// etag is the ETag beside samtools' text and its hash, at every thread count.
func (f cramFile) etag(name string, text reads, fasta, seqlode string) work {
	var views [][]string
	for threads := range 3 {
		views = append(views, []string{"samtools", "view", "-@" + strconv.Itoa(threads), "-T", fasta})
	}
	return work{
		name: name, bytes: text.size,
		ours:  processes("seqlode", pipe{stages: [][]string{{seqlode, "etag", "--reference", fasta, f.path}}, want: []string{text.md5}}),
		peers: []peer{hashed(f.bar, f.path, text.md5, md5sum, views...)},
	}
}

// index is the CRAI of a file of which each slice is of several references, so that
// its records must be looked at.
func (f cramFile) index(seqlode, tmp string) work {
	out := filepath.Join(tmp, "out.crai")
	var variants []variant
	for threads := range 3 {
		line := pipe{stages: [][]string{{"samtools", "index", "-@" + strconv.Itoa(threads), f.path, out}}}
		variants = append(variants, variant{line.command(), []pipe{line}})
		if runtime.NumCPU() >= 2 {
			variants = append(variants, variant{line.command() + ", pinned", []pipe{line.pinned(0)}})
		}
	}
	return work{
		name:  "index, CRAI",
		ours:  processes("seqlode", pipe{stages: [][]string{{seqlode, "index", "--type", "crai", "-o", out, f.path}}}),
		peers: []peer{program("samtools index", 1.0, variants...)},
	}
}

// cramMemory is what the ETags of given alignments take.
func cramMemory(ctx context.Context, d data, seqlode, tmp string) (out []memory, err error) {
	if d.bam == "" {
		return nil, nil
	}
	fasta := filepath.Join(filepath.Dir(d.bam), "ecoli.fa")
	for _, f := range cramFiles(tmp) {
		if err := makeCRAM(ctx, d.bam, fasta, f); err != nil {
			return nil, err
		}
		text, err := f.text(ctx, fasta)
		if err != nil {
			return nil, err
		}
		m, err := f.memory(ctx, "CRAM "+f.kind, text, fasta, seqlode)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

// memory is what the ETag takes with two threads.
func (f cramFile) memory(ctx context.Context, name string, text reads, fasta, seqlode string) (memory, error) {
	start := time.Now()
	got, peak, err := peakRSS(ctx, nil, "env", "GOMAXPROCS=2", seqlode, "etag", "--threads", "2", "--reference", fasta, f.path)
	if err == nil && !strings.Contains(got, text.md5) {
		err = fmt.Errorf("printed %q, which does not hold %s", strings.TrimSpace(got), text.md5)
	}
	if err != nil {
		return memory{}, fmt.Errorf("memory, %s: %w", name, err)
	}
	return memory{name, text.size, time.Since(start), peak, cramMemoryBar}, nil
}
