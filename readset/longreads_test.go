package readset_test

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/seqlode/seqlode/internal/oracle"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/etag"
	"github.com/seqlode/seqlode/index"
	"github.com/seqlode/seqlode/readset"
)

// longGenome is what long reads are cut from. Every third contig repeats most
// of the one before it, so that reads have secondary alignments.
type longGenome struct {
	rnd     *rand.Rand
	contigs [][]byte
}

func newLongGenome(seed uint64, lengths ...int) *longGenome {
	g := &longGenome{rnd: rand.New(rand.NewPCG(seed, 7))}
	for i, n := range lengths {
		contig := g.noise(n)
		if i%3 == 2 {
			copy(contig, g.cut(g.contigs[i-1], 0, min(n, len(g.contigs[i-1]))*4/5, 0.01))
		}
		g.contigs = append(g.contigs, contig)
	}
	return g
}

// noise makes n random bases.
func (g *longGenome) noise(n int) []byte {
	p := make([]byte, n)
	for i := range p {
		p[i] = "ACGT"[g.rnd.IntN(4)]
	}
	return p
}

// cut gives n bases of a contig with errors: of five, two are insertions, two
// deletions.
func (g *longGenome) cut(contig []byte, from, n int, rate float64) (read []byte) {
	for _, base := range contig[from : from+n] {
		if g.rnd.Float64() >= rate {
			read = append(read, base)
			continue
		}
		switch g.rnd.IntN(5) {
		case 0:
			read = append(read, g.noise(1)...)
		case 1, 2:
			read = append(read, base)
			read = append(read, g.noise(1)...)
		}
	}
	return read
}

// anywhere cuts a read of at most n bases.
func (g *longGenome) anywhere(n int, rate float64) []byte {
	contig := g.contigs[g.rnd.IntN(len(g.contigs))]
	n = min(n, len(contig))
	return g.cut(contig, g.rnd.IntN(len(contig)-n+1), n, rate)
}

// writeFASTA writes the contigs c0, c1, ….
func (g *longGenome) writeFASTA(t *testing.T, path string) {
	t.Helper()
	var b bytes.Buffer
	for i, contig := range g.contigs {
		fmt.Fprintf(&b, ">c%d\n%s\n", i, contig)
	}
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o600))
}

// writeReads writes the whole first contig as a read of many errors, and n
// reads of some thousand bases: some of them of two places, some of none, half
// of them of the other strand.
func (g *longGenome) writeReads(t *testing.T, path string, n, length int) {
	t.Helper()
	var b bytes.Buffer
	write := func(name string, read []byte) {
		qualities := make([]byte, len(read))
		for i := range qualities {
			qualities[i] = byte('#' + g.rnd.IntN(30))
		}
		fmt.Fprintf(&b, "@%s\n%s\n+\n%s\n", name, read, qualities)
	}
	write("whole", g.cut(g.contigs[0], 0, len(g.contigs[0]), 0.2))
	for i := range n {
		read := g.anywhere(length/2+g.rnd.IntN(length), 0.1)
		switch {
		case i%10 == 3:
			read = append(read, g.anywhere(length, 0.1)...)
		case i%20 == 5:
			read = g.noise(length / 4)
		}
		if g.rnd.IntN(2) == 0 {
			slices.Reverse(read)
			for k, base := range read {
				read[k] = "TGCA"[strings.IndexByte("ACGT", base)]
			}
		}
		write(fmt.Sprintf("r%d", i), read)
	}
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o600))
}

// tagLike gives SAM text the tags of a sequencer's reads: modified bases,
// kinetics, accuracy, and signal to noise as snr says.
func tagLike(rnd *rand.Rand, text []byte, snr func() string) []byte {
	var out bytes.Buffer
	number := func(below int) string { return "," + strconv.Itoa(rnd.IntN(below)) }
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		out.WriteString(line)
		if line[0] != '@' {
			seq := strings.Split(line, "\t")[9]
			var skips, chances, inter, width strings.Builder
			for range strings.Count(seq, "C") / 8 {
				skips.WriteString(number(9))
				chances.WriteString(number(256))
			}
			for range min(len(seq), 20_000) {
				inter.WriteString(number(953))
				width.WriteString(number(1 << 16))
			}
			fmt.Fprintf(&out, "\tMM:Z:C+m%s;\tML:B:C%s\tip:B:S%s\tpw:B:S%s\trq:f:%.6f\tsn:B:f%s\tnp:i:%d",
				skips.String(), chances.String(), inter.String(), width.String(), 1-rnd.Float64()/100, snr(), rnd.IntN(60))
		}
		out.WriteByte('\n')
	}
	return out.Bytes()
}

