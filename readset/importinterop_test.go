package readset_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/oracle"
	"github.com/seqlode/seqlode/internal/source"
	"github.com/seqlode/seqlode/readset"
	"github.com/seqlode/seqlode/reference"
)

// TestRoundTripsAsSamtools imports the files of make-reads.sh, and has samtools
// judge what is stored: content, ETag, counts, header and index.
func TestRoundTripsAsSamtools(t *testing.T) {
	oracle.Needs(t, "samtools")
	reads := oracle.Reads(t)
	h := newHome(t, "")
	fasta := filepath.Join(reads, "ecoli.fa")
	arn := h.referFASTA(t, fasta)
	for _, c := range []struct {
		file string
		kind readset.FileType
	}{{"ecoli.bam", readset.BAM}, {"ecoli.ubam", readset.UBAM}, {"ecoli.cram", readset.CRAM}, {"ecoli31.cram", readset.CRAM}} {
		t.Run(c.file, func(t *testing.T) {
			path := filepath.Join(reads, c.file)
			if _, err := os.Stat(path); err != nil {
				t.Skipf("make-reads.sh made no %s", c.file)
			}
			uri, err := source.FileURI(path)
			require.NoError(t, err)
			s := fastqSource(uri)
			s.SourceFileType = c.kind
			if c.kind != readset.UBAM {
				s.ReferenceARN = arn
			}
			m := h.one(t, s)
			stored := filepath.Join(t.TempDir(), c.file)
			require.NoError(t, os.WriteFile(stored, h.bytesOf(t, m.ID, "SOURCE1", m.Files.Source1), 0o600))
			view := func(file string, args ...string) []byte {
				return oracle.Run(t, nil, "samtools", append([]string{"view", "--no-PG", "-T", fasta, file}, args...)...)
			}
			want := view(path)
			require.True(t, bytes.Equal(want, view(stored)))
			require.Equal(t, md5Of(string(want)), m.ETag.Source1)
			require.Equal(t, strings.TrimSpace(string(view(path, "-c"))), strconv.FormatInt(m.SequenceInformation.TotalReadCount, 10))
			require.Equal(t, basesOf(string(want)), m.SequenceInformation.TotalBaseCount)
			line := "@CO\tIngested into sequenceStore " + h.store + " at 2026-03-01T12:00:00Z\n"
			require.Equal(t, string(view(path, "-H")), strings.Replace(string(view(stored, "-H")), line, "", 1))
			require.Contains(t, string(view(stored, "-H")), line)
			if c.kind == readset.UBAM {
				oracle.Run(t, nil, "samtools", "quickcheck", "-u", stored)
				require.Nil(t, m.Files.Index)
				return
			}
			oracle.Run(t, nil, "samtools", "quickcheck", stored)

			// The stored index answers on the stored file as samtools' on the source.
			name := filepath.Base(m.Files.Index.S3Access.S3URI)
			require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(stored), name), h.bytesOf(t, m.ID, "INDEX", m.Files.Index), 0o600))
			linked := filepath.Join(t.TempDir(), c.file) // its index lies beside it
			whole, err := filepath.Abs(path)
			require.NoError(t, err)
			require.NoError(t, os.Symlink(whole, linked)) // the reads may be on another file system
			oracle.Run(t, nil, "samtools", "index", linked)
			n := 1000
			if c.kind == readset.CRAM {
				n = 60 // samtools decodes whole slices for each
			}
			regions := regionsOf(t, fasta, n)
			require.True(t, bytes.Equal(view(linked, regions...), view(stored, regions...)))
		})
	}
	h.clean(t)
}

// referFASTA gives the vault a reference with the sequences and bases of a file.
func (h *home) referFASTA(t *testing.T, path string) string {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	summary, err := reference.Scan(t.Context(), file, reference.Options{Sums: true})
	require.NoError(t, err)
	bases, err := reference.Open(t.Context(), path, reference.OpenOptions{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = bases.Close() })
	h.bases = bases
	var sequences []catalog.ReferenceSequence
	for i, q := range summary.Index.Sequences {
		sequences = append(sequences, catalog.ReferenceSequence{Ordinal: i, Name: q.Name, Length: q.Length, M5: q.M5})
	}
	return h.refer(t, filepath.Base(path), sequences...)
}

// regionsOf makes n regions of up to 500 bases.
func regionsOf(t *testing.T, fasta string, n int) (regions []string) {
	t.Helper()
	f, err := reference.Open(t.Context(), fasta, reference.OpenOptions{})
	require.NoError(t, err)
	defer f.Close()
	rnd := rand.New(rand.NewPCG(21, 22))
	sequences := f.Index().Sequences
	for range n {
		q := sequences[rnd.IntN(len(sequences))]
		beg := 1 + rnd.Int64N(q.Length)
		regions = append(regions, fmt.Sprintf("%s:%d-%d", q.Name, beg, min(q.Length, beg+rnd.Int64N(500))))
	}
	return regions
}

// basesOf is the sum of the lengths of the sequences of SAM text.
func basesOf(text string) (bases int64) {
	for line := range strings.Lines(text) {
		if seq := strings.Split(line, "\t")[9]; seq != "*" {
			bases += int64(len(seq))
		}
	}
	return bases
}
