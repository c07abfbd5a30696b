package sam

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAccessors(t *testing.T) {
	r := with(func(p *parts) {
		p.ref, p.next, p.pos, p.npos, p.tlen = 1, -1, 1<<31-2, -1, -1<<31
		p.mapq, p.bin, p.flag, p.name = 255, 65535, 65535, "name\x00"
		p.cigar, p.seq, p.qual = []CigarOp{op('S', 2), op('M', 3)}, "ACGTN", []byte{1, 2, 3, 4, 5}
		p.aux = []byte("NMC\x01")
	})
	require.NoError(t, r.Check(2))
	require.Equal(t, int32(1), r.RefID())
	require.Equal(t, int32(-1), r.NextRefID())
	require.Equal(t, int32(1<<31-2), r.Pos())
	require.Equal(t, int32(-1), r.NextPos())
	require.Equal(t, int32(-1<<31), r.TLen())
	require.Equal(t, uint8(255), r.MapQ())
	require.Equal(t, uint16(65535), r.Bin())
	require.Equal(t, uint16(65535), r.Flag())
	require.True(t, r.Unmapped())
	require.Equal(t, 2, r.NCigar())
	require.Equal(t, 5, r.SeqLen())
	require.Equal(t, "name", string(r.Name()))
	require.Equal(t, []byte{0x12, 0x48, 0xf0}, r.Seq())
	require.Equal(t, []byte{1, 2, 3, 4, 5}, r.Qual())
	require.Equal(t, "NMC\x01", string(r.Aux()))
	require.Equal(t, 2, r.Cigar().Len())
	require.Equal(t, op('M', 3), r.Cigar().Op(1))
}

func TestName(t *testing.T) {
	for stored, want := range map[string]string{
		"\x00":        "",
		"r\x00":       "r",
		"r":           "r", // the terminator is missing
		"r\x00\x00":   "r\x00",
		"r\x00x":      "r\x00x",
		"abcdefg\x00": "abcdefg",
	} {
		r := with(func(p *parts) { p.name = stored })
		require.NoError(t, r.Check(1))
		require.Equal(t, want, string(r.Name()), "%q", stored)
		require.Equal(t, want, columns(r)[0], "%q", stored)
	}
}

func TestEnd(t *testing.T) {
	for want, change := range map[int64]func(p *parts){
		103: func(p *parts) {},
		121: func(p *parts) {
			p.cigar = []CigarOp{op('H', 9), op('S', 1), op('M', 1), op('I', 1), op('D', 5), op('N', 6), op('P', 7), op('=', 1), op('X', 9), op('B', 3)}
			p.seq, p.qual = strings.Repeat("A", 13), nil
		},
		100: func(p *parts) { p.flag = 4 },
		51:  func(p *parts) { p.pos, p.cigar = 50, nil },
		61:  func(p *parts) { p.pos, p.cigar = 60, []CigarOp{op('I', 4)} },
		0:   func(p *parts) { p.pos = -1; p.flag = 4 },
	} {
		r := with(change)
		require.NoError(t, r.Check(1))
		require.Equal(t, want, r.End())
	}
	r, _ := longRecord(70000)
	require.NoError(t, r.Check(1))
	require.Equal(t, int64(99+35000), r.End())
	require.Equal(t, 70000, r.Cigar().Len())
	require.Equal(t, int64(70000), r.Cigar().ReadLen())
	require.Equal(t, 2, r.NCigar())
}

func TestCigarOps(t *testing.T) {
	for code, c := range "MIDNSHP=XB??????" {
		o := CigarOp(7<<4 | code)
		require.Equal(t, byte(c), o.Char())
		require.Equal(t, 7, o.Len())
		require.Equal(t, strings.ContainsRune("MIS=X", c), o.ConsumesRead(), "%c", c)
		require.Equal(t, strings.ContainsRune("MDN=X", c), o.ConsumesRef(), "%c", c)
	}
}

