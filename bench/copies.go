package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// copies is sorted alignments several times over, each time on references of their
// own: so many that an index of them takes a while.
type copies struct {
	bam, fasta string
	n          int
}

// as gives a name for a copy.
func (c copies) as(name []byte, i int) string { return fmt.Sprintf("%s.%d", name, i+1) }

// genome writes the references of all copies.
func (c copies) genome(path string) error {
	text, err := os.ReadFile(c.fasta)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	for i := range c.n {
		for line := range bytes.Lines(text) {
			if name, ok := bytes.CutPrefix(line, []byte(">")); ok {
				line = []byte(">" + c.as(bytes.Fields(name)[0], i) + "\n")
			}
			out.Write(line)
		}
	}
	return os.WriteFile(path, out.Bytes(), 0o644)
}

// write writes them as SAM text. What has no place is in the last copy alone.
func (c copies) write(ctx context.Context, w *bufio.Writer) error {
	header, err := exec.CommandContext(ctx, "samtools", "view", "-H", "--no-PG", c.bam).Output()
	if err != nil {
		return err
	}
	var references, others strings.Builder
	for i := range c.n {
		for line := range strings.Lines(string(header)) {
			if before, after, ok := strings.Cut(line, "\tSN:"); ok {
				name, after, _ := strings.Cut(after, "\t")
				fmt.Fprintf(&references, "%s\tSN:%s\t%s", before, c.as([]byte(name), i), after)
			} else if i == 0 {
				others.WriteString(line)
			}
		}
	}
	if _, err := w.WriteString(others.String() + references.String()); err != nil {
		return err
	}
	for i := range c.n {
		if _, err := renderSAM(c.bam, 2, func(p []byte) error {
			for line := range bytes.Lines(p) {
				f := bytes.SplitN(line, []byte("\t"), 4)
				if string(f[2]) == "*" && i < c.n-1 {
					continue
				}
				if string(f[2]) != "*" {
					f[2] = []byte(c.as(f[2], i))
				}
				if _, err := w.Write(bytes.Join(f, []byte("\t"))); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return w.Flush()
}

// cram writes them as a CRAM file, in dir.
func (c copies) cram(ctx context.Context, dir string, f cramFile) error {
	fasta := filepath.Join(dir, "copies.fa")
	if err := c.genome(fasta); err != nil {
		return err
	}
	r, w := io.Pipe()
	written := make(chan error, 1)
	go func() {
		err := c.write(ctx, bufio.NewWriterSize(w, 1<<20))
		w.CloseWithError(err)
		written <- err
	}()
	cmd := exec.CommandContext(ctx, "samtools", "view", "-@1", "-T", fasta, "-O", "cram,"+f.kind, "-o", f.path, "-")
	cmd.Stdin, cmd.Stderr = r, os.Stderr
	err := cmd.Run()
	_ = r.Close() // nobody reads on
	return errors.Join(err, <-written)
}
