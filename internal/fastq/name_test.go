package fastq

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNameOf(t *testing.T) {
	for line, want := range map[string]string{
		"":                        "",
		"\r":                      "",
		"a":                       "a",
		"a\r":                     "a",
		"a b":                     "a",
		"a\tb c\r":                "a",
		"a b\tc":                  "a",
		"a  b":                    "a",
		" a b":                    "a",
		"\t a":                    "a",
		"  ":                      "",
		" \r":                     "",
		"a\rb c":                  "a\rb",
		"a\r b":                   "a\r",
		"@a":                      "@a",
		"SRR1.1 1 length=36":      "SRR1.1",
		"A:1:F:1:11:2:3 1:N:0:AC": "A:1:F:1:11:2:3",
	} {
		require.Equal(t, want, string(nameOf([]byte(line))), "%q", line)

		// The checker that gets the line byte by byte finds the same.
		c, mate := NewPair(t.Context(), PairOptions{})
		for _, b := range []byte("@" + line + "\nA\n+\nI\n") {
			require.NoError(t, c.Write([]byte{b}))
		}
		require.Equal(t, want, string(c.mate.batch.name(0)), "%q", line)
		c.Abort()
		mate.Abort()
	}
}

// names is the table of name lines of two mates, without '@'.
var names = []struct {
	what          string
	first, second string
	same          bool
}{
	{"Casava 1.8", "NB501:23:H7W:1:11101:1:2 1:N:0:ACGT+TTGA", "NB501:23:H7W:1:11101:1:2 2:N:0:ACGT+TTGA", true},
	{"Casava 1.8, filtered and not", "A:1:F:1:1:2:3 1:Y:18:1", "A:1:F:1:1:2:3 2:N:18:1", true},
	{"Casava 1.8, other y", "NB501:23:H7W:1:11101:1:2 1:N:0:1", "NB501:23:H7W:1:11101:1:3 2:N:0:1", false},
	{"bcl2fastq with UMI", "A:1:F:1:1:2:3:ACG+TTT 1:N:0:1", "A:1:F:1:1:2:3:ACG+TTT 2:N:0:1", true},
	{"UMIs differ", "A:1:F:1:1:2:3:ACG 1:N:0:1", "A:1:F:1:1:2:3:ACT 2:N:0:1", false},
	{"10x R1 and R3", "A:1:F:1:1:2:3 1:N:0:1", "A:1:F:1:1:2:3 3:N:0:1", true},
	{"old Illumina", "HWUSI-EAS100R:6:73:941:1973#0/1", "HWUSI-EAS100R:6:73:941:1973#0/2", true},
	{"old Illumina, multiplexed", "HWI:6:73:941:1973#ACGT/1", "HWI:6:73:941:1973#ACGT/2", true},
	{"old Illumina, index read between", "HWI:6:73:941:1973#0/1", "HWI:6:73:941:1973#0/3", true},
	{"old Illumina, other read", "HWI:6:73:941:1973#0/1", "HWI:6:73:941:1974#0/2", false},
	{"old Illumina with comment", "HWI:6:73:941:1973#0/1 run=x", "HWI:6:73:941:1973#0/2\trun=x", true},
	{"old Illumina, blank before the slash", "HWI:6:73:941:1973 /1", "HWI:6:73:941:1973 /2", true},
	{"MGI", "V300051057L1C001R0010000000/1", "V300051057L1C001R0010000000/2", true},
	{"slash on one side", "r7", "r7/2", true},
	{"slash on the other", "r7/1", "r7", true},
	{"same slash", "r7/1", "r7/1", true},
	{"slash only", "/1", "/2", true},
	{"slash with a larger number", "m5/10", "m5/11", false},
	{"slash with 5", "m5/5", "m5/6", false},
	{"slash with 0", "m5/0", "m5/1", false},
	{"slash twice", "r/1/1", "r/1/2", true},
	{"slash twice, inner differs", "r/1/1", "r/2/2", false},
	{"slash on one side of another name", "r7", "r8/2", false},

	{"SRA", "SRR001666.1 071112_SLXA:5:1:817:345 length=36", "SRR001666.1 071112_SLXA:5:1:817:345 length=36", true},
	{"SRA, other spot", "SRR001666.1 1 length=36", "SRR001666.2 2 length=36", false},
	{"SRA, late shift", "SRR8652095.142629002", "SRR8652095.142645002", false},
	{"SRA read numbers", "SRR1.1.1 1 length=36", "SRR1.1.2 1 length=36", true},
	{"SRA read numbers, long spot", "ERR2040271.532255342.1", "ERR2040271.532255342.2", true},
	{"SRA read numbers, technical reads", "SRR1.10.2", "SRR1.10.4", true},
	{"SRA read numbers, other spot", "SRR1.1.1", "SRR1.2.2", false},
	{"SRA read numbers, spot of other length", "SRR1.9.1", "SRR1.10.2", false},
	{"SRA read number on one side", "SRR1.7.1", "SRR1.7", false},
	{"SRA spot beside read number", "SRR1.7", "SRR1.7.2", false},
	{"SRA read number and slash", "SRR1.7.1", "SRR1.7/2", false},
	{"SRA with slash", "SRR1.7/1", "SRR1.7/2", true},
	{"SRA read numbers too large", "SRR1.7.8", "SRR1.7.9", false},
	{"SRA read numbers of two digits", "SRR1.7.11", "SRR1.7.12", false},
	{"numbered dots without a spot", "a.b.1", "a.b.2", false},
	{"one dot", "a.1", "a.2", false},
	{"nothing before the spot", ".7.1", ".7.2", false},
	{"empty spot", "a..1", "a..2", false},
	{"bare digits", "1", "2", false},
	{"ENA", "ERR1.7 7/1", "ERR1.7 7/2", true},

	{"empty", "", "", true},
	{"empty and not", "", "a", false},
	{"comments only", " 1:N:0", " 2:N:0", false},
	{"prefix", "read1", "read10", false},
	{"case", "READ", "read", false},
	{"nanopore", "f5e1c0de-0d2c-4f0f-8a0e-0123456789ab runid=1 ch=2", "f5e1c0de-0d2c-4f0f-8a0e-0123456789ab runid=1 ch=3", true},
}

