package sam

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seqlode/seqlode/internal/oracle"

	"github.com/stretchr/testify/require"
)

// rawBAM is a BAM file that is not compressed, which samtools reads too.
func rawBAM(headerText string, refs []Ref, records ...Record) []byte {
	b := append([]byte("BAM\x01"), count(len(headerText))...)
	b = append(b, headerText...)
	b = append(b, count(len(refs))...)
	for _, ref := range refs {
		b = append(b, count(len(ref.Name)+1)...)
		b = append(append(b, ref.Name...), 0)
		b = le.AppendUint32(b, ref.Length)
	}
	for _, r := range records {
		b = append(append(b, count(len(r))...), r...)
	}
	return b
}

func write(t *testing.T, dir string, data []byte) string {
	t.Helper()
	name := filepath.Join(dir, "x.bam")
	require.NoError(t, os.WriteFile(name, data, 0o600))
	return name
}

func testRefs(n int) (refs []Ref) {
	for _, name := range testNames()[:n] {
		refs = append(refs, Ref{Name: name, Length: 1 << 20})
	}
	return refs
}

func TestSamtoolsPrintsTheSame(t *testing.T) {
	oracle.Needs(t, "samtools")
	dir := t.TempDir()
	long, _ := longRecord(70000)
	records := append([]Record{long}, lenient...)
	for _, tt := range golden {
		records = append(records, tt.r)
	}
	rnd := rand.New(rand.NewPCG(9, 10))
	for range 20000 {
		if r := mutated(rnd); r.Check(2) == nil && !hasFloats(r) {
			records = append(records, r)
		}
	}
	var want []byte
	for _, r := range records {
		want, _ = AppendText(want, r, testNames())
	}
	got, _, ok := oracle.View(t, write(t, dir, rawBAM("", testRefs(2), records...)))
	require.True(t, ok)
	sameLines(t, string(want), got)
	require.Greater(t, len(records), 3000)
}

func sameLines(t *testing.T, want, got string) {
	t.Helper()
	if want == got {
		return
	}
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(w), len(g)) {
		require.Equal(t, w[i], g[i], "line %d", i+1)
	}
	t.Fatalf("%d lines for %d", len(w), len(g))
}

func TestSamtoolsRefusesTheSame(t *testing.T) {
	oracle.Needs(t, "samtools")
	dir := t.TempDir()
	refused := func(r Record) bool {
		_, _, ok := oracle.View(t, write(t, dir, rawBAM("", testRefs(1), plain().record(), r)))
		return !ok
	}
	for _, tt := range faulty {
		require.True(t, refused(tt.r), tt.what)
	}
	rnd := rand.New(rand.NewPCG(11, 12))
	for n := 0; n < 200; {
		if r := mutated(rnd); r.Check(1) != nil {
			require.True(t, refused(r), "%q", r)
			n++
		}
	}
}

// mutated is one of the records of the tables with some bytes changed.
func mutated(rnd *rand.Rand) Record {
	var r Record
	if i := rnd.IntN(len(golden) + len(lenient)); i < len(golden) {
		r = bytes.Clone(golden[i].r)
	} else {
		r = bytes.Clone(lenient[i-len(golden)])
	}
	for range 1 + rnd.IntN(3) {
		switch i := rnd.IntN(len(r)); rnd.IntN(6) {
		case 0:
			r = append(r[:i], r[min(len(r), i+1+rnd.IntN(4)):]...)
		case 1:
			r = append(r[:i:i], append(Record("CGBIAXZcCsSiIfdZHB\x00\x01")[rnd.IntN(20):], r[i:]...)...)
		case 2:
			r[i] ^= 1 << rnd.IntN(8)
		default:
			r[i] = byte(rnd.Uint32())
		}
		if len(r) == 0 {
			return r
		}
	}
	return r
}

// hasFloats says whether a record has an array of floats, whose ties are
// another matter.
func hasFloats(r Record) bool {
	for aux := r.Aux(); ; {
		tag, rest, ok := CutTag(aux)
		if !ok {
			return false
		}
		if tag.Type() == 'B' && tag[3] == 'f' {
			return true
		}
		aux = rest
	}
}

