package sam

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// shortReads are like what bwa mem writes of pairs of 150 bases.
func shortReads(n int) []Record {
	rnd := rand.New(rand.NewPCG(17, 18))
	records := make([]Record, n)
	for i := range records {
		records[i] = with(func(p *parts) {
			p.name = fmt.Sprintf("A00001:%d:HXXXXXXXX:1:%d:%d:%d\x00", 10+rnd.IntN(90), 1101+rnd.IntN(100), 1000+rnd.IntN(30000), 1000+rnd.IntN(30000))
			p.pos, p.npos, p.tlen = rnd.Int32N(5e6), rnd.Int32N(5e6), rnd.Int32N(1000)-500
			p.flag = []uint16{83, 99, 147, 163}[rnd.IntN(4)]
			p.seq, p.qual = reads(rnd, 150)
			p.cigar = []CigarOp{op('M', 150)}
			md := "150"
			if rnd.IntN(4) == 0 {
				n := 1 + rnd.IntN(100)
				p.cigar = []CigarOp{op('S', n), op('M', 150-n)}
				md = fmt.Sprintf("%dA%d", n, 149-2*n+n)
			}
			p.aux = []byte("NMC" + string(rune(rnd.IntN(9))) + "MDZ" + md + "\x00MCZ150M\x00ASC" + string(byte(rnd.IntN(128))) + "XSC" + string(byte(rnd.IntN(128))) + "RGZrg1\x00")
		})
	}
	return records
}

// longReads are like a sequencer's that calls modified bases: many operations,
// MM and ML.
func longReads(n int) []Record {
	rnd := rand.New(rand.NewPCG(19, 20))
	records := make([]Record, n)
	for i := range records {
		records[i] = with(func(p *parts) {
			length := 5000 + rnd.IntN(20000)
			p.seq, p.qual = reads(rnd, length)
			p.cigar = nil
			for left := length; left > 0; {
				m := min(left, 1+rnd.IntN(60))
				p.cigar = append(p.cigar, op('M', m), op('D', 1+rnd.IntN(3)))
				left -= m
			}
			calls := length / 25
			var mm, ml strings.Builder
			for range calls {
				fmt.Fprintf(&mm, ",%d", rnd.IntN(20))
				ml.WriteByte(byte(rnd.Uint32()))
			}
			p.aux = []byte("MMZC+m?" + mm.String() + ";\x00MLBC" + count(calls) + ml.String() + "snBf" + count(4) + float(12.03125) + float(7.5) + float(3.14159) + float(9.1) + "def" + float(0.0123))
		})
	}
	return records
}

func reads(rnd *rand.Rand, n int) (seq string, qual []byte) {
	s, qual := make([]byte, n), make([]byte, n)
	for i := range n {
		s[i], qual[i] = "ACGT"[rnd.IntN(4)], byte(2+rnd.IntN(40))
	}
	return string(s), qual
}

func BenchmarkAppendText(b *testing.B) {
	for name, records := range map[string][]Record{"short": shortReads(1000), "long": longReads(20)} {
		b.Run(name, func(b *testing.B) {
			names := testNames()
			var buf []byte
			for b.Loop() {
				buf = buf[:0]
				for _, r := range records {
					var err error
					if buf, err = AppendText(buf, r, names); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.SetBytes(int64(len(buf)))
		})
	}
}

func BenchmarkCheck(b *testing.B) {
	records := shortReads(1000)
	n := 0
	for _, r := range records {
		n += len(r)
	}
	b.SetBytes(int64(n))
	for b.Loop() {
		for _, r := range records {
			if err := r.Check(1); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkFloats(b *testing.B) {
	rnd := rand.New(rand.NewPCG(21, 22))
	common, rare := make([]float32, 1000), make([]float32, 1000)
	for i := range common {
		common[i], rare[i] = rnd.Float32()*100, rnd.Float32()*1e-20
	}
	for name, values := range map[string][]float32{"common": common, "rare": rare} {
		b.Run(name, func(b *testing.B) {
			p := make([]byte, maxFloat)
			for b.Loop() {
				for _, v := range values {
					putFloat(p, 0, v)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(values)), "ns/number")
		})
	}
}

func BenchmarkParse(b *testing.B) {
	var text strings.Builder
	var refs []Ref
	for i := range 3000 {
		name := fmt.Sprintf("contig_%d", i)
		fmt.Fprintf(&text, "@SQ\tSN:%s\tLN:%d\tM5:0123456789abcdef0123456789abcdef\n", name, 1000+i)
		refs = append(refs, Ref{Name: []byte(name), Length: uint32(1000 + i)})
	}
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		h, err := NewHeader([]byte(text.String()), refs)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := h.Parse(); err != nil {
			b.Fatal(err)
		}
	}
}
