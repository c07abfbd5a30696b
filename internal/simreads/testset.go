package simreads

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
)

// testFile is one file of the test set: a text and its form.
type testFile struct {
	name string
	text Options
	form func(w io.Writer, text []byte) error
}

// The same reads stand in five forms, so that their ETags are equal.
var (
	reads   = Options{Seed: 1, Profile: Illumina4, Reads: 1200}
	testSet = []testFile{
		{"reads.fastq.gz", reads, BGZF.put},
		{"reads.noeof.fastq.gz", reads, BGZFNoEOF.put},
		{"reads.gzip.fastq.gz", reads, Gzip.put},
		{"reads.multi.fastq.gz", reads, MultiMember.put},
		{"reads.mixed.fastq.gz", reads, putMixed},
		{"reads_1.fastq.gz", Options{Seed: 2, Profile: Illumina40, Mate: 1, Reads: 400}, BGZF.put},
		{"reads_2.fastq.gz", Options{Seed: 2, Profile: Illumina40, Mate: 2, Reads: 400}, BGZF.put},
		{"long.fastq.gz", Options{Seed: 3, Profile: Nanopore, Reads: 8}, BGZF.put},
		{"crlf.fastq.gz", Options{Seed: 4, Profile: Illumina4, Reads: 60, CRLF: true}, Gzip.put},
	}
)

// WriteTestSet writes the files of the repository's testdata folder and the
// list of their ETags into dir.
func WriteTestSet(dir string) error {
	var list, text bytes.Buffer
	var of Options // what text holds
	for _, f := range testSet {
		if f.text != of {
			text.Reset()
			if _, err := Write(&text, f.text); err != nil {
				return err
			}
			of = f.text
		}
		var stored bytes.Buffer
		if err := f.form(&stored, text.Bytes()); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, f.name), stored.Bytes(), 0o644); err != nil {
			return err
		}
		fmt.Fprintf(&list, "FASTQ_MD5up  %x  %s\n", md5.Sum(text.Bytes()), f.name)
		fmt.Fprintf(&list, "FASTQ_SHA256up  %x  %s\n", sha256.Sum256(text.Bytes()), f.name)
		fmt.Fprintf(&list, "FASTQ_SHA512up  %x  %s\n", sha512.Sum512(text.Bytes()), f.name)
	}
	return os.WriteFile(filepath.Join(dir, "etags.txt"), list.Bytes(), 0o644)
}

// put writes a whole text in one form.
func (c Container) put(w io.Writer, text []byte) error {
	zw, err := c.NewWriter(w)
	if err != nil {
		return err
	}
	if _, err := zw.Write(text); err != nil {
		return err
	}
	return zw.Close()
}

// putMixed writes blocks and ordinary members in turn, cut anywhere within
// records: two blocks, an EOF block where no file ends, a member with a name,
// a comment and an extra field that is not BGZF's, an empty member, a short
// block, an empty block that is not the EOF block, a plain member, and the EOF
// block.
func putMixed(w io.Writer, text []byte) error {
	fw, err := flate.NewWriter(io.Discard, level)
	if err != nil {
		return err
	}
	zw, err := gzip.NewWriterLevel(w, level)
	if err != nil {
		return err
	}
	take := func(n int) []byte {
		piece := text[:n]
		text = text[n:]
		return piece
	}
	block := func(n int) error { return putBlock(fw, w, take(n)) }
	member := func(n int) error { return putMember(zw, w, take(n)) }
	raw := func(p []byte) func() error { return func() error { _, err := w.Write(p); return err } }
	named := func(n int) error {
		zw.Name, zw.Comment, zw.Extra = "reads.fastq", "not a block", []byte("XY\x02\x00\x00\x00")
		defer func() { zw.Header = gzip.Header{OS: zw.OS} }()
		return member(n)
	}
	for _, step := range []func() error{
		func() error { return block(blockText) },
		func() error { return block(blockText) },
		raw(eofBlock),
		func() error { return named(100_001) },
		func() error { return member(0) },
		func() error { return block(77) },
		raw(emptyBlock),
		func() error { return member(len(text)) },
		raw(eofBlock),
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}
