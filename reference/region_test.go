package reference

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

const toEnd = math.MaxInt64

func TestSplitRegion(t *testing.T) {
	names := map[string]bool{"chr1": true, "HLA:01": true, "a": true, "a:5": true, "{b": true}
	known := func(name string) bool { return names[name] }
	for text, want := range map[string]struct {
		name     string
		beg, end int64
	}{
		"chr1":                        {"chr1", 0, toEnd},
		"chr1:5":                      {"chr1", 4, toEnd},
		"chr1:5-":                     {"chr1", 4, toEnd},
		"chr1:5-0":                    {"chr1", 4, toEnd},
		"chr1:5-9":                    {"chr1", 4, 9},
		"chr1:-9":                     {"chr1", 0, 9},
		"chr1:0-9":                    {"chr1", 0, 9},
		"chr1:":                       {"chr1", 0, toEnd},
		"chr1:1,000-2,000":            {"chr1", 999, 2000},
		"chr1:1K-2.5k":                {"chr1", 999, 2500},
		"chr1:1e3-1.5M":               {"chr1", 999, 1500000},
		"chr1:1G":                     {"chr1", 999999999, toEnd},
		"chr1:2500e-2-30":             {"chr1", 24, 30},
		"chr1:1-99999999999999999999": {"chr1", 0, toEnd},
		"HLA:01":                      {"HLA:01", 0, toEnd},
		"HLA:01:5-9":                  {"HLA:01", 4, 9},
		"{HLA:01}":                    {"HLA:01", 0, toEnd},
		"{HLA:01}:5-9":                {"HLA:01", 4, 9},
		"{a}:5":                       {"a", 4, toEnd},
		"{a:5}":                       {"a:5", 0, toEnd},
	} {
		name, beg, end, err := SplitRegion(text, known)
		require.NoError(t, err, text)
		require.Equal(t, want.name, name, text)
		require.Equal(t, [2]int64{want.beg, want.end}, [2]int64{beg, end}, text)
	}
	for text, why := range map[string]string{
		"":             `there is no sequence ""`,
		"chr9":         `there is no sequence "chr9"`,
		"chr9:1-2":     `there is no sequence "chr9"`,
		"a:5":          "it can be read in two ways: write {a:5} or {a}:5",
		"{a":           "there is no closing brace",
		"{a}5":         `there is no sequence "a}"`,
		"chr1:20-10":   "it ends before it begins",
		"chr1:5x":      "there is something behind the number",
		"chr1:-5x":     "there is something behind the number",
		"chr1:-5-9":    "bases are counted from 1",
		"chr1:5-9x":    "there is something behind the second number",
		"chr1:abc":     "there is something behind the number",
		"chr1:1-2:3-4": `there is no sequence "chr1:1-2"`,
	} {
		_, _, _, err := SplitRegion(text, known)
		require.ErrorIs(t, err, ErrValidation, text)
		require.ErrorContains(t, err, why, text)
	}
}

func TestParseRegion(t *testing.T) {
	x := &Index{Sequences: []Sequence{{Contig: Contig{Name: "chr1", Length: 10}}}}
	r, err := ParseRegion(x, "chr1:3-20")
	require.NoError(t, err)
	require.Equal(t, Region{Label: "chr1:3-20", Span: Span{Sequence: &x.Sequences[0], Beg: 2, End: 20}}, r)
	_, err = ParseRegion(x, "chr2")
	require.ErrorIs(t, err, ErrValidation)
}
