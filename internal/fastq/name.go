package fastq

import "bytes"

// MaxName is the longest read name, in bytes, that the checkers of a pair
// accept; SAM allows 254. A comment after the name does not count.
const MaxName = 1 << 16

// nameOf gives the name in a name line without its '@' and its LF: the first
// word. The rest is a comment, as in Casava's "name 1:N:0:ACGT".
func nameOf(line []byte) []byte {
	line = bytes.TrimSuffix(line, []byte{'\r'})
	for len(line) > 0 && (line[0] == ' ' || line[0] == '\t') {
		line = line[1:]
	}
	if i := bytes.IndexByte(line, ' '); i >= 0 {
		line = line[:i]
	}
	if i := bytes.IndexByte(line, '\t'); i >= 0 {
		line = line[:i]
	}
	return line
}

// sameName tells whether two names, as nameOf gives them, are those of a pair:
//
//   - equal: Casava 1.8 and later, and SRA without read numbers;
//   - equal once "/n" is set aside at the end of either: older Illumina, MGI;
//   - X.spot.n and X.spot.m, both numbered: SRA with read numbers.
//
// The SRA form is seen only on two names together, because a name alone does
// not tell: SRR1.1 and SRR1.2 are two spots, SRR1.7.1 and SRR1.7.2 two reads of
// one spot, and SRR1.7 beside SRR1.7.1 is no pair of names that a tool writes.
// Read numbers go from 1 to 4: with index reads kept, the mate of read 1 or 2
// is read 3 or 4.
func sameName(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	if bytes.Equal(withoutSlash(a), withoutSlash(b)) {
		return true
	}
	n := len(a) - 1
	return len(b)-1 == n && n >= 0 && bytes.Equal(a[:n], b[:n]) &&
		readNumber(a[n]) && readNumber(b[n]) && endsInSpot(a[:n])
}

// withoutSlash sets a read number "/n" at the end of a name aside.
func withoutSlash(name []byte) []byte {
	if n := len(name) - 2; n >= 0 && name[n] == '/' && readNumber(name[n+1]) {
		return name[:n]
	}
	return name
}

func readNumber(b byte) bool { return '1' <= b && b <= '4' }

// endsInSpot tells whether a name up to its read number ends in SRA's
// ".digits." with something before it.
func endsInSpot(head []byte) bool {
	n := len(head) - 1
	if n < 0 || head[n] != '.' {
		return false
	}
	i := n
	for i > 0 && '0' <= head[i-1] && head[i-1] <= '9' {
		i--
	}
	return i < n && i >= 2 && head[i-1] == '.'
}
