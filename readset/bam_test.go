package readset_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/bam"
	"github.com/seqlode/seqlode/internal/sam"
	"github.com/seqlode/seqlode/readset"
)

var le = binary.LittleEndian

func TestBAM(t *testing.T) {
	file, header, lines := sample(t)
	for _, threads := range []int{0, 1, 3} {
		for _, src := range []io.Reader{bytes.NewReader(file), pipe{bytes.NewReader(file)}} {
			r := open(t, src, readset.Options{Threads: threads})
			require.Equal(t, readset.BAM, r.Type())
			require.Equal(t, header, string(r.Header().AppendSAM(nil)))
			require.Equal(t, header, string(r.Header().Text()))
			require.Equal(t, lines, linesOf(t, r.Records()))
			warnings, err := r.Warnings()
			require.NoError(t, err)
			require.Empty(t, warnings)
		}
	}
}

// A loop begins with the first record, whatever was before it.
func TestLoopsBeginAnew(t *testing.T) {
	file := randomBAM(t, 1, 3000, 1000)
	_, _, lines := sample(t)
	for _, threads := range []int{1, 2} {
		r := open(t, bytes.NewReader(file), readset.Options{Threads: threads})
		all := linesOf(t, r.Records())
		require.Len(t, all, 3000)
		n := 0
		for rec, err := range r.Records() {
			require.NoError(t, err)
			require.Equal(t, all[n], string(rec.AppendSAM(nil)))
			if n++; n == 100 {
				break
			}
		}
		require.Equal(t, all, linesOf(t, r.Records()))
		var text strings.Builder
		require.NoError(t, r.WriteSAM(&text))
		require.Equal(t, strings.Join(all, ""), text.String())
		require.Equal(t, all, linesOf(t, r.Records()))
	}
	sampleFile, _, _ := sample(t)
	r := open(t, pipe{bytes.NewReader(sampleFile)}, readset.Options{Name: "p"})
	require.Equal(t, lines, linesOf(t, r.Records()))
	for rec, err := range r.Records() {
		require.Nil(t, rec)
		require.ErrorIs(t, err, readset.ErrNotSupported)
		require.EqualError(t, err, "p: the records have been read, and the source cannot seek")
	}
}

// columns gives what a record's methods say of each column of its line.
func columns(r *readset.Record) []string {
	star := func(s string) string {
		if s == "" {
			return "*"
		}
		return s
	}
	mate := r.MateReferenceName()
	if mate != "" && mate == r.ReferenceName() {
		mate = "="
	}
	var qual []byte
	for _, q := range r.Qualities() {
		qual = append(qual, q+33)
	}
	out := []string{
		string(r.Name()), strconv.Itoa(int(r.Flags())), star(r.ReferenceName()), strconv.FormatInt(r.Start()+1, 10),
		strconv.Itoa(int(r.MapQ())), r.CIGAR().String(), star(mate), strconv.FormatInt(r.MateStart()+1, 10),
		strconv.FormatInt(r.TemplateLength(), 10), star(r.Sequence()), star(string(qual)),
	}
	for tag := range r.Tags() {
		out = append(out, tagText(tag))
	}
	return out
}

func tagText(tag readset.Tag) string {
	head := tag.Key() + ":" + string(tag.Type()) + ":"
	if v, ok := tag.Int(); ok {
		return head + strconv.FormatInt(v, 10)
	}
	if v, ok := tag.Float(); ok {
		return head + fmt.Sprintf("%g", v)
	}
	if v, ok := tag.Text(); ok {
		return head + string(v)
	}
	a, _ := tag.Array()
	head += string(a.Type())
	for i := range a.Len() {
		if a.Type() == 'f' {
			head += "," + fmt.Sprintf("%g", a.Float(i))
		} else {
			head += "," + strconv.FormatInt(a.Int(i), 10)
		}
	}
	return head
}