func TestSameName(t *testing.T) {
	for _, tt := range names {
		a, b := nameOf([]byte(tt.first)), nameOf([]byte(tt.second))
		require.Equal(t, tt.same, sameName(a, b), tt.what)
		require.Equal(t, tt.same, sameName(b, a), tt.what+", the other way round")
	}
}

func FuzzPairNames(f *testing.F) {
	for _, tt := range names {
		f.Add([]byte(tt.first), []byte(tt.second))
	}
	f.Fuzz(func(t *testing.T, a, b []byte) {
		a, b = nameOf(a), nameOf(b)
		if bytes.ContainsAny(a, " \t") {
			t.Fatalf("%q is no name", a)
		}
		same := sameName(a, b)
		if same != sameName(b, a) {
			t.Fatalf("%q and %q: order matters", a, b)
		}
		if !sameName(a, a) {
			t.Fatalf("%q is not itself", a)
		}
		// Names that are no pair stay none when both get the same head, and
		// names of a pair stay one.
		head := "x:"
		if len(a) > 0 && len(b) > 0 && same != sameName([]byte(head+string(a)), []byte(head+string(b))) &&
			!(strings.HasPrefix(string(a), ".") && strings.HasPrefix(string(b), ".")) {
			t.Fatalf("%q and %q: a head changes the verdict", a, b)
		}
		// Only a read number at the very end may differ.
		if same && !bytes.Equal(a, b) {
			cut := func(name []byte) string {
				if n := len(name) - 2; n >= 0 && strings.IndexByte("./", name[n]) >= 0 && strings.IndexByte("1234", name[n+1]) >= 0 {
					return string(name[:n])
				}
				return string(name)
			}
			if cut(a) != cut(b) && cut(a) != string(b) && string(a) != cut(b) {
				t.Fatalf("%q and %q are held for a pair", a, b)
			}
		}
	})
}
