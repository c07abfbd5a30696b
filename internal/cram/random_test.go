package cram

import (
	"bytes"
	"crypto/md5"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/oracle"
)

// odd makes up alignments of all forms: any operation of a CIGAR, reads without
// sequence or qualities, templates of one to four records in any place, all
// types of tags.
type odd struct {
	rnd     *rand.Rand
	contigs []string // sequences
	longest int      // operations of a CIGAR, about
}

func newOdd(seed uint64, contigs, length int) *odd {
	o := &odd{rnd: rand.New(rand.NewPCG(seed, 77)), longest: 8}
	for range contigs {
		o.contigs = append(o.contigs, o.letters("ACGTACGTACGTACGTACGTACGTACGTACGTACGTACGTACGTACGTACGTACGTNNRyacgt", length/2+o.rnd.IntN(length)))
	}
	return o
}

func (o *odd) letters(of string, n int) string {
	p := make([]byte, n)
	for i := range p {
		p[i] = of[o.rnd.IntN(len(of))]
	}
	return string(p)
}

func (o *odd) fasta() []byte {
	var b bytes.Buffer
	for i, seq := range o.contigs {
		fmt.Fprintf(&b, ">c%d\n%s\n", i, seq)
	}
	return b.Bytes()
}

func (o *odd) header(order string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "@HD\tVN:1.6\tSO:%s\n", order)
	for i, seq := range o.contigs {
		fmt.Fprintf(&b, "@SQ\tSN:c%d\tLN:%d\tM5:%x\n", i, len(seq), md5.Sum([]byte(strings.ToUpper(seq))))
	}
	b.WriteString("@RG\tID:one\tSM:s\n@RG\tID:two\tSM:s\n")
	return b.String()
}

// line is a line of SAM text and its place.
type line struct {
	ref, pos int
	text     string
}

// sam makes the text of n templates.
func (o *odd) sam(n int, sorted bool) []byte {
	var lines []line
	for i := range n {
		lines = append(lines, o.template(fmt.Sprintf("read.%d:%x", i, o.rnd.IntN(1<<20)))...)
	}
	order := "unsorted"
	if sorted {
		order = "coordinate"
		sort.SliceStable(lines, func(i, k int) bool {
			a, b := lines[i], lines[k]
			if a.ref != b.ref {
				return uint(a.ref) < uint(b.ref) // -1 is last
			}
			return a.pos < b.pos
		})
	}
	var b strings.Builder
	b.WriteString(o.header(order))
	for _, l := range lines {
		b.WriteString(l.text)
	}
	return []byte(b.String())
}

type segment struct {
	ref, pos, end int
	flag          int
	cigar, seq    string
}

func (o *odd) template(name string) (lines []line) {
	n := 1 + o.rnd.IntN(2) + o.rnd.IntN(2)*o.rnd.IntN(2)
	segments := make([]segment, n)
	ref, near := o.rnd.IntN(len(o.contigs)), -1
	for i := range segments {
		if o.rnd.IntN(8) == 0 {
			ref, near = o.rnd.IntN(len(o.contigs)), -1
		}
		segments[i] = o.segment(ref, near)
		near = segments[i].pos
	}
	for i, s := range segments {
		mate := segments[(i+1)%n]
		if n > 1 {
			s.flag |= 1 | 2*o.rnd.IntN(2) | 0x40<<(i&1)
			if mate.flag&4 != 0 {
				s.flag |= 8
			}
			s.flag |= mate.flag & 16 << 1
		}
		if o.rnd.IntN(20) == 0 {
			s.flag ^= 1 << o.rnd.IntN(12) // what does not fit
			if s.flag&4 != 0 {
				s.cigar = "*"
			} else if s.cigar == "*" && s.seq != "*" {
				s.flag |= 4
			}
		}
		rname, rnext, pnext, tlen := "*", "*", 0, 0
		if s.ref >= 0 {
			rname = fmt.Sprintf("c%d", s.ref)
		}
		if n > 1 {
			pnext = mate.pos
			switch {
			case mate.ref == s.ref && mate.ref >= 0:
				rnext = "="
				left, right := min(s.pos, mate.pos), max(s.end, mate.end)
				if tlen = right - left + 1; s.pos > mate.pos || s.pos == mate.pos && s.flag&0x40 == 0 {
					tlen = -tlen
				}
			case mate.ref >= 0:
				rnext = fmt.Sprintf("c%d", mate.ref)
			}
			if o.rnd.IntN(10) == 0 {
				tlen = o.rnd.IntN(2000) - 1000
			}
		}
		qual := "*"
		if s.seq != "*" && o.rnd.IntN(10) > 0 {
			qual = o.letters("!#5AFIII", len(s.seq))
			if qual[0] == '*' {
				qual = "*"
			}
		}
		text := fmt.Sprintf("%s\t%d\t%s\t%d\t%d\t%s\t%s\t%d\t%d\t%s\t%s%s\n", name, s.flag, rname, s.pos, o.rnd.IntN(256), s.cigar, rnext, pnext, tlen, s.seq, qual, o.tags())
		lines = append(lines, line{s.ref, s.pos, text})
	}
	return lines
}

