package main

import (
	"bufio"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"

	"github.com/seqlode/seqlode/internal/simreads"
)

// reads is one text of reads and its forms, as absolute paths.
type reads struct {
	name   string // what it is, for the table
	text   string // "" where only forms are there
	gzip   string
	bgzf   string
	size   int64 // of the text
	md5    string
	sha256 string
}

// data is what the works run on.
type data struct {
	note  string // where it comes from
	main  reads  // all forms
	mate  reads  // BGZF alone
	other *reads // with qualities in 4 bins, BGZF alone; nil with given data
	bam   string // a sorted BAM file; "" where there is none
}

// givenData takes the files that another tool made: r1.fq, r1.gz.fq.gz,
// r1.bgzf.fq.gz, r2.bgzf.fq.gz and, where it is there, ecoli.bam.
func givenData(dir string) (data, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return data{}, err
	}
	d := data{note: "given files"}
	d.main = reads{name: "given reads", text: filepath.Join(dir, "r1.fq"), gzip: filepath.Join(dir, "r1.gz.fq.gz"), bgzf: filepath.Join(dir, "r1.bgzf.fq.gz")}
	d.mate = reads{name: "their mates", bgzf: filepath.Join(dir, "r2.bgzf.fq.gz")}
	if file := filepath.Join(dir, "ecoli.bam"); fileExists(file) {
		d.bam = file
	}
	if err := d.main.sum(); err != nil {
		return data{}, err
	}
	return d, d.mate.sum()
}

func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// madeData makes mb million bytes of text in each of three files, in the forms
// that are needed; what dir already holds of that size stays.
func madeData(dir string, mb int64) (data, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return data{}, err
	}
	at := func(name string) string { return filepath.Join(dir, fmt.Sprintf("%d-%s", mb, name)) }
	d := data{note: fmt.Sprintf("made by internal/simreads, %d MB of text, deflate level 6 of klauspost/compress", mb)}
	d.main = reads{name: "40 qualities", text: at("r1.fq"), gzip: at("r1.gz.fq.gz"), bgzf: at("r1.bgzf.fq.gz")}
	d.mate = reads{name: "40 qualities", bgzf: at("r2.bgzf.fq.gz")}
	d.other = &reads{name: "4 qualities", bgzf: at("q4.bgzf.fq.gz")}
	for _, m := range []struct {
		*reads
		opt simreads.Options
	}{
		{&d.main, simreads.Options{Seed: 1, Profile: simreads.Illumina40, Mate: 1}},
		{&d.mate, simreads.Options{Seed: 1, Profile: simreads.Illumina40, Mate: 2}},
		{d.other, simreads.Options{Seed: 2, Profile: simreads.Illumina4}},
	} {
		m.opt.Bytes = mb * 1_000_000
		if err := m.make(m.opt); err != nil {
			return data{}, err
		}
		if err := m.sum(); err != nil {
			return data{}, err
		}
	}
	return d, nil
}

// make writes the forms that have a path and are not there yet.
func (r *reads) make(opt simreads.Options) error {
	for _, form := range []struct {
		path string
		wrap func(io.Writer) (io.WriteCloser, error)
	}{
		{r.text, func(w io.Writer) (io.WriteCloser, error) { return plain{w}, nil }},
		{r.gzip, simreads.Gzip.NewWriter},
		{r.bgzf, simreads.BGZF.NewWriter},
	} {
		if form.path == "" {
			continue
		}
		if _, err := os.Stat(form.path); !errors.Is(err, os.ErrNotExist) {
			if err != nil {
				return err
			}
			continue
		}
		if err := writeForm(form.path, form.wrap, opt); err != nil {
			return err
		}
	}
	return nil
}

// plain is text as it is.
type plain struct{ io.Writer }

func (plain) Close() error { return nil }

// writeForm writes reads in one form; the file gets its name when it is whole.
func writeForm(path string, wrap func(io.Writer) (io.WriteCloser, error), opt simreads.Options) error {
	f, err := os.CreateTemp(filepath.Dir(path), "part-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone by then where all went well
	err = func() error {
		buf := bufio.NewWriterSize(f, 1<<20)
		zw, err := wrap(buf)
		if err != nil {
			return err
		}
		if _, err := simreads.Write(zw, opt); err != nil {
			return err
		}
		if err := zw.Close(); err != nil {
			return err
		}
		return buf.Flush()
	}()
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// sum fills in the size and the hashes, from the text or from the BGZF form by
// way of the standard library.
func (r *reads) sum() error {
	from := r.text
	if from == "" {
		from = r.bgzf
	}
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	var in io.Reader = f
	if r.text == "" {
		if in, err = stdGunzip(bufio.NewReaderSize(f, 1<<20)); err != nil {
			return fmt.Errorf("%s: %w", from, err)
		}
	}
	hashes := [2]hash.Hash{md5.New(), sha256.New()}
	if r.size, err = io.Copy(io.MultiWriter(hashes[0], hashes[1]), in); err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	r.md5, r.sha256 = hex.EncodeToString(hashes[0].Sum(nil)), hex.EncodeToString(hashes[1].Sum(nil))
	return nil
}
