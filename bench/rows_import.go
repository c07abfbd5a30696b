package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/seqlode/seqlode"
	"github.com/seqlode/seqlode/readset"
	"github.com/seqlode/seqlode/reference"
)

const benchRole = "arn:aws:iam::000000000000:role/bench"

// importWorks are imports into a vault on the disk of tmp: of the BAM file of given
// data, and of a pair of FASTQ files.
func importWorks(d data, tmp string) ([]work, error) {
	in := importer{dir: filepath.Join(tmp, "vault")}
	works := []work{in.pair(d.main, d.mate, tmp)}
	if d.bam != "" {
		w, err := in.bam(d.bam, filepath.Join(filepath.Dir(d.bam), "ecoli.fa"), tmp)
		if err != nil {
			return nil, err
		}
		works = append(works, w)
	}
	return works, nil
}

// importer imports into a vault that is made anew for each run.
type importer struct{ dir string }

// contender imports a source; the vault, and a reference where one is named, are
// made before the clock runs.
func (in importer) contender(fasta string, source readset.ImportSource) contender {
	return contender{"seqlode.Vault", func(ctx context.Context) (s sample, err error) {
		v, err := seqlode.Open(ctx, seqlode.Options{Dir: in.dir, LocalSources: true, Workers: 1})
		if err != nil {
			return s, err
		}
		defer func() { err = errors.Join(err, v.Close(), os.RemoveAll(in.dir)) }()
		store, err := v.ReadSets.CreateSequenceStore(ctx, readset.CreateSequenceStoreInput{Name: "bench"})
		if err != nil {
			return s, err
		}
		if fasta != "" {
			if source.ReferenceARN, err = importReference(ctx, v, fasta); err != nil {
				return s, err
			}
		}
		start := time.Now()
		j, err := v.ReadSets.StartReadSetImportJob(ctx, readset.StartReadSetImportJobInput{SequenceStoreID: store.ID, RoleARN: benchRole, Sources: []readset.ImportSource{source}})
		for err == nil && j.CompletionTime.IsZero() {
			time.Sleep(2 * time.Millisecond)
			j, err = v.ReadSets.GetReadSetImportJob(ctx, store.ID, j.ID)
		}
		s.wall = time.Since(start)
		if err == nil && j.Sources[0].ReadSetID == "" {
			err = fmt.Errorf("import: %s", j.Sources[0].StatusMessage)
		}
		return s, err
	}}
}

// importReference gives the ARN of a reference that is imported.
func importReference(ctx context.Context, v *seqlode.Vault, fasta string) (string, error) {
	store, err := v.References.CreateReferenceStore(ctx, reference.CreateReferenceStoreInput{Name: "bench"})
	if err != nil {
		return "", err
	}
	j, err := v.References.StartReferenceImportJob(ctx, reference.StartReferenceImportJobInput{
		ReferenceStoreID: store.ID, RoleARN: benchRole, Sources: []reference.ImportSource{{SourceFile: "file://" + fasta, Name: "bench"}},
	})
	for err == nil && j.CompletionTime.IsZero() {
		time.Sleep(2 * time.Millisecond)
		j, err = v.References.GetReferenceImportJob(ctx, store.ID, j.ID)
	}
	if err != nil {
		return "", err
	}
	if j.Sources[0].ReferenceID == "" {
		return "", fmt.Errorf("import of %s: %s", fasta, j.Sources[0].StatusMessage)
	}
	m, err := v.References.GetReferenceMetadata(ctx, store.ID, j.Sources[0].ReferenceID)
	return m.ARN, err
}

// sourceOf is an import of files of this machine.
func sourceOf(kind readset.FileType, files ...string) readset.ImportSource {
	s := readset.ImportSource{SourceFileType: kind, SubjectID: "bench", SampleID: "bench"}
	s.SourceFiles.Source1 = "file://" + files[0]
	if len(files) > 1 {
		s.SourceFiles.Source2 = "file://" + files[1]
	}
	return s
}

// bam is the import of a BAM file beside what it replaces: a copy, an index, the
// hash of the text, and a count, one after the other.
func (in importer) bam(file, fasta, tmp string) (work, error) {
	info, err := os.Stat(file)
	if err != nil {
		return work{}, err
	}
	copied := filepath.Join(tmp, "copy.bam")
	var variants []variant
	for threads := range 3 {
		at := "-@" + strconv.Itoa(threads)
		variants = append(variants, variant{"cp; samtools index " + at + "; view " + at + " | md5sum; view " + at + " -c", []pipe{
			{stages: [][]string{{"sh", "-c", `cp "$1" "$2" && samtools index ` + at + ` "$2" && samtools view ` + at + ` "$2" | md5sum && samtools view ` + at + ` -c "$2"`, "sh", file, copied}}},
		}})
	}
	return work{
		name: "import, BAM", bytes: info.Size(),
		ours:  in.contender(fasta, sourceOf(readset.BAM, file)),
		peers: []peer{program("cp; samtools index; view | md5sum; view -c", 0.60, variants...)},
	}, nil
}

// pair is the import of two FASTQ files beside copies and two pipes in parallel, by
// the fastest of the programs.
func (in importer) pair(first, second reads, tmp string) work {
	var variants []variant
	for _, unzip := range []string{"gzip -dc", "pigz -dc", "bgzip -dc", "bgzip -@2 -dc", "igzip -dc"} {
		script := fmt.Sprintf(`cp "$1" "$2" "$3" && { %[1]s "$1" | md5sum & %[1]s "$2" | md5sum; wait; }`, unzip)
		if _, err := exec.LookPath(strings.Fields(unzip)[0]); err != nil {
			continue
		}
		variants = append(variants, variant{"cp; two of " + unzip + " | md5sum", []pipe{
			{stages: [][]string{{"sh", "-c", script, "sh", first.bgzf, second.bgzf, tmp}}, want: []string{first.md5, second.md5}},
		}})
	}
	return work{
		name: "import, FASTQ pair", bytes: first.size + second.size,
		ours:  in.contender("", sourceOf(readset.FASTQ, first.bgzf, second.bgzf)),
		peers: []peer{program("cp; two of gzip -dc | md5sum", 0.85, variants...)},
	}
}
