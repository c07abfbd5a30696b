package reference

import (
	"math"
	"strings"

	"github.com/seqlode/seqlode/internal/errs"
)

// ParseRegion reads a region of a file with this index as `samtools faidx` does,
// and gives it as [Write] takes it: its label is the text. What leaves the
// sequence is still in it.
//
//	chr1              all of it
//	chr1:1000         from base 1000 on; the first base is 1
//	chr1:1000-2000    bases 1000 to 2000, both included
//	chr1:-2000        up to base 2000
//	{HLA:01}:5-9      a name in braces, for those with a colon in them
//
// Numbers are as [SplitRegion] says. Errors are of kind [ErrValidation].
func ParseRegion(x *Index, text string) (Region, error) {
	name, beg, end, err := SplitRegion(text, func(name string) bool { return x.Find(name) != nil })
	if err != nil {
		return Region{}, err
	}
	return Region{Label: text, Span: Span{Sequence: x.Find(name), Beg: beg, End: end}}, nil
}

// SplitRegion splits a region into the name of a sequence, of which known knows
// whether it is there, and the bases [beg, end), counted from 0; end is
// [math.MaxInt64] where the region has none.
//
// Numbers may have commas, a decimal point, an exponent and K, M or G behind
// them: 1,000 and 1e3 and 1K are the same. A text that is a name as a whole is that
// sequence, be there a colon in it; where it could be read in both ways it is
// refused. Errors are of kind [ErrValidation].
func SplitRegion(text string, known func(name string) bool) (name string, beg, end int64, err error) {
	bad := func(why string) (string, int64, int64, error) {
		return "", 0, 0, errs.At(errs.Validation, errs.Pos{}, "region %q: %s", text, why)
	}
	name, bases, part, why := splitName(text, known)
	if why != "" {
		return bad(why)
	}
	if !known(name) {
		return bad("there is no sequence \"" + name + "\"")
	}
	if !part {
		return name, 0, math.MaxInt64, nil
	}
	if beg, end, why = parseBases(bases); why != "" {
		return bad(why)
	}
	return name, beg, end, nil
}

// splitName splits a region into the name and, where there is a part, its bases;
// or says why it can't.
func splitName(text string, known func(string) bool) (name, bases string, part bool, why string) {
	if inside, ok := strings.CutPrefix(text, "{"); ok {
		end := strings.IndexByte(inside, '}')
		switch {
		case end < 0:
			return "", "", false, "there is no closing brace"
		case strings.HasPrefix(inside[end:], "}:"):
			return inside[:end], inside[end+2:], true, ""
		}
		return inside[:len(inside)-1], "", false, "" // whatever its last character is, as in htslib
	}
	colon := strings.LastIndexByte(text, ':')
	if colon < 0 {
		return text, "", false, ""
	}
	whole, front := known(text), known(text[:colon])
	switch {
	case whole && front:
		return "", "", false, "it can be read in two ways: write {" + text + "} or {" + text[:colon] + "}" + text[colon:]
	case whole:
		return text, "", false, ""
	}
	return text[:colon], text[colon+1:], true, ""
}

// parseBases reads what follows the colon, and says why where it can't. It takes
// what htslib takes, odd forms included: "0-9" and "-9" begin at the first base,
// "5-" and "5-0" end with the sequence.
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
// what follows it. Without a digit the number is 0 and nothing is taken. Numbers
// beyond an int64 are taken for its largest.
func parseNumber(s string) (n int64, rest string) {
	rest = strings.TrimLeft(s, " \t\n\v\f\r")
	negative := strings.HasPrefix(rest, "-")
	if negative || strings.HasPrefix(rest, "+") {
		rest = rest[1:]
	}
	whole, rest := takeDigits(&n, rest, true)
	exponent, decimals := int64(0), int64(0)
	if after, ok := strings.CutPrefix(rest, "."); ok {
		decimals, rest = takeDigits(&n, after, false)
		exponent = -decimals
	}
	if rest != "" {
		switch rest[0] | 0x20 {
		case 'e':
			var e int64
			e, rest = parseExponent(rest[1:])
			exponent += e
		case 'k':
			exponent, rest = exponent+3, rest[1:]
		case 'm':
			exponent, rest = exponent+6, rest[1:]
		case 'g':
			exponent, rest = exponent+9, rest[1:]
		}
	}
	if whole+decimals == 0 {
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

// parseExponent reads what follows an e.
func parseExponent(s string) (e int64, rest string) {
	down := strings.HasPrefix(s, "-")
	if down || strings.HasPrefix(s, "+") {
		s = s[1:]
	}
	_, rest = takeDigits(&e, s, false)
	if down {
		e = -e
	}
	return e, rest
}

// takeDigits appends the digits that s begins with to n, passing over commas where
// they may be, and gives their number and what follows.
func takeDigits(n *int64, s string, commas bool) (digits int64, rest string) {
	for ; s != ""; s = s[1:] {
		switch {
		case '0' <= s[0] && s[0] <= '9':
			*n = shift(*n, int64(s[0]-'0'))
			digits++
		case !commas || s[0] != ',':
			return digits, s
		}
	}
	return digits, ""
}

// shift appends a digit to a number.
func shift(n, digit int64) int64 {
	if n > (math.MaxInt64-digit)/10 {
		return math.MaxInt64
	}
	return 10*n + digit
}
