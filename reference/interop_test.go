package reference

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/oracle"
)

// dict gives the contigs of a FASTA text as `samtools dict` states them.
func dict(t *testing.T, text []byte) (contigs []Contig) {
	t.Helper()
	for line := range strings.Lines(string(oracle.Run(t, text, "samtools", "dict", "-H", "-"))) {
		var c Contig
		for field := range strings.SplitSeq(strings.TrimSpace(line), "\t") {
			tag, value, _ := strings.Cut(field, ":")
			switch tag {
			case "SN":
				c.Name = value
			case "LN":
				_, err := fmt.Sscan(value, &c.Length)
				require.NoError(t, err)
			case "M5":
				c.M5 = value
			}
		}
		contigs = append(contigs, c)
	}
	return contigs
}

// asSamtools holds a stored reference against what samtools and bgzip say of its
// file: every byte of it and of its indexes, its checksums, and random spans.
func (h *home) asSamtools(t *testing.T, store, path string, r *rand.Rand) {
	t.Helper()
	id := h.one(t, store, path)
	file := filepath.Join(t.TempDir(), filepath.Base(path))
	stored := load(t, path)
	require.NoError(t, os.WriteFile(file, stored, 0o600))
	oracle.Run(t, nil, "samtools", "faidx", file)
	require.Equal(t, stored, h.read(t, store, id, SourceFile))
	require.Equal(t, string(load(t, file+".fai")), string(h.read(t, store, id, IndexFile)))

	text := stored
	if strings.HasSuffix(path, ".gz") {
		text = oracle.Run(t, nil, "bgzip", "-dc", path)
		oracle.Run(t, nil, "bgzip", "-r", "-I", file+".again", file)
		gzi, err := h.OpenReference(t.Context(), store, id, GZIFile)
		require.NoError(t, err)
		defer gzi.Close()
		got, err := io.ReadAll(io.NewSectionReader(gzi, 0, gzi.Size()))
		require.NoError(t, err)
		require.Equal(t, load(t, file+".again"), got)
	}
	ref, err := h.GetReferenceMetadata(t.Context(), store, id)
	require.NoError(t, err)
	require.Equal(t, strings.Fields(string(oracle.Run(t, text, "md5sum")))[0], ref.MD5)
	want := dict(t, text)
	require.Equal(t, want, h.sequences(t, id))

	f, err := h.OpenFile(t.Context(), store, id)
	require.NoError(t, err)
	defer f.Close()
	var regions []Region
	var list bytes.Buffer
	for range 300 {
		c := want[r.IntN(len(want))]
		beg := 1 + r.Int64N(c.Length)
		label := fmt.Sprintf("%s:%d-%d", c.Name, beg, min(c.Length, beg+r.Int64N(2000)))
		region, err := ParseRegion(f.Index(), label)
		require.NoError(t, err)
		regions = append(regions, region)
		list.WriteString(label + "\n")
	}
	require.NoError(t, os.WriteFile(file+".regions", list.Bytes(), 0o600))
	var got bytes.Buffer
	require.NoError(t, Write(t.Context(), &got, f.File, regions, 0, 0))
	require.Equal(t, string(oracle.Run(t, nil, "samtools", "faidx", "-r", file+".regions", file)), got.String())
}

// bgzipped gives a bgzipped copy of a file.
func bgzipped(t *testing.T, path string) string {
	t.Helper()
	copied := filepath.Join(t.TempDir(), filepath.Base(path)+".gz")
	require.NoError(t, os.WriteFile(copied, oracle.Run(t, nil, "bgzip", "-c", path), 0o600))
	return copied
}

func TestStoredAsSamtools(t *testing.T) {
	oracle.Needs(t, "samtools", "bgzip", "md5sum")
	h := newHome(t, homeOptions{})
	store := h.newStore(t)
	r := rand.New(rand.NewPCG(7, 0))
	for name, text := range map[string]string{
		"crlf.fa":  ">a b\r\nACGTacgt\r\nNNNNnnnn\r\nAC\r\n\r\n>c\r\nA\r\n\r\n\r\n",
		"cut.fa":   ">a\nACGT\nAC\n\n\n>b\nAC\nGT",
		"line.txt": ">one line\n" + strings.Repeat("ACGTNacgtn", 30_000) + "\n",
		"aa.faa":   ">p\nMKV*-XBZ\nUO\n",
	} {
		path := write(t, name, text)
		h.asSamtools(t, store, path, r)
		h.asSamtools(t, store, bgzipped(t, path), r)
	}
	h.asSamtools(t, store, "testdata/genome.fa", r)
	h.asSamtools(t, store, "testdata/genome.fa.gz", r)
	h.clean(t)
}

func TestConformanceAsSamtools(t *testing.T) {
	oracle.Needs(t, "samtools", "bgzip", "md5sum")
	ce := filepath.Join(oracle.Shared(t), "conformance", "hts-specs", "cram", "ce.fa")
	h := newHome(t, homeOptions{})
	store := h.newStore(t)
	r := rand.New(rand.NewPCG(8, 0))
	h.asSamtools(t, store, ce, r)
	h.asSamtools(t, store, bgzipped(t, ce), r)
}

func TestGenomeAsSamtools(t *testing.T) {
	oracle.Needs(t, "samtools", "bgzip", "md5sum")
	genome := filepath.Join(oracle.Reads(t), "ecoli.fa")
	h := newHome(t, homeOptions{dir: t.TempDir()})
	store := h.newStore(t)
	r := rand.New(rand.NewPCG(9, 0))
	h.asSamtools(t, store, genome, r)
	h.asSamtools(t, store, bgzipped(t, genome), r)
	h.clean(t)
}
