package reference

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func contig(name string, length int64, m5 string) Contig {
	return Contig{Name: name, Length: length, M5: m5}
}

func TestMatch(t *testing.T) {
	const (
		m1 = "11111111111111111111111111111111"
		m2 = "22222222222222222222222222222222"
		m3 = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	)
	named := []Contig{contig("1", 100, ""), contig("2", 50, "")}
	summed := []Contig{contig("1", 100, m1), contig("2", 50, m2)}
	chr := []Contig{contig("chr1", 100, m1), contig("chr2", 50, m2), contig("chrM", 7, m3)}
	for _, c := range []struct {
		name   string
		header []Contig
		cand   []Contig
		want   Fit
	}{
		{"by M5", summed, summed, Fit{ByM5: 2}},
		{"by name", named, summed, Fit{ByName: 2, Extra: 0}},
		{"by name the other way", summed, named, Fit{ByName: 2}},
		{"by M5 in capitals", []Contig{contig("x", 7, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")}, chr, Fit{ByM5: 1, Renamed: 1, Extra: 2}},
		{"renamed", summed, chr, Fit{ByM5: 2, Renamed: 2, Extra: 1}},
		{"no length known", []Contig{contig("1", 0, "")}, summed, Fit{ByName: 1, Extra: 1}},
		{"other names", named, chr, Fit{Differing: 2, Extra: 3, Differences: []Difference{{named[0], Contig{}}, {named[1], Contig{}}}}},
		{"other length", []Contig{contig("1", 99, ""), named[1]}, summed,
			Fit{ByName: 1, Differing: 1, Extra: 1, Differences: []Difference{{contig("1", 99, ""), summed[0]}}}},
		{"other M5", []Contig{contig("1", 100, m3), summed[1]}, summed,
			Fit{ByM5: 1, Differing: 1, Extra: 1, Differences: []Difference{{contig("1", 100, m3), summed[0]}}}},
		{"the same M5 twice", []Contig{contig("1", 100, m1), contig("1b", 100, m1)}, summed, Fit{ByM5: 2, Renamed: 1, Extra: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.want.ID = "it"
			got := Match(c.header, []Candidate{{"it", c.cand}})
			require.Equal(t, []Fit{c.want}, got)
			require.Equal(t, c.want.Differing == 0, got[0].Fits())
		})
	}

	order := func(header []Contig, candidates ...Candidate) (out []string) {
		for _, f := range Match(header, candidates) {
			out = append(out, f.ID)
		}
		return out
	}
	extra := append([]Contig{contig("decoy", 9, "")}, summed...)
	wrong := []Contig{contig("1", 100, m3), contig("2", 50, m2)}
	require.Equal(t, []string{"same", "extra", "chr", "names", "wrong", "none"}, order(summed,
		Candidate{"none", nil}, Candidate{"wrong", wrong}, Candidate{"names", named}, Candidate{"chr", chr}, Candidate{"extra", extra}, Candidate{"same", summed}))
	require.Nil(t, Match(nil, []Candidate{{"a", summed}}))
	require.Empty(t, Match(summed, nil))

	var many []Contig
	for i := range 20 {
		many = append(many, Contig{Name: string(rune('a' + i)), Length: 1})
	}
	fit := Match(many, []Candidate{{"none", nil}})[0]
	require.Equal(t, 20, fit.Differing)
	require.Equal(t, []Difference{{Want: many[0]}, {Want: many[1]}, {Want: many[2]}, {Want: many[3]}, {Want: many[4]}}, fit.Differences)

	require.Equal(t, "1: not in the reference", Difference{Want: named[0]}.String())
	require.Equal(t, "1: 99 bases, in the reference 100", Difference{contig("1", 99, m1), summed[0]}.String())
	require.Equal(t, "1: M5 "+m3+", in the reference "+m1, Difference{contig("1", 100, m3), summed[0]}.String())
}