func TestMethodsTellTheColumns(t *testing.T) {
	file, _, lines := sample(t)
	r := open(t, bytes.NewReader(file), readset.Options{})
	var clones []*readset.Record
	for rec, err := range r.Records() {
		require.NoError(t, err)
		want := lines[len(clones)]
		require.Equal(t, want, strings.Join(columns(rec), "\t")+"\n")
		require.EqualValues(t, len(clones)+1, rec.Number())
		require.Positive(t, rec.VirtualOffset())
		require.Equal(t, string(rec.Name()), string(rec.Title()))
		require.Equal(t, len(strings.ReplaceAll(rec.Sequence(), "*", "")), rec.SequenceLength())
		clones = append(clones, rec.Clone())
	}
	require.Len(t, clones, len(lines))
	for i, rec := range clones {
		require.Equal(t, lines[i], string(rec.AppendSAM(nil)))
		require.EqualValues(t, i+1, rec.Number())
	}
}

func TestRecord(t *testing.T) {
	file, _, _ := sample(t)
	r := open(t, bytes.NewReader(file), readset.Options{})
	seen := 0
	for rec, err := range r.Records() {
		require.NoError(t, err)
		switch string(rec.Name()) {
		case "tags":
			seen++
			require.EqualValues(t, 699, rec.Start())
			require.EqualValues(t, 704, rec.End())
			require.Equal(t, 1, rec.ReferenceID())
			require.EqualValues(t, 255, rec.MapQ())
			require.EqualValues(t, 5, rec.CIGAR().ReferenceLength())
			require.EqualValues(t, 5, rec.CIGAR().ReadLength())
			require.Equal(t, "AC=NR", string(rec.AppendSequence(nil)))
			require.Equal(t, "xAC=NR", string(rec.AppendSequence([]byte("x"))))
			require.Equal(t, []byte{40, 40, 40, 40, 40}, rec.Qualities())
			var ops []string
			for op := range rec.CIGAR().Ops() {
				ops = append(ops, op.String())
				require.True(t, op.ConsumesRead() && op.ConsumesReference())
			}
			require.Equal(t, []string{"1=", "1X", "3="}, ops)
			tag, ok := rec.Tag("Bf")
			require.True(t, ok)
			a, ok := tag.Array()
			require.True(t, ok)
			require.EqualValues(t, -2, a.Int(1))
			tag, _ = rec.Tag("Bs")
			a, _ = tag.Array()
			require.EqualValues(t, -300, a.Float(0))
			var ints []int64
			for n := range a.Ints() {
				ints = append(ints, n)
			}
			require.Equal(t, []int64{-300, 3}, ints)
			_, ok = tag.Int()
			require.False(t, ok)
			_, ok = tag.Float()
			require.False(t, ok)
			_, ok = tag.Text()
			require.False(t, ok)
			tag, _ = rec.Tag("XA")
			_, ok = tag.Array()
			require.False(t, ok)
			for _, key := range []string{"", "X", "ZZ", "XAA"} {
				_, ok = rec.Tag(key)
				require.False(t, ok)
			}
		case "again":
			seen++
			require.Empty(t, rec.Sequence())
			require.Nil(t, rec.Qualities())
			require.True(t, rec.Flags().Has(readset.Secondary))
			require.False(t, rec.Flags().Any(readset.Unmapped|readset.Supplementary))
		case "half":
			seen++
			if rec.Flags().Has(readset.Unmapped | readset.Last) {
				require.Nil(t, rec.Qualities())
				require.Equal(t, 50, rec.SequenceLength())
				require.Equal(t, rec.Start()+1, rec.End())
				require.Zero(t, rec.CIGAR().Len())
			}
		case "lost0":
			seen++
			require.Equal(t, -1, rec.ReferenceID())
			require.Equal(t, -1, rec.MateReferenceID())
			require.EqualValues(t, -1, rec.Start())
		}
	}
	require.Equal(t, 5, seen)
}

