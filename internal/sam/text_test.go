package sam

import (
	"bytes"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// golden are records and a part of their lines that tells them.
var golden = []struct {
	what string
	r    Record
	line string
}{
	{"all columns", plain().record(), "r1\t99\tchr1\t100\t60\t4M\t=\t200\t150\tACGT\tII?#"},
	{"nothing known", with(func(p *parts) {
		*p = parts{ref: -1, next: -1, pos: -1, npos: -1, name: "*\x00", flag: 4, mapq: 255}
	}), "*\t4\t*\t0\t255\t*\t*\t0\t0\t*\t*"},
	{"an empty name", with(func(p *parts) { p.name = "\x00" }), "\t99\tchr1\t100\t60\t4M\t=\t200\t150\tACGT\tII?#"},
	{"the mate elsewhere", with(func(p *parts) { p.next = 1 }), "r1\t99\tchr1\t100\t60\t4M\tchr2_with_a_longer_name\t200\t150\tACGT\tII?#"},
	{"the mate nowhere", with(func(p *parts) { p.ref, p.next = 1, -1 }), "r1\t99\tchr2_with_a_longer_name\t100\t60\t4M\t*\t200\t150\tACGT\tII?#"},
	{"only the mate somewhere", with(func(p *parts) { p.ref = -1 }), "r1\t99\t*\t100\t60\t4M\tchr1\t200\t150\tACGT\tII?#"},
	{"the greatest numbers", with(func(p *parts) {
		p.flag, p.mapq, p.pos, p.npos, p.tlen = 65535, 255, 1<<31-1, 1<<31-1, 1<<31-1
	}), "r1\t65535\tchr1\t2147483648\t255\t4M\t=\t2147483648\t2147483647\tACGT\tII?#"},
	{"the least numbers", with(func(p *parts) {
		p.flag, p.mapq, p.pos, p.npos, p.tlen = 0, 0, -1<<31, -2, -1<<31
	}), "r1\t0\tchr1\t-2147483647\t0\t4M\t=\t-1\t-2147483648\tACGT\tII?#"},
	{"every operation", with(func(p *parts) {
		p.flag, p.cigar = 4, nil
		for i := range 16 {
			p.cigar = append(p.cigar, CigarOp(i<<4|i))
		}
		p.cigar = append(p.cigar, 1<<32-1, 1<<32-16)
	}), "r1\t4\tchr1\t100\t60\t0M1I2D3N4S5H6P7=8X9B10?11?12?13?14?15?268435455?268435455M\t=\t200\t150\tACGT\tII?#"},
	{"every base", with(func(p *parts) {
		p.flag, p.seq, p.qual = 4, baseChars+"N", nil
	}), "r1\t4\tchr1\t100\t60\t4M\t=\t200\t150\t=ACMGRSVTWYHKDBNN\t*"},
	{"one base", with(func(p *parts) {
		p.flag, p.seq, p.qual = 4, "T", []byte{0}
	}), "r1\t4\tchr1\t100\t60\t4M\t=\t200\t150\tT\t!"},
	{"every quality", with(func(p *parts) {
		p.flag, p.seq, p.qual = 4, strings.Repeat("A", 256), nil
		for q := range 256 {
			p.qual = append(p.qual, byte(q))
		}
	}), "r1\t4\tchr1\t100\t60\t4M\t=\t200\t150\t" + strings.Repeat("A", 256) + "\t" + everyQuality()},
	{"no qualities, by the first", with(func(p *parts) { p.qual = []byte{255, 1, 2, 3} }), "r1\t99\tchr1\t100\t60\t4M\t=\t200\t150\tACGT\t*"},

	{"A", tagged("XXAa", "XYA\x00", "XZA\t"), "\tXX:A:a\tXY:A:\x00\tXZ:A:\t"},
	{"c", tagged("XXc\x00", "XYc\x7f", "XZc\x80", "XWc\xff"), "\tXX:i:0\tXY:i:127\tXZ:i:-128\tXW:i:-1"},
	{"C", tagged("XXC\x00", "XYC\x09", "XZC\x0a", "XWC\xff"), "\tXX:i:0\tXY:i:9\tXZ:i:10\tXW:i:255"},
	{"s", tagged("XXs"+bits16(0), "XYs"+bits16(32767), "XZs"+bits16(-32768)), "\tXX:i:0\tXY:i:32767\tXZ:i:-32768"},
	{"S", tagged("XXS"+bits16(999), "XYS"+bits16(1000), "XZS"+bits16(65535)), "\tXX:i:999\tXY:i:1000\tXZ:i:65535"},
	{"i", tagged("XXi"+bits32(99999999), "XYi"+bits32(1<<31-1), "XZi"+bits32(-1<<31)), "\tXX:i:99999999\tXY:i:2147483647\tXZ:i:-2147483648"},
	{"I", tagged("XXI"+bits32(100000000), "XYI"+bits32(4200000001), "XZI"+bits32(1<<32-1)), "\tXX:i:100000000\tXY:i:4200000001\tXZ:i:4294967295"},
	{"f", tagged("XXf"+float(0.5), "XYf"+float(-1e-10), "XZf"+float(float32(math.Inf(-1)))), "\tXX:f:0.5\tXY:f:-1e-10\tXZ:f:-inf"},
	{"d", tagged("XXd"+double(math.Pi), "XYd"+double(-5e-324), "XZd"+double(math.MaxFloat64), "XWd"+double(0)), "\tXX:d:3.14159\tXY:d:-4.94066e-324\tXZ:d:1.79769e+308\tXW:d:0"},
	{"Z", tagged("XXZ\x00", "XYZ two words\x00", "XZZ"+strings.Repeat("x", 31)+"\x00", "XWZ"+strings.Repeat("y", 3000)+"\x00"),
		"\tXX:Z:\tXY:Z: two words\tXZ:Z:" + strings.Repeat("x", 31) + "\tXW:Z:" + strings.Repeat("y", 3000)},
	{"H", tagged("XXH\x00", "XYH1AE301\x00"), "\tXX:H:\tXY:H:1AE301"},
	{"B:c", tagged("XXBc"+count(0), "XYBc"+count(4)+"\x00\x7f\x80\xff"), "\tXX:B:c\tXY:B:c,0,127,-128,-1"},
	{"B:C", tagged("XXBC"+count(0), "XYBC"+count(4)+"\x00\x09\x63\xff"), "\tXX:B:C\tXY:B:C,0,9,99,255"},
	{"B:s", tagged("XXBs"+count(0), "XYBs"+count(2)+bits16(-32768)+bits16(32767)), "\tXX:B:s\tXY:B:s,-32768,32767"},
	{"B:S", tagged("XXBS"+count(0), "XYBS"+count(2)+bits16(0)+bits16(65535)), "\tXX:B:S\tXY:B:S,0,65535"},
	{"B:i", tagged("XXBi"+count(0), "XYBi"+count(2)+bits32(-1<<31)+bits32(1<<31-1)), "\tXX:B:i\tXY:B:i,-2147483648,2147483647"},
	{"B:I", tagged("XXBI"+count(0), "XYBI"+count(2)+bits32(0)+bits32(1<<32-1)), "\tXX:B:I\tXY:B:I,0,4294967295"},
	{"B:f", tagged("XXBf"+count(0), "XYBf"+count(3)+float(0)+float(1e6)+float(float32(math.NaN()))), "\tXX:B:f\tXY:B:f,0,1e+06,nan"},
	{"a long B", tagged("XXBi" + count(3000) + strings.Repeat(bits32(-1<<31), 3000)), "\tXX:B:i" + strings.Repeat(",-2147483648", 3000)},
	{"keys of any bytes", tagged("\x00\xffC\x01"), "\t\x00\xff:i:1"},
	{"the same key twice", tagged("XXC\x01", "XXC\x02"), "\tXX:i:1\tXX:i:2"},
	{"up to three bytes behind", tagged("XXC\x01", "XXC"), "\tXX:i:1"},

	{"CG", with(func(p *parts) {
		p.cigar = []CigarOp{op('S', 4), op('N', 3)}
		p.aux = []byte("NMC\x07" + "CGBI" + count(3) + bits32(int64(op('M', 2))) + bits32(int64(op('D', 1))) + bits32(int64(op('M', 2))) + "RGZx\x00")
	}), "r1\t99\tchr1\t100\t60\t2M1D2M\t=\t200\t150\tACGT\tII?#\tNM:i:7\tRG:Z:x"},
	{"CG of signed integers, beside another CG", with(func(p *parts) {
		p.cigar = []CigarOp{op('S', 4)}
		p.aux = []byte("CGBi" + count(1) + bits32(int64(op('M', 4))) + "CGBI" + count(1) + bits32(int64(op('X', 4))))
	}), "r1\t99\tchr1\t100\t60\t4M\t=\t200\t150\tACGT\tII?#\tCG:B:I,72"},
	{"CG without a sequence", with(func(p *parts) {
		p.cigar, p.seq, p.qual = []CigarOp{op('S', 0)}, "", nil
		p.aux = []byte("CGBI" + count(1) + bits32(int64(op('M', 4))))
	}), "r1\t99\tchr1\t100\t60\t4M\t=\t200\t150\t*\t*"},
	{"CG that another comes before", with(func(p *parts) {
		p.cigar = []CigarOp{op('S', 4)}
		p.aux = []byte("CGC\x01" + "CGBI" + count(1) + bits32(int64(op('M', 4))))
	}), "r1\t99\tchr1\t100\t60\t4S\t=\t200\t150\tACGT\tII?#\tCG:i:1\tCG:B:I,64"},
	{"CG of shorts", with(func(p *parts) {
		p.cigar = []CigarOp{op('S', 4)}
		p.aux = []byte("CGBS" + count(1) + bits16(int(op('M', 4))))
	}), "r1\t99\tchr1\t100\t60\t4S\t=\t200\t150\tACGT\tII?#\tCG:B:S,64"},
	{"CG shorter than the CIGAR", with(func(p *parts) {
		p.cigar = []CigarOp{op('S', 4), op('N', 3)}
		p.aux = []byte("CGBI" + count(1) + bits32(int64(op('M', 4))))
	}), "r1\t99\tchr1\t100\t60\t4S3N\t=\t200\t150\tACGT\tII?#\tCG:B:I,64"},
	{"CG of an empty array", with(func(p *parts) {
		p.cigar, p.aux = []CigarOp{op('S', 4)}, []byte("CGBI"+count(0))
	}), "r1\t99\tchr1\t100\t60\t4S\t=\t200\t150\tACGT\tII?#\tCG:B:I"},
	{"CG and a clip shorter than the read", with(func(p *parts) {
		p.cigar = []CigarOp{op('S', 3), op('M', 1)}
		p.aux = []byte("CGBI" + count(2) + bits32(int64(op('M', 4))) + bits32(int64(op('D', 4))))
	}), "r1\t99\tchr1\t100\t60\t3S1M\t=\t200\t150\tACGT\tII?#\tCG:B:I,64,66"},
	{"CG of a read that is not placed", with(func(p *parts) {
		p.pos, p.cigar = -1, []CigarOp{op('S', 4)}
		p.aux = []byte("CGBI" + count(1) + bits32(int64(op('M', 4))))
	}), "r1\t99\tchr1\t0\t60\t4S\t=\t200\t150\tACGT\tII?#\tCG:B:I,64"},
	{"CG of a read without a reference", with(func(p *parts) {
		p.ref, p.cigar = -1, []CigarOp{op('S', 4)}
		p.aux = []byte("CGBI" + count(1) + bits32(int64(op('M', 4))))
	}), "r1\t99\t*\t100\t60\t4S\tchr1\t200\t150\tACGT\tII?#\tCG:B:I,64"},
}

func everyQuality() string {
	var b []byte
	for q := range 256 {
		b = append(b, byte(q+33))
	}
	return string(b)
}

func TestGolden(t *testing.T) {
	for _, tt := range golden {
		want := tt.line + "\n"
		if strings.HasPrefix(want, "\t") && len(columns(tt.r)[0]) > 0 { // the tags alone
			want = text(plain().record())
			want = want[:len(want)-1] + tt.line + "\n"
		}
		require.NoError(t, tt.r.Check(2), tt.what)
		require.Equal(t, want, text(tt.r), tt.what)
	}
}

func TestLongCigar(t *testing.T) {
	for _, n := range []int{10, 65535, 65540, 200000} {
		r, cigar := longRecord(n)
		got := columns(r)
		require.Equal(t, cigar, got[5])
		require.Equal(t, []string{"NM:i:7", "RG:Z:x"}, got[11:])
	}
}

func TestUints(t *testing.T) {
	p := make([]byte, maxUint+1)
	check := func(v uint32) {
		n := putUint(p, 1, v)
		if want := strconv.FormatUint(uint64(v), 10); string(p[1:n]) != want {
			t.Fatalf("%s for %s", p[1:n], want)
		}
		n = putInt(p, 0, int32(v))
		if want := strconv.Itoa(int(int32(v))); string(p[:n]) != want {
			t.Fatalf("%s for %s", p[:n], want)
		}
		n = putNext(p, 0, int32(v))
		if want := strconv.FormatInt(int64(int32(v))+1, 10); string(p[:n]) != want {
			t.Fatalf("%s for %s", p[:n], want)
		}
	}
	for v := range uint32(200000) {
		check(v)
		check(-v)
	}
	for pow := uint64(10); pow < 1<<32; pow *= 10 {
		for d := range uint64(10) {
			check(uint32(pow*max(d, 1) - 1))
			check(uint32(pow * d))
		}
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 200000 {
		check(rnd.Uint32() >> rnd.UintN(32))
	}
}

func TestAppendTextAppends(t *testing.T) {
	line := text(plain().record())
	for room := range 2 * len(line) {
		dst := append(make([]byte, 0, 3+room), "abc"...)
		got, err := AppendText(dst, plain().record(), testNames())
		require.NoError(t, err)
		require.Equal(t, "abc"+line, string(got))
		got, err = AppendText(got, plain().record(), testNames())
		require.NoError(t, err)
		require.Equal(t, "abc"+line+line, string(got))
	}
}

func TestAppendTextAllocatesNothing(t *testing.T) {
	rs := []Record{}
	for _, tt := range golden {
		rs = append(rs, tt.r)
	}
	long, _ := longRecord(70000)
	rs, names := append(rs, long), testNames()
	buf := make([]byte, 0, 1<<20)
	require.Zero(t, testing.AllocsPerRun(20, func() {
		for _, r := range rs {
			if _, err := AppendText(buf, r, names); err != nil {
				t.Error(err)
			}
		}
	}))
}

// TestLengths holds every length of name, sequence and string tag, whose ends
// are written by words, against columns made the plain way.
func TestLengths(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for n := 1; n < 120; n++ {
		seq, qual, value := make([]byte, n), make([]byte, n), make([]byte, n)
		for i := range n {
			seq[i], qual[i], value[i] = baseChars[rnd.IntN(16)], byte(rnd.IntN(94)), byte(1+rnd.IntN(255))
		}
		shown := bytes.Clone(qual)
		for i := range shown {
			shown[i] += 33
		}
		name := strings.Repeat("n", n)
		r := with(func(p *parts) {
			p.flag, p.name, p.seq, p.qual = 4, name+"\x00", string(seq), qual
			p.aux = []byte("XXZ" + string(value) + "\x00" + "XYC\x01")
		})
		want := name + "\t4\tchr1\t100\t60\t4M\t=\t200\t150\t" + string(seq) + "\t" + string(shown) + "\tXX:Z:" + string(value) + "\tXY:i:1\n"
		require.Equal(t, want, text(r))
	}
}

func FuzzAppendText(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, b []byte, refs uint8) {
		names := make([][]byte, refs)
		for i := range names {
			names[i] = []byte("ref" + strconv.Itoa(i))
		}
		r := Record(b[:len(b):len(b)]) // a read behind the record would panic
		err := r.Check(len(names))
		got, textErr := AppendText([]byte("x"), r, names)
		switch {
		case (err == nil) != (textErr == nil):
			t.Fatalf("Check says %v, AppendText %v", err, textErr)
		case err != nil && string(got) != "x":
			t.Fatalf("an error and %q", got)
		case err == nil && (!bytes.HasPrefix(got, []byte("x")) || !bytes.HasSuffix(got, []byte("\n")) || bytes.Count(got, []byte("\t")) < 10):
			t.Fatalf("no line: %q", got)
		}
	})
}

