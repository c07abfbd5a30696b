package fastq

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// verdict is all that a check says.
type verdict struct {
	Counts
	Fault string // empty for a good text
}

// reference is the slow and plain check that the checker must agree with: the
// whole text cut into lines, the lines into records.
func reference(text []byte) verdict {
	var lines [][]byte
	whole := bytes.HasSuffix(text, []byte("\n"))
	if len(text) > 0 {
		lines = bytes.Split(bytes.TrimSuffix(text, []byte("\n")), []byte("\n"))
	}
	content := func(i int) []byte { return bytes.TrimSuffix(lines[i], []byte("\r")) }
	var v verdict
	fault := func(line int, format string, args ...any) verdict {
		v.Fault = fmt.Sprintf("record %d, line %d: ", v.Reads+1, line+1) + fmt.Sprintf(format, args...)
		return v
	}
	for at := 0; ; at += 4 {
		blanks := 0
		for at+blanks < len(lines) && len(content(at+blanks)) == 0 {
			blanks++
		}
		if at+blanks == len(lines) {
			if v.Reads == 0 {
				v.Fault = "no FASTQ record in the file"
			}
			return v
		}
		if blanks > 0 {
			return fault(at, "blank line before a record: blank lines are allowed only at the end of the file")
		}
		if first := lines[at][0]; first != '@' {
			hint := ""
			if first == '>' {
				hint = ": this looks like FASTA"
			}
			return fault(at, "name line starts with %s, not '@'%s", quoted(first), hint)
		}
		missing := func(line int, what string) verdict {
			return fault(line, "input ends inside a record: the %s line is missing", what)
		}
		printables := func(line int, what string) (fault string) {
			for i, b := range content(line) {
				if b <= ' ' || b >= 0x7f {
					return fmt.Sprintf("%s line has %s at column %d; only the characters '!' to '~' are allowed", what, quoted(b), i+1)
				}
			}
			return ""
		}
		if at+1 >= len(lines) {
			return missing(at+1, "sequence")
		}
		if bad := printables(at+1, "sequence"); bad != "" {
			return fault(at+1, "%s", bad)
		}
		bases := len(content(at + 1))
		if at+2 >= len(lines) {
			return missing(at+2, "'+'")
		}
		if third := lines[at+2]; len(third) == 0 || third[0] != '+' {
			if len(third) > 64 {
				third = third[:64]
			}
			if len(third) > 0 && third[len(third)-1] == '\r' {
				third = third[:len(third)-1]
			}
			if len(third) == 0 {
				return fault(at+2, "third line of the record is empty; it must start with '+'")
			}
			nucleotides := bases > 0
			for _, b := range third {
				nucleotides = nucleotides && bytes.IndexByte([]byte("ACGTUNRYSWKMBDHVacgtunryswkmbdhv.-*"), b) >= 0
			}
			if nucleotides {
				return fault(at+2, "the sequence goes on in the third line of the record, where '+' must be: %s", multiLine)
			}
			return fault(at+2, "third line of the record starts with %s, not '+'", quoted(third[0]))
		}
		if at+3 >= len(lines) {
			return missing(at+3, "quality")
		}
		if bad := printables(at+3, "quality"); bad != "" {
			return fault(at+3, "%s", bad)
		}
		quals := len(content(at + 3))
		if last := at+4 >= len(lines); last && !whole && quals < bases {
			return fault(at+3, "input ends inside a record: the quality line ends after %d of %d characters", quals, bases)
		}
		if quals != bases {
			hint := ""
			if 0 < quals && quals < bases && at+4 < len(lines) && len(lines[at+4]) > 0 {
				if next := lines[at+4][0]; next > ' ' && next < 0x7f && next != '@' {
					hint = "; the qualities seem to go on in the next line: " + multiLine
				}
			}
			return fault(at+3, "quality line has length %d, sequence line has length %d%s", quals, bases, hint)
		}
		v.Reads++
		v.Bases += int64(bases)
	}
}

// run feeds the chunks to a checker. Each lies in memory of its own that is
// spoiled after Write, so that a kept or overrun slice shows.
func run(c *Checker, chunks [][]byte) verdict {
	var err error
	for _, chunk := range chunks {
		own := append(make([]byte, 0, len(chunk)), chunk...)
		err = c.Write(own)
		for i := range own {
			own[i] = '\n'
		}
		if err != nil {
			break
		}
	}
	closed := c.Close()
	v := verdict{Counts: c.Counts()}
	if closed != nil {
		v.Fault = closed.Error()
	}
	if err != nil && err != closed {
		v.Fault = fmt.Sprintf("Write says %q, Close says %q", err, v.Fault)
	}
	return v
}

// cutEvery cuts text into chunks of n bytes.
func cutEvery(text []byte, n int) (chunks [][]byte) {
	for len(text) > n {
		chunks, text = append(chunks, text[:n]), text[n:]
	}
	return append(chunks, text)
}

// cutAtRandom cuts text into chunks of 0 to 2*mean+1 bytes.
func cutAtRandom(text []byte, mean int, rnd *rand.Rand) (chunks [][]byte) {
	for len(text) > 0 {
		n := min(rnd.IntN(2*mean+2), len(text))
		chunks, text = append(chunks, text[:n]), text[n:]
	}
	return chunks
}

// sameAtAllCuts checks text whole, byte by byte, cut in two at every place, and
// at random cuts, alone and as one of a pair, against one verdict.
func sameAtAllCuts(t *testing.T, text []byte, want verdict) {
	t.Helper()
	check := func(how string, chunks [][]byte) {
		t.Helper()
		require.Equal(t, want, run(new(Checker), chunks), "%s", how)
		c, mate := NewPair(t.Context(), PairOptions{})
		require.Equal(t, want, run(c, chunks), "%s, in a pair", how)
		mate.Abort()
	}
	check("whole", [][]byte{text})
	check("byte by byte", cutEvery(text, 1))
	for i := 0; i <= len(text) && i < 2000; i++ {
		check(fmt.Sprintf("cut at %d", i), [][]byte{text[:i], text[i:]})
	}
	for seed := range uint64(20) {
		check(fmt.Sprintf("random cuts, seed %d", seed), cutAtRandom(text, int(seed)+2, rand.New(rand.NewPCG(seed, 1))))
	}
}