func TestHeader(t *testing.T) {
	file, _, _ := sample(t)
	h := open(t, bytes.NewReader(file), readset.Options{}).Header()
	require.Equal(t, []readset.Reference{{Name: "chr1", Length: 100000}, {Name: "chr2", Length: 50000},
		{Name: "HLA:01:02", Length: 3000}, {Name: "empty", Length: 1000}}, h.References())
	require.Equal(t, "coordinate", h.SortOrder())
	require.Len(t, h.Lines("SQ"), 4)
	id, ok := h.Lines("RG")[0].Get("SM")
	require.True(t, ok)
	require.Equal(t, "sample1", id)
	require.Equal(t, "made up", h.Lines("CO")[0].Comment)
	for name, want := range map[string]int{"chr1": 0, "one": 0, "1": 0, "empty": 3, "HLA:01:02": 2} {
		got, ok := h.ReferenceID(name)
		require.True(t, ok)
		require.Equal(t, want, got)
	}
	_, ok = h.ReferenceID("chr")
	require.False(t, ok)
}

// A CIGAR in the tag CG is the record's CIGAR, and no tag.
func TestLongCIGAR(t *testing.T) {
	h, err := sam.NewHeader(nil, []sam.Ref{{Name: []byte("c"), Length: 1 << 20}})
	require.NoError(t, err)
	const n = 70_000
	tags := append([]byte("XAA!CGBI"), le.AppendUint32(nil, n)...)
	var want strings.Builder
	for i := range uint32(n) {
		tags = le.AppendUint32(tags, (1+i%3)<<4|2) // deletions
		fmt.Fprintf(&want, "%dD", 1+i%3)
	}
	tags = append(tags, "CGA+"...) // another one is a tag
	rec := bamRecord("long", 0, 0, 10, []uint32{0<<4 | 4, 9<<4 | 3}, tags)
	var b bytes.Buffer
	w, err := bam.NewWriter(t.Context(), &b, h, 1, bam.Options{})
	require.NoError(t, err)
	require.NoError(t, w.Write(rec))
	require.NoError(t, w.Close())
	for rec, err := range open(t, &b, readset.Options{}).Records() {
		require.NoError(t, err)
		require.Equal(t, want.String(), rec.CIGAR().String())
		require.Equal(t, n, rec.CIGAR().Len())
		require.EqualValues(t, 10+(n/3)*6+1, rec.End())
		require.Equal(t, []string{"XA:A:!", "CG:A:+"}, columns(rec)[11:])
		require.Equal(t, strings.Join(columns(rec), "\t")+"\n", string(rec.AppendSAM(nil)))
		tag, ok := rec.Tag("CG")
		require.True(t, ok)
		require.EqualValues(t, 'A', tag.Type())
	}
}

// Nothing is allocated for a record, whatever is asked of it.
func TestRecordsAllocateNothing(t *testing.T) {
	file := randomBAM(t, 2, 20_000, 60_000)
	sampleFile, _, _ := sample(t)
	fastq := compressed(t, []byte(strings.Repeat("@name a comment\nACGTACGTAC\n+\nFFFFFFFFFF\n", 20_000)), 60_000)
	for name, file := range map[string][]byte{"BAM": file, "sample": sampleFile, "FASTQ": fastq} {
		t.Run(name, func(t *testing.T) {
			var seq, qual, line []byte
			records := 0
			use := func(rec *readset.Record) {
				records++
				seq, qual, line = rec.AppendSequence(seq[:0]), rec.AppendQualities(qual[:0]), rec.AppendSAM(line[:0])
				ops := int64(0)
				for op := range rec.CIGAR().Ops() {
					ops += int64(op.Len())
				}
				for tag := range rec.Tags() {
					if tag.Key() == "XX" {
						ops++
					}
				}
				if tag, ok := rec.Tag("NM"); ok {
					v, _ := tag.Int()
					ops += v
				}
				if len(rec.Name()) == 0 || rec.ReferenceName() == "?" || rec.End() < rec.Start() || ops < 0 {
					records = 0
				}
			}
			r := open(t, bytes.NewReader(file), readset.Options{Threads: 1})
			allocs := testing.AllocsPerRun(2, func() {
				records = 0
				for rec, err := range r.Records() {
					if err != nil {
						panic(err)
					}
					use(rec)
				}
			})
			t.Logf("%v allocations for %d records", allocs, records)
			if records > 1000 { // what the beginning of a loop takes is for all of them
				require.Less(t, allocs/float64(records), 0.01)
			}
		})
	}
}
