package cram

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/oracle"
)

// kinds are ways to write a CRAM file, as options of samtools view.
var kinds = func() (all []string) {
	for _, version := range []string{"2.1", "3.0", "3.1"} {
		for _, profile := range []string{"fast", "normal", "small", "archive"} {
			all = append(all, "version="+version+","+profile)
		}
		for _, option := range []string{"embed_ref=1", "no_ref=1", "multi_seq_per_slice=1", "lossy_names=1", "seqs_per_slice=100,slices_per_container=7", "store_md=1", "store_nm=1", "level=0"} {
			all = append(all, "version="+version+","+option)
		}
	}
	return all
}()

// holdKinds writes a BAM file as CRAM in each of the ways and compares what comes
// of it with samtools.
func holdKinds(t *testing.T, bam, reference string, kinds []string) {
	t.Helper()
	bases := readFasta(t, reference)
	path := filepath.Join(t.TempDir(), "made.cram")
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			oracle.Run(t, nil, "samtools", "view", "-T", reference, "-O", "cram,"+kind, "-o", path, bam)
			hold(t, path, reference, bases)
		})
	}
}

// hold compares what comes of a CRAM file with samtools.
func hold(t *testing.T, path, reference string, bases fewBases) {
	t.Helper()
	file, err := os.ReadFile(path)
	require.NoError(t, err)
	for option, opt := range map[string]Options{
		"name_prefix=readset": {Threads: 2, Bases: bases},
		"decode_md=0":         {Threads: 1, Bases: bases, NamePrefix: "made.cram", StoredTags: true},
	} {
		want := oracle.Run(t, nil, "samtools", "view", "-T", reference, "--input-fmt-option", option, path)
		require.NotEmpty(t, want)
		got, r, err := textOf(t, file, opt)
		require.NoError(t, err)
		sameLines(t, want, got, option)
		require.Empty(t, r.Warnings())
	}
}

func TestSamtoolsShortReads(t *testing.T) {
	oracle.Needs(t, "samtools")
	reads := oracle.Reads(t)
	head := filepath.Join(t.TempDir(), "head.bam")
	oracle.Run(t, nil, "samtools", "view", "-b", "-s", "3.005", "-o", head, filepath.Join(reads, "ecoli.bam"))
	holdKinds(t, head, filepath.Join(reads, "ecoli.fa"), kinds)
}

// TestSamtoolsConformance writes what the conformance files hold in every way.
func TestSamtoolsConformance(t *testing.T) {
	oracle.Needs(t, "samtools")
	dir := filepath.Join(oracle.Shared(t), "conformance", "hts-specs", "cram")
	files, err := filepath.Glob(filepath.Join(dir, "3.0", "passed", "*.sam"))
	require.NoError(t, err)
	require.Greater(t, len(files), 20)
	bases, path := readFasta(t, filepath.Join(dir, "ce.fa")), filepath.Join(t.TempDir(), "made.cram")
	made := 0
	for i, sam := range files {
		for k, kind := range kinds {
			if (i+k)%5 != 0 { // each file in some ways, each way for some files
				continue
			}
			t.Run(fmt.Sprintf("%s/%s", filepath.Base(sam), kind), func(t *testing.T) {
				if strings.Count(string(oracle.Ask(t, nil, "samtools", "view", sam).Out), "\n") == 0 {
					return
				}
				if oracle.Ask(t, nil, "samtools", "view", "-T", filepath.Join(dir, "ce.fa"), "-O", "cram,"+kind, "-o", path, sam).Good {
					hold(t, path, filepath.Join(dir, "ce.fa"), bases)
					made++
				}
			})
		}
	}
	require.Greater(t, made, 50)
}