func TestCutTag(t *testing.T) {
	tags := []string{
		"XAAc", "XBc\xff", "XCC\xff", "XDs" + bits16(1), "XES" + bits16(1), "XFi" + bits32(1), "XGI" + bits32(1),
		"XHf" + float(1), "XId" + double(1), "XJZ\x00", "XKZtext\x00", "XLH1AE3\x00",
		"XMBc" + count(2) + "ab", "XNBC" + count(0), "XOBs" + count(1) + "ab", "XPBS" + count(1) + "ab",
		"XQBi" + count(1) + "abcd", "XRBI" + count(1) + "abcd", "XSBf" + count(1) + "abcd",
	}
	aux := []byte(strings.Join(tags, ""))
	for _, want := range tags {
		tag, rest, ok := CutTag(aux)
		require.True(t, ok, want)
		require.Equal(t, want, string(tag))
		require.Equal(t, [2]byte([]byte(want)), tag.Key())
		require.Equal(t, want[2], tag.Type())
		require.Equal(t, want[3:], string(tag.Value()))
		aux = rest
	}
	require.Empty(t, aux)
	for _, bad := range []string{"", "NMC", "NMi123", "NMd1234567", "RGZtext", "RGH", "XXB", "XXBc", "XXBc\x01\x00\x00", "XXBc" + count(1), "XXBi" + count(1) + "123", "XXq1"} {
		_, rest, ok := CutTag([]byte(bad))
		require.False(t, ok, "%q", bad)
		require.Equal(t, bad, string(rest))
	}
}

// faulty are records that htslib refuses, in a file of one reference.
var faulty = []struct {
	what string
	r    Record
	want string
}{
	{"nothing", nil, "the record has 0 bytes"},
	{"a part of the fixed bytes", plain().record()[:31], "the record has 31 bytes"},
	{"a reference beyond the header", with(func(p *parts) { p.ref = 1 }), "reference id 1 is not one of the header's 1"},
	{"a reference below -1", with(func(p *parts) { p.ref = -2 }), "reference id -2 "},
	{"a mate's reference beyond the header", with(func(p *parts) { p.next = 7 }), "the mate's reference id 7 "},
	{"a mate's reference below -1", with(func(p *parts) { p.next = -3 }), "the mate's reference id -3 "},
	{"no name", with(func(p *parts) { p.name = "" }), "the name has length 0"},
	{"a negative sequence", patch(plain().record(), 16, "\xff\xff\xff\xff"), "the sequence has length -1"},
	{"a sequence beyond the record", patch(plain().record(), 16, "\xff\xff\xff\x7f"), "2147483647 bases do not fit into the record's"},
	{"a CIGAR beyond the record", patch(plain().record(), 12, "\xff\xff"), "65535 CIGAR operations"},
	{"a name beyond the record", patch(plain().record(), 8, "\xff"), "a name of 255 bytes"},
	{"one byte short", plain().record()[:len(plain().record())-1], "do not fit"},
	{"a short CIGAR", with(func(p *parts) { p.cigar[0] = op('M', 3) }), "the CIGAR tells of 3 bases, the sequence has 4"},
	{"a CIGAR without bases", with(func(p *parts) { p.cigar[0] = op('D', 4) }), "the CIGAR tells of 0 bases"},
	{"a long CIGAR short of the sequence", with(func(p *parts) {
		p.cigar = []CigarOp{op('S', 4), op('N', 3)}
		p.aux = []byte("CGBI" + count(2) + bits32(int64(op('M', 2))) + bits32(int64(op('D', 2))))
	}), "the CIGAR tells of 2 bases"},
	{"no such type", tagged("NMC\x01", "XXq\x01\x00\x00\x00"), `tag "XX": type 'q' is not known`},
	{"no such type, not printable", tagged("\x00\xffI\x01\x00\x00\x00", "\x00\xff\n1"), `tag "\x00\xff": type '\n' is not known`},
	{"a cut s", tagged("XXs\x01"), `tag "XX": the value runs past the end`},
	{"a cut S", tagged("XXS\x01"), `tag "XX": the value runs past the end`},
	{"a cut i", tagged("XXi\x01\x00\x00"), `tag "XX": the value runs past the end`},
	{"a cut I", tagged("XXI\x01\x00\x00"), `tag "XX": the value runs past the end`},
	{"a cut f", tagged("XXf\x01\x00\x00"), `tag "XX": the value runs past the end`},
	{"a cut d", tagged("XXd\x01\x00\x00\x00\x00\x00\x00"), `tag "XX": the value runs past the end`},
	{"a Z without an end", tagged("RGZtext"), `tag "RG": the text of type Z has no end`},
	{"an H without an end", tagged("RGH1AE301AE301AE301AE301AE301AE301AE301AE301AE301AE301AE301AE301AE301AE3"), `tag "RG": the text of type H has no end`},
	{"an array of chars", tagged("XXBA" + count(1) + "a"), `tag "XX": an array of type 'A' is not known`},
	{"an array of doubles", tagged("XXBd" + count(1) + double(1)), `tag "XX": an array of type 'd' is not known`},
	{"an array without a count", tagged("XXBc\x00\x00\x00"), `tag "XX": the value runs past the end`},
	{"an array that is cut", tagged("XXBs" + count(2) + "abc"), `tag "XX": the value runs past the end`},
	{"an array that is far too long", tagged("XXBi\xff\xff\xff\xff" + "abcd"), `tag "XX": the value runs past the end`},
	{"an array whose bytes overflow 32 bits", tagged("XXBi" + bits32(1<<30) + "abcd"), `tag "XX": the value runs past the end`},
	{"three bytes behind a clipped read", with(func(p *parts) {
		p.cigar, p.aux = []CigarOp{op('S', 4)}, []byte("NMC\x01XXc")
	}), "3 bytes behind the last tag are no tag"},
	{"CGZ behind a clipped read", with(func(p *parts) {
		p.cigar, p.aux = []CigarOp{op('S', 4)}, []byte("NMC\x01CGZ")
	}), "3 bytes behind the last tag are no tag"},
	{"a cut tag before CG", with(func(p *parts) {
		p.cigar, p.aux = []CigarOp{op('S', 4)}, []byte("XXi\x01\x00\x00")
	}), `tag "XX": the value runs past the end`},
}

