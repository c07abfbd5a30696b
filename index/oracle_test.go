package index

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seqlode/seqlode/internal/oracle"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/bgzf"
)

// theirs gives the text of samtools' index of a BAM file, and false where
// samtools refuses it.
func theirs(t *testing.T, bam string, format Format, minShift int) ([]byte, bool) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "index")
	args := []string{"index", "-b", bam, out}
	if format == CSI {
		args = []string{"index", "-c", "-m", fmt.Sprint(minShift), bam, out}
	}
	if said := oracle.Ask(t, nil, "samtools", args...); !said.Good {
		t.Logf("samtools: %s", strings.TrimSpace(said.Err))
		return nil, false
	}
	got, err := os.ReadFile(out)
	require.NoError(t, err)
	return plain(t, got), true
}

// same compares our index of a file with samtools'.
func same(t *testing.T, bam string, file []byte, format Format, minShift int) {
	t.Helper()
	want, good := theirs(t, bam, format, minShift)
	var got bytes.Buffer
	_, err := Build(t.Context(), bytes.NewReader(file), &got, format, &Options{MinShift: minShift, Threads: 1 + len(file)%3})
	if !good {
		require.Error(t, err, "%v %d", format, minShift)
		require.Zero(t, got.Len())
		return
	}
	require.NoError(t, err)
	if !bytes.Equal(plain(t, got.Bytes()), want) {
		t.Errorf("%s: %v with bins of 1<<%d is not that of samtools: %d bytes for %d", bam, format, minShift, got.Len(), len(want))
	}
}

// put writes a file for samtools.
func put(t *testing.T, dir string, file []byte) string {
	t.Helper()
	name := filepath.Join(dir, "x.bam")
	require.NoError(t, os.WriteFile(name, file, 0o600))
	return name
}

func TestRandomFilesAsSamtools(t *testing.T) {
	oracle.Needs(t, "samtools")
	dir := t.TempDir()
	seeds := 100
	if testing.Short() {
		seeds = 10
	}
	for seed := range seeds {
		f := newRandomFile(uint64(seed))
		file := bamFile(t, f.lengths, f.records)
		bam := put(t, dir, file)
		same(t, bam, file, BAI, 0)
		same(t, bam, file, CSI, 6+seed%14)
	}
}

func TestOddFilesAsSamtools(t *testing.T) {
	oracle.Needs(t, "samtools")
	dir := t.TempDir()
	for _, c := range oddFiles {
		t.Run(c.name, func(t *testing.T) {
			file := bamFile(t, c.lengths, c.records)
			bam := put(t, dir, file)
			same(t, bam, file, BAI, 0)
			same(t, bam, file, CSI, 14)
			same(t, bam, file, CSI, 5)
		})
	}
}

// Bins of more bases than 1<<14 make fewer levels, down to one.
func TestMinShiftsAsSamtools(t *testing.T) {
	oracle.Needs(t, "samtools")
	dir := t.TempDir()
	lengths := []int64{1 << 17, 1<<17 - 256, 1<<20 - 255}
	var records []record
	for i := range int32(500) {
		records = append(records, record{ref: i / 200, pos: i % 200 * 600, cigar: m(1 + int(i)), pad: 1000})
	}
	for n := 1; n <= len(lengths); n++ {
		file := bamFile(t, lengths[:n], records[:min(500, 200*n)])
		bam := put(t, dir, file)
		for shift := 1; shift <= 30; shift++ {
			same(t, bam, file, CSI, shift)
		}
	}
}

// References around and beyond what BAI can hold, up to what BAM can.
func TestLongReferencesAsSamtools(t *testing.T) {
	oracle.Needs(t, "samtools")
	dir := t.TempDir()
	for _, length := range []int64{1<<29 - 256, 1<<29 - 255, 1 << 29, 1<<29 + 1, 1<<31 - 1} {
		records := []record{{ref: 1, pos: 9, cigar: m(9)}, {ref: 1, pos: 1<<29 - 300, cigar: m(300)}}
		if length > 1<<29 {
			records = append(records, record{ref: 1, pos: 1<<29 - 2, cigar: m(2)}, record{ref: 1, pos: 1<<29 - 1, cigar: m(2)},
				record{ref: 1, pos: int32(length - 2), cigar: m(2)})
		}
		file := bamFile(t, []int64{100, length}, records)
		bam := put(t, dir, file)
		same(t, bam, file, BAI, 0)
		for _, shift := range []int{8, 12, 14, 16, 29} {
			same(t, bam, file, CSI, shift)
		}
	}
}

