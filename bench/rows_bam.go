package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	biogo "github.com/biogo/hts/bam"

	"github.com/seqlode/seqlode/internal/bam"
)

// bamFile is a sorted BAM file and what its SAM text is.
type bamFile struct {
	path string
	reads
}

// bamWorks are the works on the BAM file of given data; made data has none.
func bamWorks(d data, seqlode, tmp string) ([]work, error) {
	if d.bam == "" {
		return nil, nil
	}
	b := bamFile{d.bam, reads{name: "given alignments", text: filepath.Join(tmp, "records.sam")}}
	if err := b.write(); err != nil {
		return nil, err
	}
	return []work{b.etagMD5(seqlode), b.etagSHA256(seqlode), b.etagFour(seqlode), b.index(seqlode, tmp), b.sam()}, nil
}

// write makes the SAM text and takes its hashes.
func (b *bamFile) write() error {
	f, err := os.Create(b.text)
	if err != nil {
		return err
	}
	_, err = renderSAM(b.path, 2, func(p []byte) error {
		_, err := f.Write(p)
		return err
	})
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return b.sum()
}

// views are the ways in which samtools gives the text.
func (b *bamFile) views() (out [][]string) {
	for threads := range 3 {
		out = append(out, []string{"samtools", "view", "-@" + strconv.Itoa(threads)})
	}
	return out
}

func (b *bamFile) etagMD5(seqlode string) work {
	return work{
		name: "etag, BAM", bytes: b.size,
		ours: processes("seqlode", pipe{stages: [][]string{{seqlode, "etag", b.path}}, want: []string{b.md5}}),
		peers: []peer{
			programPeer(1.10, pipe{stages: [][]string{{"md5sum", b.text}}, want: []string{b.md5}}),
			hashed(0.95, b.path, b.md5, md5sum, b.views()...),
		},
	}
}

func (b *bamFile) etagSHA256(seqlode string) work {
	return work{
		name: "etag SHA256up, BAM", bytes: b.size,
		ours:  processes("seqlode", pipe{stages: [][]string{{seqlode, "etag", "--family", "SHA256up", b.path}}, want: []string{b.sha256}}),
		peers: []peer{hashed(0.75, b.path, b.sha256, []string{"openssl", "dgst", "-sha256"}, b.views()...)},
	}
}

// etagFour is four files at once; the peer runs two pipes at a time.
func (b *bamFile) etagFour(seqlode string) work {
	var variants []variant
	for _, view := range b.views() {
		script := "printf '%s\\n' 1 2 3 4 | xargs -P2 -I{} sh -c '" + strings.Join(view, " ") + " \"$0\" | md5sum' \"$0\""
		variants = append(variants, variant{"xargs -P2 of " + strings.Join(view, " ") + " | md5sum",
			[]pipe{{stages: [][]string{{"sh", "-c", script, b.path}}, want: []string{b.md5}}}})
	}
	four := program("xargs -P2 of samtools view | md5sum", 0.65, variants...)
	return work{
		name: "etag, four BAM files", bytes: 4 * b.size,
		ours:  processes("seqlode", pipe{stages: [][]string{{seqlode, "etag", b.path, b.path, b.path, b.path}}, want: []string{b.md5}}),
		peers: []peer{four},
	}
}

func (b *bamFile) index(seqlode, tmp string) work {
	out := filepath.Join(tmp, "out.bai")
	var variants []variant
	for threads := range 3 {
		line := pipe{stages: [][]string{{"samtools", "index", "-@" + strconv.Itoa(threads), "-b", b.path, out}}}
		variants = append(variants, variant{line.command(), []pipe{line}})
		if runtime.NumCPU() >= 2 {
			variants = append(variants, variant{line.command() + ", pinned", []pipe{line.pinned(0)}})
		}
	}
	return work{
		name: "index, BAI", bytes: b.size,
		ours:  processes("seqlode", pipe{stages: [][]string{{seqlode, "index", "--type", "bai", "-o", out, b.path}}}),
		peers: []peer{program("samtools index", 0.70, variants...)},
	}
}

// sam is SAM text within one process.
func (b *bamFile) sam() work {
	return work{
		name: "SAM text of BAM, threads: 2", bytes: b.size,
		ours: inside("internal/bam", b.size, func() (int64, error) {
			return renderSAM(b.path, 2, func([]byte) error { return nil })
		}),
		peers: []peer{library("biogo/hts/bam, rd 2", 1.0/5, b.size, opened(b.path, func(r io.Reader) (int64, error) {
			br, err := biogo.NewReader(r, 2)
			if err != nil {
				return 0, err
			}
			var total int64
			for {
				rec, err := br.Read()
				if err == io.EOF {
					return total, br.Close()
				}
				if err != nil {
					return total, errors.Join(err, br.Close())
				}
				text, err := rec.MarshalText()
				if err != nil {
					return total, errors.Join(err, br.Close())
				}
				total += int64(len(text)) + 1
			}
		}))},
	}
}

// renderSAM gives the SAM text of a file in pieces and counts it.
func renderSAM(path string, threads int, take func([]byte) error) (total int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	opt := bam.Options{Threads: threads}
	r, err := bam.NewReader(context.Background(), f, opt)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	t := bam.NewText(context.Background(), r, opt, nil)
	defer t.Close()
	for {
		s, err := t.Next()
		if err == io.EOF {
			return total, nil
		}
		if err != nil {
			return total, err
		}
		total += int64(len(s.Unit.Text))
		err = take(s.Unit.Text)
		s.Release()
		if err != nil {
			return total, err
		}
	}
}