// segment makes the alignment of a read on a reference, near a place.
func (o *odd) segment(ref, near int) segment {
	s := segment{ref: ref, flag: o.rnd.IntN(2) * 16}
	if o.rnd.IntN(8) == 0 { // no place, or that of its mate
		s.flag |= 4
		s.cigar, s.seq = "*", o.letters("ACGTN", o.rnd.IntN(200))
		if s.seq == "" {
			s.seq = "*"
		}
		if s.ref, s.pos = -1, 0; near > 0 {
			s.ref, s.pos = ref, near
		}
		s.end = s.pos
		return s
	}
	contig := o.contigs[ref]
	at := o.rnd.IntN(len(contig))
	if near > 0 {
		at = min(max(0, near-1+o.rnd.IntN(600)-300), len(contig)-1)
	}
	s.pos = at + 1
	s.flag |= []int{0, 0, 0, 0x100, 0x200, 0x400, 0x800}[o.rnd.IntN(7)]
	var cigar, seq strings.Builder
	op := func(n int, code byte) { fmt.Fprintf(&cigar, "%d%c", n, code) }
	if o.rnd.IntN(6) == 0 {
		op(1+o.rnd.IntN(9), 'H')
	}
	if o.rnd.IntN(4) == 0 {
		n := 1 + o.rnd.IntN(30)
		op(n, 'S')
		seq.WriteString(o.letters("ACGTN", n))
	}
	for k := 1 + o.rnd.IntN(o.longest); k > 0; k-- {
		n := min(1+o.rnd.IntN(60), len(contig)-at)
		if n <= 0 {
			break
		}
		op(n, "MMMM=X"[o.rnd.IntN(6)])
		bases := []byte(strings.ToUpper(contig[at : at+n]))
		for i := range bases {
			if o.rnd.IntN(25) == 0 {
				bases[i] = "ACGTNRY=."[o.rnd.IntN(8)]
			}
		}
		seq.Write(bases)
		at += n
		switch n := 1 + o.rnd.IntN(12); {
		case k == 1:
		case o.rnd.IntN(4) == 0:
			op(n, 'I')
			seq.WriteString(o.letters("ACGTN", n))
		case o.rnd.IntN(12) == 0:
			op(n, 'P')
		case at+20*n < len(contig) && o.rnd.IntN(2) == 0:
			op(20*n, 'N')
			at += 20 * n
		case at+n < len(contig):
			op(n, 'D')
			at += n
		}
	}
	if o.rnd.IntN(4) == 0 {
		n := 1 + o.rnd.IntN(30)
		op(n, 'S')
		seq.WriteString(o.letters("ACGTN", n))
	}
	s.end, s.cigar, s.seq = at, cigar.String(), seq.String()
	switch o.rnd.IntN(15) {
	case 0:
		s.seq = "*"
	case 1:
		s.cigar, s.seq = "*", "*"
	}
	return s
}

func (o *odd) tags() string {
	var b strings.Builder
	for _, tag := range []string{"XA:A:!", "XB:i:-70000", "XC:i:7", "XD:f:12.5", "XE:Z:some text", "XF:H:1AE3", "XG:B:c,1,-2,3", "XH:B:S,1,70,65535", "XI:B:f,0.25,1e9", "XJ:Z:", "RG:Z:one", "RG:Z:two", "NM:i:3", "MD:Z:7A8", "BC:Z:ACGT-TTG"} {
		if o.rnd.IntN(8) == 0 && !(strings.HasPrefix(tag, "RG") && strings.Contains(b.String(), "RG:")) {
			b.WriteString("\t" + tag)
		}
	}
	return b.String()
}

// write writes the reference and the alignments.
func (o *odd) write(t *testing.T, templates int, sorted bool) (sam, reference string) {
	t.Helper()
	dir := t.TempDir()
	sam, reference = filepath.Join(dir, "odd.sam"), filepath.Join(dir, "odd.fa")
	require.NoError(t, os.WriteFile(sam, o.sam(templates, sorted), 0o600))
	require.NoError(t, os.WriteFile(reference, o.fasta(), 0o600))
	return sam, reference
}

func TestSamtoolsOddReads(t *testing.T) {
	oracle.Needs(t, "samtools")
	for name, sorted := range map[string]bool{"sorted": true, "unsorted": false} {
		t.Run(name, func(t *testing.T) {
			sam, reference := newOdd(5, 40, 5000).write(t, 3000, sorted)
			holdKinds(t, sam, reference, kinds)
		})
	}
}

// TestSamtoolsLongCIGAR has records whose CIGAR does not fit into its place in
// BAM.
func TestSamtoolsLongCIGAR(t *testing.T) {
	oracle.Needs(t, "samtools")
	o := newOdd(6, 1, 4_000_000)
	o.longest = 120_000
	sam, reference := o.write(t, 6, true)
	holdKinds(t, sam, reference, []string{"version=3.0", "version=3.1,no_ref=1", "version=2.1,embed_ref=1"})
}

func TestSamtoolsUnmapped(t *testing.T) {
	oracle.Needs(t, "samtools")
	var b strings.Builder
	o := newOdd(7, 1, 1000)
	b.WriteString("@HD\tVN:1.6\n@RG\tID:one\n@RG\tID:two\n@RG\tID:UNKNOWN\n")
	for i := range 3000 {
		seq := o.letters("ACGTN", o.rnd.IntN(200)+1)
		fmt.Fprintf(&b, "r%d\t%d\t*\t0\t0\t*\t*\t0\t0\t%s\t%s%s\n", i/2, 77+64*(i%2), seq, o.letters("!#5AFIII", len(seq)), o.tags())
	}
	dir := t.TempDir()
	sam, reference := filepath.Join(dir, "u.sam"), filepath.Join(dir, "u.fa")
	require.NoError(t, os.WriteFile(sam, []byte(b.String()), 0o600))
	require.NoError(t, os.WriteFile(reference, o.fasta(), 0o600))
	holdKinds(t, sam, reference, kinds)
}