// Every BAM of the conformance files, and one made of every SAM there that
// samtools takes, sorted where it has to be.
func TestConformanceAsSamtools(t *testing.T) {
	oracle.Needs(t, "samtools")
	dir, indexed := t.TempDir(), 0
	oracle.ConformanceBAMs(t, func(name, bam string) {
		file, err := os.ReadFile(bam)
		require.NoError(t, err)
		same(t, put(t, dir, file), file, BAI, 0)
		if sorted := oracle.Ask(t, nil, "samtools", "sort", "--no-PG", "-l", "1", "-O", "bam", bam); filepath.Ext(name) == ".sam" && sorted.Good {
			file = sorted.Out
		}
		indexed++
		bam = put(t, dir, file)
		same(t, bam, file, BAI, 0)
		same(t, bam, file, CSI, 14)
		same(t, bam, file, CSI, 7)
		if t.Failed() {
			t.Log(name)
		}
	})
	require.Greater(t, indexed, 60)
}

// Long reads whose CIGARs lie in the tag CG.
func TestLongCigarsAsSamtools(t *testing.T) {
	oracle.Needs(t, "samtools")
	dir := t.TempDir()
	var sam bytes.Buffer
	fmt.Fprintf(&sam, "@SQ\tSN:c\tLN:100000000\n")
	for i := range 40 {
		n := 65530 + i
		fmt.Fprintf(&sam, "r%d\t0\tc\t%d\t9\t%s\t*\t0\t0\t%s\t*\tNM:i:3\n", i, 1+i*50000, strings.Repeat("1M1D", n/2), strings.Repeat("A", n/2))
	}
	file := oracle.Run(t, sam.Bytes(), "samtools", "view", "--no-PG", "-b", "-")
	bam := put(t, dir, file)
	same(t, bam, file, BAI, 0)
	same(t, bam, file, CSI, 14)
}

// The reads of make-reads.sh.
func TestReadsAsSamtools(t *testing.T) {
	oracle.Needs(t, "samtools")
	reads := oracle.Reads(t)
	bam := filepath.Join(reads, "ecoli.bam")
	file, err := os.ReadFile(bam)
	require.NoError(t, err)
	same(t, bam, file, BAI, 0)
	same(t, bam, file, CSI, 14)
}

// samtools index looks at the list of references alone, whatever the header's
// lines say, and takes lengths of 32 bits.
func TestHeadersAsSamtools(t *testing.T) {
	oracle.Needs(t, "samtools")
	dir := t.TempDir()
	records := []record{{ref: 0, pos: 4, cigar: m(5)}, {ref: 1, pos: 1<<31 - 9, cigar: m(5)}}
	for name, c := range map[string]struct {
		header  string
		lengths []int64
	}{
		"lengths of 32 bits":   {"", []int64{1 << 31, 1<<32 - 1}},
		"a reference twice":    {"@SQ\tSN:c0\tLN:100\n@SQ\tSN:c0\tLN:100\n", []int64{100, 100}},
		"a line without LN":    {"@SQ\tSN:c0\n", []int64{100, 100}},
		"a line of other make": {"@SQ\n@XX:\n\nc\tLN", []int64{100, 1 << 31}},
	} {
		t.Run(name, func(t *testing.T) {
			for n := 1; n <= len(records); n++ {
				file := bamFileWith(t, c.header, c.lengths, records[:n])
				bam := put(t, dir, file)
				same(t, bam, file, BAI, 0)
				same(t, bam, file, CSI, 14)
			}
		})
	}
}

// Whatever makes a record bad or odd, samtools index takes it or does not.
func TestRecordsAsSamtools(t *testing.T) {
	oracle.Needs(t, "samtools")
	dir := t.TempDir()
	lengths := []int64{5000}
	for name, p := range oddRecords() {
		t.Run(name, func(t *testing.T) {
			var f blocks
			whole := bamFile(t, lengths, nil)
			_, records := walk(t, whole)
			require.Empty(t, records)
			f.file = whole[:len(whole)-len(bgzf.EOFBlock)]
			f.write(p)
			f.flush()
			file := append(f.file, bgzf.EOFBlock...)
			same(t, put(t, dir, file), file, BAI, 0)
		})
	}
}