func FuzzCheck(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, b []byte, refs uint8) {
		r := Record(b[:len(b):len(b)])
		if r.Check(int(refs)) != nil {
			return
		}
		if n := fixedLen + int(b[8]) + 4*r.NCigar() + len(r.Seq()) + len(r.Qual()) + len(r.Aux()); n != len(b) {
			t.Fatalf("parts of %d bytes in a record of %d", n, len(b))
		}
		if r.SeqLen() != len(r.Qual()) || (r.SeqLen()+1)/2 != len(r.Seq()) || len(r.Name()) > 255 || r.End() <= int64(r.Pos()) {
			t.Fatal("parts that do not agree")
		}
		cigar := r.Cigar()
		for i := range cigar.Len() {
			cigar.Op(i)
		}
		for aux := r.Aux(); len(aux) >= minTag; {
			tag, rest, ok := CutTag(aux)
			if !ok {
				t.Fatal("a checked record whose tags cannot be walked")
			}
			_ = tag.Value()
			aux = rest
		}
	})
}

func seed(f *testing.F) {
	for _, tt := range golden {
		f.Add([]byte(tt.r), uint8(2))
	}
	for _, tt := range faulty {
		f.Add([]byte(tt.r), uint8(1))
	}
	for _, r := range lenient {
		f.Add([]byte(r), uint8(1))
	}
}