func patch(r Record, at int, bytes string) Record {
	copy(r[at:], bytes)
	return r
}

func TestFaults(t *testing.T) {
	for _, tt := range faulty {
		err := tt.r.Check(1)
		require.ErrorContains(t, err, tt.want, tt.what)
		dst := []byte("before")
		got, textErr := AppendText(dst, tt.r, testNames()[:1])
		require.Equal(t, err, textErr, tt.what)
		require.Equal(t, "before", string(got), tt.what)
	}
}

// lenient are records that look wrong and that htslib takes.
var lenient = []Record{
	tagged("NMC\x01", "XXc"),
	tagged("NMC\x01", "q"),
	tagged("NMC\x01", "\x00\x00\x00"),
	with(func(p *parts) { p.cigar, p.aux = []CigarOp{op('S', 4)}, []byte("NMC\x01XXZ") }),
	with(func(p *parts) { p.cigar, p.aux = []CigarOp{op('S', 4)}, []byte("NMC\x01XX") }),
	with(func(p *parts) { p.cigar, p.aux, p.pos = []CigarOp{op('S', 4)}, []byte("NMC\x01XXc"), -1 }),
	with(func(p *parts) { p.cigar[0] = op('M', 3); p.flag = 4 }),
	with(func(p *parts) { p.cigar = nil }),
	with(func(p *parts) { p.seq, p.qual = "", nil }),
	with(func(p *parts) { p.name = "no terminator" }),
	with(func(p *parts) { p.name = strings.Repeat("n", 255) }),
	with(func(p *parts) { p.pos, p.npos, p.tlen = -7, -1<<31, -1<<31 }),
	with(func(p *parts) { p.pos, p.npos, p.tlen = 1<<31-1, 1<<31-1, 1<<31-1 }),
	with(func(p *parts) { p.ref, p.next = -1, 0 }),
}

func TestLenient(t *testing.T) {
	for _, r := range lenient {
		require.NoError(t, r.Check(1))
		require.Equal(t, 1, strings.Count(text(r), "\n"))
	}
}

func TestCheckAllocatesNothing(t *testing.T) {
	r, _ := longRecord(1000)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		if r.Check(1) != nil || !bytes.Equal(r.Cigar(), r.Cigar()) || r.End() == 0 {
			t.Error("not as it should be")
		}
	}))
}
