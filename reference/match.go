package reference

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Candidate is a reference that a header may have been made with.
type Candidate struct {
	ID      string // for the caller
	Contigs []Contig
}

// Fit says how a candidate fits a header.
type Fit struct {
	ID        string // of the candidate
	ByM5      int    // contigs of the header that it has by M5
	Renamed   int    // those of them that it has by another name
	ByName    int    // contigs that it has by name and length alone, for want of an M5
	Differing int    // contigs that it has not
	Extra     int    // contigs of its own that the header has not

	Differences []Difference // the first few of those that differ
}

// Fits reports whether it has all contigs of the header.
func (f *Fit) Fits() bool { return f.Differing == 0 }

// Difference is a contig of the header that a candidate does not have.
type Difference struct {
	Want  Contig // of the header
	Found Contig // of that name; the zero value where there is none
}

// String says it in a line.
func (d Difference) String() string {
	switch {
	case d.Found == Contig{}:
		return fmt.Sprintf("%s: not in the reference", d.Want.Name)
	case d.Found.Length != d.Want.Length:
		return fmt.Sprintf("%s: %d bases, in the reference %d", d.Want.Name, d.Want.Length, d.Found.Length)
	}
	return fmt.Sprintf("%s: M5 %s, in the reference %s", d.Want.Name, d.Want.M5, d.Found.M5)
}

// maxDifferences is how many differences a Fit shows.
const maxDifferences = 5

// Match compares the contigs of a header with candidates, and gives how each
// fits, the best first: those that have all contigs, by M5 rather than by name and
// length; then those with the fewest differences. Candidates that fit alike stay
// in their order, those with fewer contigs of their own first. A contig is had by
// M5 where the candidate has that M5, and by name where one side has no M5 and
// the lengths, where both are known, are the same. A header without contigs fits
// nothing: the result is nil.
func Match(header []Contig, candidates []Candidate) []Fit {
	if len(header) == 0 {
		return nil
	}
	var fits []Fit
	for _, c := range candidates {
		fits = append(fits, c.fit(header))
	}
	sortFits(fits)
	return fits
}

// sortFits puts the best first.
func sortFits(fits []Fit) {
	slices.SortStableFunc(fits, func(a, b Fit) int {
		return cmp.Or(cmp.Compare(a.Differing, b.Differing), cmp.Compare(b.ByM5, a.ByM5), cmp.Compare(a.Renamed, b.Renamed), cmp.Compare(a.Extra, b.Extra))
	})
}

// fit compares a candidate.
func (c *Candidate) fit(header []Contig) Fit {
	byName, byM5 := map[string]int{}, map[string]int{}
	for i, contig := range c.Contigs {
		byName[contig.Name] = i
		if contig.M5 != "" {
			byM5[contig.M5] = i
		}
	}
	f := Fit{ID: c.ID}
	used := map[int]bool{}
	for _, want := range header {
		m5 := strings.ToLower(want.M5)
		i, named := byName[want.Name]
		var found Contig
		if named {
			found = c.Contigs[i]
		}
		other, same := byM5[m5]
		switch {
		case m5 != "" && named && found.M5 == m5:
			f.ByM5++
			used[i] = true
		case m5 != "" && same:
			f.ByM5++
			f.Renamed++
			used[other] = true
		case named && (m5 == "" || found.M5 == "") && (want.Length == 0 || found.Length == 0 || want.Length == found.Length):
			f.ByName++
			used[i] = true
		default:
			f.Differing++
			if len(f.Differences) < maxDifferences {
				f.Differences = append(f.Differences, Difference{want, found})
			}
		}
	}
	f.Extra = len(c.Contigs) - len(used)
	return f
}