// mapped is what minimap2 makes of the reads of a genome.
func (g *longGenome) mapped(t *testing.T, dir string, n, length int) []byte {
	t.Helper()
	fasta, fastq := filepath.Join(dir, "g.fa"), filepath.Join(dir, "r.fq")
	g.writeFASTA(t, fasta)
	g.writeReads(t, fastq, n, length)
	return run(t, nil, "minimap2", "-a", "-x", "map-ont", "-L", "-t", "2", "--secondary=yes", "-p", "0.5", fasta, fastq)
}

// run gives what a program prints, which must be content.
func run(t *testing.T, input []byte, program string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Stdin = bytes.NewReader(input)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	require.NoError(t, err, said.String())
	return out
}

// minimap2 is samtools with that program too.
func minimap2(t *testing.T) string {
	t.Helper()
	oracle.Needs(t, "samtools")
	dir := t.TempDir()
	if _, err := exec.LookPath("minimap2"); err != nil {
		t.Skip("minimap2 is not installed")
	}
	return dir
}

// TestLongReadsAsSamtools holds noisy long reads of few and of many contigs:
// text, regions, ETags and indexes.
func TestLongReadsAsSamtools(t *testing.T) {
	for _, c := range []struct {
		name             string
		lengths          []int
		reads, length    int
		operations, refs int // at least, of the longest CIGAR and with records
	}{
		{name: "few contigs", lengths: []int{350_000, 80_000, 60_000, 500}, reads: 40, length: 10_000, operations: 1 << 16, refs: 3},
		{name: "many contigs", lengths: slices.Repeat([]int{9_000, 5_000, 6_000, 3_000}, 15), reads: 300, length: 2_500, operations: 100, refs: 50},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := minimap2(t)
			g := newLongGenome(uint64(len(c.lengths)), c.lengths...)
			snr := func() string {
				return fmt.Sprintf(",%.4f,%.3f,5,%.2f", 9*g.rnd.Float64(), 20*g.rnd.Float64(), g.rnd.Float64())
			}
			text := tagLike(g.rnd, g.mapped(t, dir, c.reads, c.length), snr)
			requireVariety(t, text, c.operations, c.refs)

			unsorted := filepath.Join(dir, "unsorted.bam")
			run(t, text, "samtools", "view", "-b", "--no-PG", "-o", unsorted, "-")
			require.True(t, sameAsSamtools(t, "unsorted", unsorted))
			file, err := os.ReadFile(unsorted)
			require.NoError(t, err)
			_, err = index.Build(t.Context(), bytes.NewReader(file), io.Discard, index.BAI, nil)
			require.ErrorIs(t, err, index.ErrUnsorted)

			sorted := filepath.Join(dir, "sorted.bam")
			run(t, text, "samtools", "sort", "--no-PG", "-o", sorted, "-")
			require.True(t, sameAsSamtools(t, "sorted", sorted))
			file, err = os.ReadFile(sorted)
			require.NoError(t, err)
			holdETags(t, file, run(t, nil, "samtools", "view", sorted))
			holdIndexes(t, dir, sorted, file)
			r := open(t, bytes.NewReader(file), readset.Options{})
			require.NoError(t, os.WriteFile(sorted+".bai", indexOf(t, file, index.BAI).Bytes(), 0o600))
			holdRegions(t, sorted, append(randomRegions(g.rnd, 60, r.Header().References()), "c0", "c2:1-2", "*", "c1:4000-"))
		})
	}
}

