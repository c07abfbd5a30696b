package readset

import (
	"math"
	"strings"

	"github.com/seqlode/seqlode/internal/errs"
)

// Region is a part of a reference, or one of the two sets of records that have
// a sign of their own.
type Region struct {
	Reference  int   // its index in [Header.References]; or Unplaced, or All
	Begin, End int64 // the bases Begin to End-1, from 0
}

// What a Region's Reference may be besides an index.
const (
	Unplaced = -1 // the records behind all that have a place on a reference
	All      = -2 // all records
)

// ParseRegion reads a region as samtools does:
//
//	chr1              all of it
//	chr1:1000         from base 1000 on; the first base is 1
//	chr1:1000-2000    bases 1000 to 2000, both included
//	chr1:-2000        up to base 2000
//	{HLA:01}:5-9      a name in braces, for those with a colon in them
//	*                 the records without a place
//	.                 all records
//
// Numbers may have commas, a decimal point, an exponent and K, M or G behind
// them: 1,000 and 1e3 and 1K are the same. A string that is a name as a whole is that
// reference, be there a colon in it; where it could be read in both ways it is
// refused. Errors are of kind [ErrValidation].
func (h *Header) ParseRegion(region string) (Region, error) {
	switch region {
	case ".":
		return Region{Reference: All}, nil
	case "*":
		return Region{Reference: Unplaced}, nil
	}
	name, bases, part, err := h.splitRegion(region)
	if err != nil {
		return Region{}, err
	}
	id, ok := h.ReferenceID(name)
	if !ok {
		return Region{}, badRegion(region, "the header has no reference %q", name)
	}
	r := Region{Reference: id, End: math.MaxInt64}
	if part {
		why := ""
		if r.Begin, r.End, why = parseBases(bases); why != "" {
			return Region{}, badRegion(region, "%s", why)
		}
	}
	return r, nil
}

func badRegion(region, format string, args ...any) error {
	return errs.At(errs.Validation, errs.Pos{}, "region %q: "+format, append([]any{region}, args...)...)
}

// splitRegion splits a region into the reference's name and, where there is a
// part, its bases.
func (h *Header) splitRegion(region string) (name, bases string, part bool, err error) {
	if inside, ok := strings.CutPrefix(region, "{"); ok {
		end := strings.IndexByte(inside, '}')
		switch {
		case end < 0:
			return "", "", false, badRegion(region, "there is no closing brace")
		case strings.HasPrefix(inside[end:], "}:"):
			return inside[:end], inside[end+2:], true, nil
		}
		return inside[:len(inside)-1], "", false, nil
	}
	colon := strings.LastIndexByte(region, ':')
	if colon < 0 {
		return region, "", false, nil
	}
	_, whole := h.ReferenceID(region)
	_, front := h.ReferenceID(region[:colon])
	switch {
	case whole && front:
		return "", "", false, badRegion(region, "it can be read in two ways: write {%s} or {%s}%s", region, region[:colon], region[colon:])
	case whole:
		return region, "", false, nil
	}
	return region[:colon], region[colon+1:], true, nil
}

// parseBases reads what follows the colon, and says why where it cannot. It
// takes what htslib takes, odd forms included: "0-9" and "-9" begin at the first
// base, "5-" and "5-0" end with the reference.
func parseBases(s string) (beg, end int64, why string) {
	first, rest := parseNumber(s)
	beg, end = first-1, math.MaxInt64
	if beg < 0 {
		switch {
		case first < 0 && strings.HasPrefix(rest, "-"):
			return 0, 0, "bases are counted from 1"
		case rest == "" || rest[0] == ',' || '0' <= rest[0] && rest[0] <= '9':
			if first < 0 {
				end = -first
			}
			return 0, end, ""
		case first < 0:
			return 0, 0, "there is something behind the number"
		}
	}
	if rest != "" {
		if rest[0] != '-' {
			return 0, 0, "there is something behind the number"
		}
		if end, rest = parseNumber(rest[1:]); rest != "" && rest[0] != ',' {
			return 0, 0, "there is something behind the second number"
		}
		if end == 0 {
			end = math.MaxInt64
		}
	}
	if beg >= end {
		return 0, 0, "it ends before it begins"
	}
	return max(beg, 0), end, ""
}

// parseNumber reads the number that s begins with, cut to an integer, and gives
// what follows it. Without a digit the number is 0 and nothing is taken.
// Numbers beyond an int64 are taken for its largest.
func parseNumber(s string) (n int64, rest string) {
	rest = strings.TrimLeft(s, " \t\n\v\f\r")
	negative := strings.HasPrefix(rest, "-")
	if negative || strings.HasPrefix(rest, "+") {
		rest = rest[1:]
	}
	digits := 0
	take := func(n *int64) bool {
		if rest == "" || rest[0] < '0' || rest[0] > '9' {
			return false
		}
		*n = shift(*n, int64(rest[0]-'0'))
		rest = rest[1:]
		return true
	}
	for {
		if take(&n) {
			digits++
		} else if strings.HasPrefix(rest, ",") {
			rest = rest[1:]
		} else {
			break
		}
	}
	exponent := int64(0)
	if after, ok := strings.CutPrefix(rest, "."); ok {
		for rest = after; take(&n); digits++ {
			exponent--
		}
	}
	if rest != "" {
		switch unit := rest[0] | 0x20; unit {
		case 'e':
			rest = rest[1:]
			down := strings.HasPrefix(rest, "-")
			if down || strings.HasPrefix(rest, "+") {
				rest = rest[1:]
			}
			e := int64(0)
			for take(&e) {
			}
			if down {
				e = -e
			}
			exponent += e
		case 'k', 'm', 'g':
			exponent += map[byte]int64{'k': 3, 'm': 6, 'g': 9}[unit]
			rest = rest[1:]
		}
	}
	if digits == 0 {
		return 0, s
	}
	for ; exponent > 0 && n != 0 && n != math.MaxInt64; exponent-- {
		n = shift(n, 0)
	}
	for ; exponent < 0 && n != 0; exponent++ {
		n /= 10
	}
	if negative {
		n = -n
	}
	return n, rest
}

// shift appends a digit to a number.
func shift(n, digit int64) int64 {
	if n > (math.MaxInt64-digit)/10 {
		return math.MaxInt64
	}
	return 10*n + digit
}