// TestSamtoolsFloats holds numbers of all kinds. What is not the same must be a
// tie in an array, as htslib before 1.19 rounds it.
func TestSamtoolsFloats(t *testing.T) {
	oracle.Needs(t, "samtools")
	dir := t.TempDir()
	var plainTags, array, doubles strings.Builder
	n := 0
	floatBits(3000, func(bits uint32) {
		plainTags.WriteString("XXf" + bits32(int64(bits)))
		array.WriteString(bits32(int64(bits)))
		n++
	})
	rnd := rand.New(rand.NewPCG(13, 14))
	for range 20000 {
		doubles.WriteString("XXd" + string(le.AppendUint64(nil, rnd.Uint64())))
	}
	records := []Record{
		tagged(plainTags.String()), tagged(doubles.String()),
		tagged("XXBf" + count(n) + array.String()), tagged("XXBf"+count(1)+float(12.03125), "XYf"+float(12.03125)),
	}
	got, _, ok := oracle.View(t, write(t, dir, rawBAM("", testRefs(1), records...)))
	require.True(t, ok)
	lines := strings.SplitAfter(got, "\n")
	sameLines(t, text(records[0]), lines[0])
	sameLines(t, text(records[1]), lines[1])

	want, elements := strings.Split(strings.TrimSpace(text(records[2])), ","), strings.Split(strings.TrimSpace(lines[2]), ",")
	require.Len(t, elements, len(want))
	ties := 0
	for i := range want {
		if want[i] != elements[i] {
			require.Equal(t, tieAway(want[i]), elements[i])
			ties++
		}
	}
	t.Logf("%d of %d elements are ties that this samtools rounds away from zero", ties, n)
	require.Contains(t, lines[3], "XY:f:12.0312")
	if ties > 0 {
		require.Contains(t, lines[3], "XX:B:f,12.0313")
	}
}

// tieAway adds one to the last of six digits of a number: what a tie becomes
// that is rounded away from zero and not to the even digit.
func tieAway(s string) string {
	b := []byte(s)
	digits := len(strings.TrimLeft(strings.ReplaceAll(strings.TrimLeft(s, "-"), ".", ""), "0"))
	if !bytes.Contains(b, []byte(".")) && digits < 6 {
		b = append(b, '.')
	}
	for ; digits < 6; digits++ {
		b = append(b, '0')
	}
	b[len(b)-1]++ // an even digit
	return string(b)
}

func TestSamtoolsHeaders(t *testing.T) {
	oracle.Needs(t, "samtools")
	dir := t.TempDir()
	for _, tt := range headers {
		if !tt.chance {
			holdHeader(t, dir, tt.what, tt.text, testRefs(tt.refs))
		}
	}
	rnd := rand.New(rand.NewPCG(15, 16))
	for range 150 {
		i := rnd.IntN(len(headers))
		text := []byte(headers[i].text)
		for range 1 + rnd.IntN(3) {
			if at := rnd.IntN(len(text) + 1); at < len(text) && rnd.IntN(2) == 0 {
				text = append(text[:at:at], text[at+1:]...)
			} else {
				text = append(text[:at:at], append([]byte{"@\n\t:SQCO\x00 1\xff"[rnd.IntN(12)]}, text[at:]...)...)
			}
		}
		if refs := testRefs(rnd.IntN(3)); !headers[i].chance {
			holdHeader(t, dir, strings.ToValidUTF8(string(text), "?"), string(text), refs)
		}
	}
}

// holdHeader holds what is printed and refused of a header against samtools,
// and each reference's name and one id too many in records.
func holdHeader(t *testing.T, dir, what, text string, refs []Ref) {
	t.Helper()
	shown, _, ok := oracle.View(t, "-H", "--no-PG", write(t, dir, rawBAM(text, refs)))
	h, err := NewHeader([]byte(text), refs)
	require.Equal(t, ok, err == nil, "%s: %v", what, err)
	if err != nil {
		return
	}
	require.Equal(t, shown, string(h.AppendText(nil)), what)

	p, err := h.Parse()
	var records []Record
	var want []byte
	if err == nil {
		for id := range p.Sequences {
			r := with(func(p *parts) { p.ref = int32(id); p.next = -1 })
			records = append(records, r)
			want, _ = AppendText(want, r, p.Names())
		}
	}
	lines, _, ok := oracle.View(t, write(t, dir, rawBAM(text, refs, records...)))
	require.Equal(t, ok, err == nil, "%s: %v", what, err)
	require.Equal(t, string(want), lines, what)
	if err == nil {
		_, _, ok = oracle.View(t, write(t, dir, rawBAM(text, refs, with(func(q *parts) { q.ref = int32(len(p.Sequences)) }))))
		require.False(t, ok, what)
	}
}