// requireVariety says whether minimap2 made of the reads what they are for.
func requireVariety(t *testing.T, text []byte, operations, refs int) {
	t.Helper()
	flags, names, longest := 0, map[string]bool{}, 0
	for line := range strings.Lines(string(text)) {
		if line[0] == '@' {
			continue
		}
		fields := strings.Split(line, "\t")
		flag, err := strconv.Atoi(fields[1])
		require.NoError(t, err)
		flags |= flag
		names[fields[2]] = true
		longest = max(longest, strings.Count(fields[5], "M")*2)
		for _, tag := range fields[11:] {
			if strings.HasPrefix(tag, "CG:B:I,") {
				longest = max(longest, strings.Count(tag, ","))
			}
		}
	}
	delete(names, "*")
	const wanted = 0x4 | 0x10 | 0x100 | 0x800 // unmapped, reverse, secondary, supplementary
	require.Equal(t, wanted, flags&wanted)
	require.GreaterOrEqual(t, len(names), refs)
	require.GreaterOrEqual(t, longest, operations)
}

// holdETags compares the ETags of all families with the hashes of a text.
func holdETags(t *testing.T, file, text []byte) {
	t.Helper()
	for family, sum := range map[etag.Family]func() hash.Hash{etag.MD5up: md5.New, etag.SHA256up: sha256.New, etag.SHA512up: sha512.New} {
		h := sum()
		h.Write(text)
		res, err := etag.Compute(t.Context(), bytes.NewReader(file), etag.Options{Family: family})
		require.NoError(t, err)
		require.Equal(t, hex.EncodeToString(h.Sum(nil)), res.Hex, family)
		require.EqualValues(t, bytes.Count(text, []byte("\n")), res.Reads)
		require.Equal(t, etag.BAM, res.Type)
	}
}

// holdIndexes compares BAI, and CSI once decompressed.
func holdIndexes(t *testing.T, dir, bam string, file []byte) {
	t.Helper()
	theirs := filepath.Join(dir, "index")
	run(t, nil, "samtools", "index", "-b", bam, theirs)
	want, err := os.ReadFile(theirs)
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, indexOf(t, file, index.BAI).Bytes()), "BAI")

	for _, shift := range []int{14, 8} {
		run(t, nil, "samtools", "index", "-c", "-m", strconv.Itoa(shift), bam, theirs)
		want, err = os.ReadFile(theirs)
		require.NoError(t, err)
		var ours bytes.Buffer
		_, err = index.Build(t.Context(), bytes.NewReader(file), &ours, index.CSI, &index.Options{MinShift: shift})
		require.NoError(t, err)
		require.True(t, bytes.Equal(plain(t, want), plain(t, ours.Bytes())), "CSI of %d", shift)
	}
}

// TestLongReadsWithTies holds the one exception: htslib before 1.19 rounds ties
// in B:f away from zero. Here, as in htslib since, they go to the even digit.
func TestLongReadsWithTies(t *testing.T) {
	const ties, away, even = ",12.03125,10.40625,12.09375,7.5", "\tsn:B:f,12.0313,10.4063,12.0938,7.5", "\tsn:B:f,12.0312,10.4062,12.0938,7.5"
	dir := minimap2(t)
	g := newLongGenome(9, 20_000, 15_000, 12_000)
	text := tagLike(g.rnd, g.mapped(t, dir, 40, 2_000), func() string { return ties })
	bam := filepath.Join(dir, "ties.bam")
	run(t, text, "samtools", "sort", "--no-PG", "-o", bam, "-")
	theirs := run(t, nil, "samtools", "view", bam)
	t.Logf("of %d records samtools rounds %d away from zero", bytes.Count(theirs, []byte("\n")), bytes.Count(theirs, []byte(away)))
	want := bytes.ReplaceAll(theirs, []byte(away), []byte(even))
	require.Equal(t, bytes.Count(want, []byte("\n")), bytes.Count(want, []byte(even)))

	file, err := os.ReadFile(bam)
	require.NoError(t, err)
	var got bytes.Buffer
	require.NoError(t, open(t, bytes.NewReader(file), readset.Options{}).WriteSAM(&got))
	require.True(t, bytes.Equal(want, got.Bytes()))
	holdETags(t, file, want)
}
