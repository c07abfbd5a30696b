package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// The peak resident memory that the import of a reference may take.
const referenceMemoryBar = 128 << 20

// references are the works of a reference store, by the command: the import of a
// genome, and spans of it.
type references struct {
	genome
	seqlode, tmp string
	dir          string // where the genome is made
	mb           int64
}

const (
	importPlain = "import, FASTA"
	importZip   = "import, bgzipped FASTA"
	storedSpans = "10000 spans of 1 kb of a stored reference"
)

// ready makes the genome where it is not there yet.
func (r *references) ready() error {
	if r.plain != "" {
		return nil
	}
	return r.make(r.dir, r.mb)
}

// works are those that are wanted.
func (r *references) works(ctx context.Context, wanted func(string) bool) (out []work, err error) {
	for _, w := range []struct {
		name string
		make func() (work, error)
	}{
		{importPlain, func() (work, error) { return r.imported(importPlain, r.plain, "md5sum %s"), nil }},
		{importZip, func() (work, error) { return r.imported(importZip, r.zip, "bgzip -@2 -dc %s | md5sum"), nil }},
		{storedSpans, func() (work, error) { return r.spansOf(ctx) }},
	} {
		if !wanted(w.name) {
			continue
		}
		if err := r.ready(); err != nil {
			return nil, err
		}
		made, err := w.make()
		if err != nil {
			return nil, err
		}
		out = append(out, made)
	}
	return out, nil
}

// command imports a file into a vault.
func (r *references) command(vault, file string) []string {
	return []string{r.seqlode, "reference", "import", "--vault", vault, "--json", "bench", file}
}

// imported is an import into a new vault beside what it replaces, one after the
// other: a copy that lasts, an index, and the hash of the text.
func (r *references) imported(name, file, hash string) work {
	vault, copied := filepath.Join(r.tmp, "reference-vault"), filepath.Join(r.tmp, "copy.fa")
	hash = fmt.Sprintf(hash, copied)
	fresh := func(c contender) contender {
		return contender{c.name, func(ctx context.Context) (sample, error) {
			old, err := filepath.Glob(copied + "*")
			for _, f := range append(old, vault) {
				err = errors.Join(err, os.RemoveAll(f))
			}
			if err != nil {
				return sample{}, err
			}
			return c.run(ctx)
		}}
	}
	by := shellPeer("cp; sync; samtools faidx; md5sum", 0.60,
		fmt.Sprintf("cp %s %s && sync %[2]s && samtools faidx %[2]s && %s", file, copied, hash), r.md5)
	for i, v := range by.variants {
		by.variants[i] = fresh(v)
	}
	return work{
		name: name, bytes: r.size,
		ours:  fresh(processes("seqlode reference import", pipe{stages: [][]string{r.command(vault, file)}, want: []string{r.md5}})),
		peers: []peer{by},
	}
}

// spansOf is random spans of the bgzipped genome in a vault.
func (r *references) spansOf(ctx context.Context) (work, error) {
	vault := filepath.Join(r.tmp, "spans-vault")
	args := r.command(vault, r.zip)
	if said, err := exec.CommandContext(ctx, args[0], args[1:]...).CombinedOutput(); err != nil {
		return work{}, fmt.Errorf("%w: %s", err, said)
	}
	first := ">" + r.spans[0].Label
	return work{
		name: storedSpans, bytes: spanCount * spanBases,
		ours: processes("seqlode reference get -r", pipe{
			stages: [][]string{{r.seqlode, "reference", "get", "--vault", vault, "-r", r.regions, "bench"}}, want: []string{first},
		}),
		peers: []peer{shellPeer("samtools faidx -r", 0.70, "samtools faidx -r "+r.regions+" "+r.zip, first)},
	}, nil
}

// memory is what the import takes.
func (r *references) memory(ctx context.Context) (out []memory, err error) {
	if err := r.ready(); err != nil {
		return nil, err
	}
	for _, file := range []string{r.plain, r.zip} {
		vault := filepath.Join(r.tmp, "memory-vault")
		start := time.Now()
		_, peak, err := peakRSS(ctx, nil, r.command(vault, file)...)
		if err = errors.Join(err, os.RemoveAll(vault)); err != nil {
			return nil, err
		}
		name := importPlain
		if file == r.zip {
			name = importZip
		}
		out = append(out, memory{name, r.size, time.Since(start), peak, referenceMemoryBar})
	}
	return out, nil
}
