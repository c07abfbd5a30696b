package sam

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// parts are what a record is built from. Lengths are taken from the parts, so
// that a test which wants a wrong one changes the bytes afterwards.
type parts struct {
	ref, next int32
	pos, npos int32 // from 0
	tlen      int32
	mapq      uint8
	bin, flag uint16
	name      string // with its terminator
	cigar     []CigarOp
	seq       string
	qual      []byte // nil: 0xff for each base
	aux       []byte
}

// plain is a record that is good as it is.
func plain() parts {
	return parts{
		ref: 0, pos: 99, mapq: 60, bin: 4681, flag: 99, next: 0, npos: 199, tlen: 150, name: "r1\x00",
		cigar: []CigarOp{op('M', 4)}, seq: "ACGT", qual: []byte{40, 40, 30, 2},
	}
}

func op(char byte, n int) CigarOp {
	return CigarOp(n<<4 | strings.IndexByte("MIDNSHP=XB", char))
}

func (p parts) record() Record {
	r := le.AppendUint32(nil, uint32(p.ref))
	r = le.AppendUint32(r, uint32(p.pos))
	r = append(r, byte(len(p.name)), p.mapq)
	r = le.AppendUint16(r, p.bin)
	r = le.AppendUint16(r, uint16(len(p.cigar)))
	r = le.AppendUint16(r, p.flag)
	r = le.AppendUint32(r, uint32(len(p.seq)))
	r = le.AppendUint32(r, uint32(p.next))
	r = le.AppendUint32(r, uint32(p.npos))
	r = le.AppendUint32(r, uint32(p.tlen))
	r = append(r, p.name...)
	for _, op := range p.cigar {
		r = le.AppendUint32(r, uint32(op))
	}
	for i := 0; i < len(p.seq); i += 2 {
		b := strings.IndexByte(baseChars, p.seq[i]) << 4
		if i+1 < len(p.seq) {
			b |= strings.IndexByte(baseChars, p.seq[i+1])
		}
		r = append(r, byte(b))
	}
	if p.qual == nil {
		r = append(r, bytes.Repeat([]byte{0xff}, len(p.seq))...)
	}
	r = append(r, p.qual...)
	return append(r, p.aux...)
}

// with changes a record's parts.
func with(change func(p *parts)) Record {
	p := plain()
	change(&p)
	return p.record()
}

// tagged is a plain record with tags.
func tagged(tags ...string) Record {
	return with(func(p *parts) { p.aux = []byte(strings.Join(tags, "")) })
}

// Numbers and text as stored, and what a record becomes.
func bits16(v int) string       { return string(le.AppendUint16(nil, uint16(v))) }
func bits32(v int64) string     { return string(le.AppendUint32(nil, uint32(v))) }
func float(v float32) string    { return bits32(int64(math.Float32bits(v))) }
func double(v float64) string   { return string(le.AppendUint64(nil, math.Float64bits(v))) }
func count(n int) string        { return bits32(int64(n)) }
func testNames() [][]byte       { return [][]byte{[]byte("chr1"), []byte("chr2_with_a_longer_name")} }
func text(r Record) string      { b, _ := AppendText(nil, r, testNames()); return string(b) }
func columns(r Record) []string { return strings.Split(strings.TrimSuffix(text(r), "\n"), "\t") }

// longRecord keeps a CIGAR of n operations in its tag CG, between two others.
func longRecord(n int) (r Record, cigar string) {
	var ops, chars strings.Builder
	for i := range n {
		o := op("MI"[i%2], 1)
		ops.WriteString(bits32(int64(o)))
		chars.WriteString("1")
		chars.WriteByte(o.Char())
	}
	return with(func(p *parts) {
		p.seq, p.qual = strings.Repeat("ACGTN", n/5), nil
		p.cigar = []CigarOp{op('S', n), op('N', n/2)}
		p.aux = []byte("NMC\x07" + "CGBI" + count(n) + ops.String() + "RGZx\x00")
	}), chars.String()
}

func TestBuilder(t *testing.T) {
	require.NoError(t, plain().record().Check(2))
	require.Equal(t, "r1\t99\tchr1\t100\t60\t4M\t=\t200\t150\tACGT\tII?#\n", text(plain().record()))
}