// oddRecords gives records with one thing changed.
func oddRecords() map[string][]byte {
	le := binary.LittleEndian
	// A read of 8 bases with CIGAR 8M and two tags.
	good := func() []byte {
		p := make([]byte, 4, 128)
		p = le.AppendUint32(p, 0)
		p = le.AppendUint32(p, 100)
		p = append(p, 2, 9, 0, 0)
		p = le.AppendUint16(p, 1)
		p = le.AppendUint16(p, 0)
		p = le.AppendUint32(p, 8)
		p = le.AppendUint32(p, 0)
		p = le.AppendUint32(p, 0)
		p = le.AppendUint32(p, 0)
		p = append(p, "r\x00"...)
		p = le.AppendUint32(p, op(8, "M"))
		p = append(p, "\x11\x22\x44\x88"...)
		p = append(p, "\x20\x20\x20\x20\x20\x20\x20\x20"...)
		return append(p, "NMC\x01ZZZtext\x00"...)
	}
	odd := map[string][]byte{}
	change := func(name string, edit func(p []byte) []byte) {
		p := edit(good())
		le.PutUint32(p, uint32(len(p)-4))
		odd[name] = append(p, odd["good"]...)
	}
	change("good", func(p []byte) []byte { return p })
	set16 := func(at int, n uint16) func(p []byte) []byte {
		return func(p []byte) []byte { le.PutUint16(p[4+at:], n); return p }
	}
	set32 := func(at int, n uint32) func(p []byte) []byte {
		return func(p []byte) []byte { le.PutUint32(p[4+at:], n); return p }
	}
	change("reference 1", set32(0, 1))
	change("mate's reference 1", set32(20, 1))
	change("mate's reference -2", set32(20, ^uint32(1)))
	change("sequence of -1", set32(16, ^uint32(0)))
	change("sequence too long", set32(16, 80))
	change("sequence of 7", set32(16, 7))
	change("unmapped, sequence of 7", func(p []byte) []byte { return set16(14, 4)(set32(16, 7)(p)) })
	change("no sequence", set32(16, 0))
	change("cigar of 9", set32(34, op(9, "M")))
	change("cigar of 4000", func(p []byte) []byte { return set32(16, 0)(set32(34, op(4000, "N"))(p)) })
	change("cigar of no bases", set32(34, op(0, "M")))
	change("cigar with B", set32(34, 8<<4|9))
	change("cigar with operation 15", set32(34, 8<<4|15))
	change("cigar too long", set16(12, 4000))
	change("clip of the whole read", set32(34, op(8, "S")))
	change("clip and CG", func(p []byte) []byte {
		p = set32(34, op(8, "S"))(p)
		return append(p, "CGBI\x02\x00\x00\x00\x80\x00\x00\x00\x02\x00\x08\x00"...)
	})
	change("clip and CG that differs", func(p []byte) []byte {
		p = set32(34, op(8, "S"))(p)
		return append(p, "CGBI\x01\x00\x00\x00\x70\x00\x00\x00"...)
	})
	change("clip and CG, unmapped", func(p []byte) []byte {
		p = set16(14, 4)(set32(34, op(8, "S"))(p))
		return append(p, "CGBI\x01\x00\x00\x00\x80\x00\x00\x00"...)
	})
	change("name of 0", func(p []byte) []byte { p[4+8] = 0; return p })
	change("name without end", func(p []byte) []byte { p[4+33] = 'x'; return p })
	change("tag of unknown type", func(p []byte) []byte { p[len(p)-7] = '?'; return p })
	change("tag cut short", func(p []byte) []byte { return p[:len(p)-1] })
	change("end behind base 2^29", set32(4, 1<<29-4))
	odd["size of 31"] = append([]byte{31, 0, 0, 0}, make([]byte, 31)...)
	odd["size of -1"] = append([]byte{255, 255, 255, 255}, make([]byte, 31)...)
	odd["cut short"] = good()[:20]
	odd["cut in its size"] = good()[:3]
	return odd
}
