package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/seqlode/seqlode/internal/bgzf"
	"github.com/seqlode/seqlode/internal/simreads"
	"github.com/seqlode/seqlode/reference"
)

// genome is a FASTA file and its bgzipped form with their indexes beside them.
type genome struct {
	plain, zip string
	index      *reference.Index // with M5s
	size       int64            // of the text
	md5        string
	regions    string // a file of random regions
	spans      []reference.Region
}

const (
	spanCount = 10_000
	spanBases = 1000
)

// fastaWorks are the works on a genome of mb million bytes, which is made in dir
// where one of them is wanted.
func fastaWorks(wanted func(string) bool, dir string, mb int64, seqlode, tmp string) ([]work, error) {
	var g genome
	works := []func() work{
		func() work { return g.indexed(seqlode, tmp) },
		func() work { return g.sums("index, M5s and MD5 of FASTA", g.plain, tmp, "md5sum "+g.plain) },
		func() work {
			return g.sums("index, M5s and MD5 of bgzipped FASTA", g.zip, tmp, "bgzip -@2 -dc "+g.zip+" | md5sum")
		},
		func() work { return g.random() },
	}
	var out []work
	for _, w := range works {
		if !wanted(w().name) {
			continue
		}
		if g.plain == "" {
			if err := g.make(dir, mb); err != nil {
				return nil, err
			}
		}
		out = append(out, w())
	}
	return out, nil
}

// make makes the files that are not there yet.
func (g *genome) make(dir string, mb int64) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, "making a genome")
	plain := filepath.Join(dir, fmt.Sprintf("%d-genome.fa", mb))
	g.plain, g.zip, g.regions = plain, plain+".gz", plain+".regions"
	if err := whole(g.plain, func(w io.Writer) error {
		_, err := simreads.WriteFASTA(w, simreads.FASTAOptions{Seed: 3, Bytes: mb * 1_000_000})
		return err
	}); err != nil {
		return err
	}
	if err := whole(g.zip, func(w io.Writer) error {
		return reading(g.plain, func(r io.Reader) error {
			zw, err := bgzf.NewWriter(context.Background(), w, bgzf.DefaultLevel, bgzf.WriterOptions{})
			if err != nil {
				return err
			}
			_, err = io.Copy(zw, r)
			return errors.Join(err, zw.Close())
		})
	}); err != nil {
		return err
	}
	var sum reference.Summary
	if err := reading(g.zip, func(r io.Reader) (err error) {
		sum, err = reference.Scan(context.Background(), r, reference.Options{Sums: true})
		return err
	}); err != nil {
		return err
	}
	g.index, g.size, g.md5 = sum.Index, sum.TextBytes, sum.MD5
	var fai, gzi, regions bytes.Buffer
	if _, err := sum.Index.WriteTo(&fai); err != nil {
		return err
	}
	if err := sum.WriteGZI(&gzi); err != nil {
		return err
	}
	for i, r := 0, rand.New(rand.NewPCG(4, 4)); i < spanCount; i++ {
		s := &sum.Index.Sequences[r.IntN(len(sum.Index.Sequences))]
		beg := r.Int64N(s.Length - spanBases)
		label := fmt.Sprintf("%s:%d-%d", s.Name, beg+1, beg+spanBases)
		g.spans = append(g.spans, reference.Region{Label: label, Span: reference.Span{Sequence: s, Beg: beg, End: beg + spanBases}})
		regions.WriteString(label + "\n")
	}
	return errors.Join(
		os.WriteFile(g.plain+".fai", fai.Bytes(), 0o644),
		os.WriteFile(g.zip+".fai", fai.Bytes(), 0o644),
		os.WriteFile(g.zip+".gzi", gzi.Bytes(), 0o644),
		os.WriteFile(g.regions, regions.Bytes(), 0o644))
}

// whole makes a file that is not there; it gets its name when it is whole.
func whole(path string, write func(io.Writer) error) error {
	if fileExists(path) {
		return nil
	}
	f, err := os.CreateTemp(filepath.Dir(path), "part-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone by then where all went well
	buf := bufio.NewWriterSize(f, 1<<20)
	if err := errors.Join(write(buf), buf.Flush(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// reading calls f with the content of a file.
func reading(path string, f func(io.Reader) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	return f(file)
}

// shellPeer is a peer that is one line of the shell with samtools in it, free and on
// one core.
func shellPeer(name string, bar float64, line string, want ...string) peer {
	if (pipe{stages: [][]string{{"samtools"}, {"bgzip"}}}).absent() != "" {
		return peer{name: name, bar: bar}
	}
	free := pipe{stages: [][]string{{"sh", "-c", line}}, want: want}
	variants := []variant{{name, []pipe{free}}}
	if runtime.NumCPU() >= 2 {
		variants = append(variants, variant{name + ", pinned", []pipe{free.pinned(0)}})
	}
	return program(name, bar, variants...)
}

func (g *genome) indexed(seqlode, tmp string) work {
	out := filepath.Join(tmp, "out.fai")
	return work{
		name: "index, FAI", bytes: g.size,
		ours:  processes("seqlode", pipe{stages: [][]string{{seqlode, "index", "--type", "fai", "-o", out, g.plain}}}),
		peers: []peer{shellPeer("samtools faidx", 0.50, "samtools faidx --fai-idx "+out+" "+g.plain)},
	}
}

// sums is all that an import wants to know of a file, in one pass within this
// process.
func (g *genome) sums(name, file, tmp, hash string) work {
	out := filepath.Join(tmp, "out")
	return work{
		name: name, bytes: g.size,
		ours: inside("reference.Scan", g.size, func() (n int64, err error) {
			err = reading(file, func(r io.Reader) error {
				sum, err := reference.Scan(context.Background(), r, reference.Options{Strict: true, Sums: true})
				if err == nil && sum.MD5 != g.md5 {
					err = fmt.Errorf("MD5 is %s, not %s", sum.MD5, g.md5)
				}
				n = sum.TextBytes
				return err
			})
			return n, err
		}),
		peers: []peer{shellPeer("samtools faidx; "+strings.ReplaceAll(hash, " "+file, ""), 0.60,
			fmt.Sprintf("samtools faidx --fai-idx %s.fai --gzi-idx %s.gzi %s && %s", out, out, file, hash), g.md5)},
	}
}

// random is random spans of the bgzipped file, within this process.
func (g *genome) random() work {
	first := ""
	if len(g.spans) > 0 {
		first = ">" + g.spans[0].Label
	}
	size := int64(spanCount * spanBases)
	return work{
		name: "10000 spans of 1 kb of bgzipped FASTA", bytes: size,
		ours: inside("reference.Open, Write", size, func() (int64, error) {
			f, err := reference.Open(context.Background(), g.zip, reference.OpenOptions{})
			if err != nil {
				return 0, err
			}
			defer f.Close()
			var n counter
			if err := reference.Write(context.Background(), &n, f, g.spans, 0, 0); err != nil {
				return 0, err
			}
			text := int64(n)
			for _, r := range g.spans {
				text -= int64(len(r.Label)) + 2 + (spanBases+reference.DefaultWidth-1)/reference.DefaultWidth
			}
			return text, nil
		}),
		peers: []peer{shellPeer("samtools faidx -r", 0.70, "samtools faidx -r "+g.regions+" "+g.zip, first)},
	}
}
