package fastq

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/errs"
)

const rewrite = `multi-line FASTQ is not accepted; write each record on four lines, for example with "seqtk seq -l0"`

// checks are texts and all that a check says of them.
var checks = []struct {
	name, text   string
	reads, bases int64
	fault        string
}{
	{"one record", "@a\nACGT\n+\nIIII\n", 1, 4, ""},
	{"no last newline", "@a\nACGT\n+\nIIII", 1, 4, ""},
	{"comment, name after plus", "@a b\tc\nACGT\n+a b\tc\nIIII\n@b\nAC\n+b\n@+\n", 2, 6, ""},
	{"any alphabet", "@a\nacgtuNRYSWKMBDHV.-*=0123~!\n+\n" + strings.Repeat("~", 26) + "\n", 1, 26, ""},
	{"no name", "@\nA\n+\nI\n", 1, 1, ""},
	{"varying lengths", "@a\nACGT\n+\nIIII\n@a\nACGTA\n+\nIIIII\n@a\nA\n+\nI\n@a\nACGT\n+\nIIII\n", 4, 14, ""},
	{"zero length", "@a\n\n+\n\n@b\nA\n+\nI\n@c\n\n+\n\n", 3, 1, ""},
	{"CRLF", "@a\r\nACGT\r\n+\r\nIIII\r\n@b\r\n\r\n+b\r\n\r\n", 2, 4, ""},
	{"CRLF without last LF", "@a\r\nACGT\r\n+\r\nIIII\r", 1, 4, ""},
	{"CRLF without last line end", "@a\r\nACGT\r\n+\r\nIIII", 1, 4, ""},
	{"mixed line ends", "@a\r\nACGT\n+\r\nIIII\n@b\nAC\r\n+\nII\r\n", 2, 6, ""},
	{"trailing blank lines", "@a\nACGT\n+\nIIII\n\n\n\n", 1, 4, ""},
	{"trailing CRLF blank lines", "@a\nACGT\n+\nIIII\n\r\n\n\r\n\r", 1, 4, ""},
	{"trailing blank lines after zero length", "@a\n\n+\n\n\n\n", 1, 0, ""},
	{"qualities like name and plus lines", "@a\nAC\n+\n@a\n@b\nA\n+\n+\n", 2, 3, ""},

	{"empty", "", 0, 0, "no FASTQ record in the file"},
	{"only blank lines", "\n\r\n\n", 0, 0, "no FASTQ record in the file"},
	{"only a CR", "\r", 0, 0, "no FASTQ record in the file"},

	{"no at", "a\nACGT\n+\nIIII\n", 0, 0, "record 1, line 1: name line starts with 'a', not '@'"},
	{"no at, second", "@a\nACGT\n+\nIIII\n+\nACGT\n+\nIIII\n", 1, 4, "record 2, line 5: name line starts with '+', not '@'"},
	{"not text", "\x1f\x8b\x08", 0, 0, "record 1, line 1: name line starts with byte 0x1f, not '@'"},
	{"byte order mark", "\xef\xbb\xbf@a\nA\n+\nI\n", 0, 0, "record 1, line 1: name line starts with byte 0xef, not '@'"},
	{"CR, not a line end", "\r@a\nA\n+\nI\n", 0, 0, "record 1, line 1: name line starts with byte 0x0d, not '@'"},
	{"two CRs", "@a\nA\n+\nI\n\r\r\n", 1, 1, "record 2, line 5: name line starts with byte 0x0d, not '@'"},
	{"spaces at the end", "@a\nA\n+\nI\n \n", 1, 1, "record 2, line 5: name line starts with ' ', not '@'"},
	{"FASTA", ">a\nACGT\n", 0, 0, "record 1, line 1: name line starts with '>', not '@': this looks like FASTA"},

	{"blank line first", "\n@a\nA\n+\nI\n", 0, 0, "record 1, line 1: blank line before a record: blank lines are allowed only at the end of the file"},
	{"blank line between", "@a\nA\n+\nI\n\r\n\n@b\nA\n+\nI\n", 1, 1, "record 2, line 5: blank line before a record: blank lines are allowed only at the end of the file"},
	{"text after blank lines", "@a\nA\n+\nI\n\n\rx", 1, 1, "record 2, line 5: blank line before a record: blank lines are allowed only at the end of the file"},

	{"no plus", "@a\nACGT\nIIII\n@b\n", 0, 0, "record 1, line 3: third line of the record starts with 'I', not '+'"},
	{"no plus at the end", "@a\nACGT\n?", 0, 0, "record 1, line 3: third line of the record starts with '?', not '+'"},
	{"at for plus", "@a\nACGT\n@b\nACGT\n", 0, 0, "record 1, line 3: third line of the record starts with '@', not '+'"},
	{"empty third line", "@a\nACGT\n\n+\nIIII\n", 0, 0, "record 1, line 3: third line of the record is empty; it must start with '+'"},
	{"empty third CRLF line", "@a\nACGT\n\r\n+\nIIII\n", 0, 0, "record 1, line 3: third line of the record is empty; it must start with '+'"},
	{"empty sequence, then nucleotides", "@a\n\nACGT\n+\nIIII\n", 0, 0, "record 1, line 3: third line of the record starts with 'A', not '+'"},
	{"long third line", "@a\nACGT\n" + strings.Repeat("A", 64) + "!\n+\nI\n", 0, 0, "record 1, line 3: the sequence goes on in the third line of the record, where '+' must be: " + rewrite},
	{"long strange third line", "@a\nACGT\n" + strings.Repeat("A", 63) + "!\n+\nI\n", 0, 0, "record 1, line 3: third line of the record starts with 'A', not '+'"},
	{"multi-line sequence", "@a\nACGT\n+\nIIII\n@b\nACGTN\nacg\n+\nIIIII\nIII\n", 1, 4, "record 2, line 7: the sequence goes on in the third line of the record, where '+' must be: " + rewrite},
	{"multi-line sequence, CRLF", "@b\r\nACGTN\r\nacg\r\n+\r\nIIIII\r\nIII\r\n", 0, 0, "record 1, line 3: the sequence goes on in the third line of the record, where '+' must be: " + rewrite},
	{"multi-line sequence, cut", "@b\nACGTN\nacg", 0, 0, "record 1, line 3: the sequence goes on in the third line of the record, where '+' must be: " + rewrite},

	{"quality short", "@a\nACGT\n+\nIII\n@b\nACGT\n+\nIIII\n", 0, 0, "record 1, line 4: quality line has length 3, sequence line has length 4"},
	{"quality short, last", "@a\nA\n+\nI\n@b\nACGT\n+\nIII\n", 1, 1, "record 2, line 8: quality line has length 3, sequence line has length 4"},
	{"quality short, CRLF", "@a\r\nACGT\r\n+\r\nIII\r\n", 0, 0, "record 1, line 4: quality line has length 3, sequence line has length 4"},
	{"quality short, blank line", "@a\nACGT\n+\nIII\n\r\n", 0, 0, "record 1, line 4: quality line has length 3, sequence line has length 4"},
	{"quality empty", "@a\nACGT\n+\n\n@b\nA\n+\nI\n", 0, 0, "record 1, line 4: quality line has length 0, sequence line has length 4"},
	{"quality empty, then more", "@a\nACGT\n+\n\nIIII\n", 0, 0, "record 1, line 4: quality line has length 0, sequence line has length 4"},
	{"quality short, then NUL", "@a\nACGT\n+\nIII\n\x00", 0, 0, "record 1, line 4: quality line has length 3, sequence line has length 4"},
	{"quality long", "@a\nACGT\n+\nIIIII\n@b\nACGT\n+\nIIII\n", 0, 0, "record 1, line 4: quality line has length 5, sequence line has length 4"},
	{"quality long, no last newline", "@a\nACGT\n+\nIIIII", 0, 0, "record 1, line 4: quality line has length 5, sequence line has length 4"},
	{"quality for an empty sequence", "@a\n\n+\nI\n", 0, 0, "record 1, line 4: quality line has length 1, sequence line has length 0"},
	{"multi-line quality", "@a\nACGTACGT\n+\nIIII\nIIII\n", 0, 0, "record 1, line 4: quality line has length 4, sequence line has length 8; the qualities seem to go on in the next line: " + rewrite},

	{"ends in name", "@", 0, 0, "record 1, line 2: input ends inside a record: the sequence line is missing"},
	{"ends after name", "@a\nA\n+\nI\n@b\n", 1, 1, "record 2, line 6: input ends inside a record: the sequence line is missing"},
	{"ends in sequence", "@a\nACG", 0, 0, "record 1, line 3: input ends inside a record: the '+' line is missing"},
	{"ends in CRLF of an empty sequence", "@a\r\n\r", 0, 0, "record 1, line 3: input ends inside a record: the '+' line is missing"},
	{"ends after sequence", "@a\nACG\n", 0, 0, "record 1, line 3: input ends inside a record: the '+' line is missing"},
	{"ends in plus", "@a\nACG\n+", 0, 0, "record 1, line 4: input ends inside a record: the quality line is missing"},
	{"ends after plus", "@a\nACG\n+\n", 0, 0, "record 1, line 4: input ends inside a record: the quality line is missing"},
	{"ends after plus, zero length", "@a\n\n+\n", 0, 0, "record 1, line 4: input ends inside a record: the quality line is missing"},
	{"ends in quality", "@a\nACGT\n+\nII", 0, 0, "record 1, line 4: input ends inside a record: the quality line ends after 2 of 4 characters"},
	{"ends in CRLF of quality", "@a\nACGT\n+\nII\r", 0, 0, "record 1, line 4: input ends inside a record: the quality line ends after 2 of 4 characters"},

	{"NUL in sequence", "@a\nAC\x00T\n+\nIIII\n", 0, 0, "record 1, line 2: sequence line has byte 0x00 at column 3; only the characters '!' to '~' are allowed"},
	{"space in sequence", "@a\nACG \n+\nIIII\n", 0, 0, "record 1, line 2: sequence line has ' ' at column 4; only the characters '!' to '~' are allowed"},
	{"CR in sequence", "@a\nA\rCG\n+\nIIII\n", 0, 0, "record 1, line 2: sequence line has byte 0x0d at column 2; only the characters '!' to '~' are allowed"},
	{"two CRs after sequence", "@a\nACG\r\r\n+\nIIII\n", 0, 0, "record 1, line 2: sequence line has byte 0x0d at column 4; only the characters '!' to '~' are allowed"},
	{"DEL in quality", "@a\nACGT\n+\nIII\x7f\n", 0, 0, "record 1, line 4: quality line has byte 0x7f at column 4; only the characters '!' to '~' are allowed"},
	{"high byte in quality", "@a\nA\n+\nI\n@b\nACGT\n+\n\xffIII\n", 1, 1, "record 2, line 8: quality line has byte 0xff at column 1; only the characters '!' to '~' are allowed"},
	{"old Macintosh line ends", "@a\rACGT\r+\rIIII\r", 0, 0, "record 1, line 2: input ends inside a record: the sequence line is missing"},
}

func TestChecker(t *testing.T) {
	for _, tt := range checks {
		t.Run(tt.name, func(t *testing.T) {
			want := verdict{Counts{tt.reads, tt.bases}, tt.fault}
			require.Equal(t, want, reference([]byte(tt.text)), "reference")
			sameAtAllCuts(t, []byte(tt.text), want)

			// The same after enough good records for the fast path, and for
			// its guess at the length.
			const before = 3
			good := strings.Repeat("@x\nACGT\n+\nIIII\n", before)
			want = reference([]byte(good + tt.text))
			require.GreaterOrEqual(t, want.Reads, int64(before))
			sameAtAllCuts(t, []byte(good+tt.text), want)
		})
	}
}

func TestCheckerKindAndPosition(t *testing.T) {
	var c Checker
	err := c.Write([]byte("@a\nACGT\n+\nIIII\n@b\nACGT\n+\nIII\n@"))
	require.ErrorIs(t, err, errs.ErrCorrupt)
	var e *errs.Error
	require.True(t, errors.As(err, &e))
	require.Equal(t, errs.Pos{Record: 2, Line: 8}, e.Pos)
	require.Equal(t, "r.fq: record 2, line 8: quality line has length 3, sequence line has length 4",
		errs.InFile(err, "r.fq", errs.Corrupt).Error())
	require.Equal(t, err, c.Write([]byte("@c\n")), "a fault stays")
	require.Equal(t, err, c.Close())
	require.Equal(t, err, c.Close())

	var empty Checker
	require.NoError(t, empty.Write(nil))
	require.ErrorIs(t, empty.Close(), errs.ErrCorrupt)

	var good Checker
	require.NoError(t, good.Write([]byte("@a\nA\n+\nI\n")))
	good.Abort() // without a mate: nothing
	require.NoError(t, good.Close())
	require.NoError(t, good.Close())
	require.ErrorIs(t, good.Write([]byte("@a\n")), errs.ErrInternal)
	require.Equal(t, Counts{1, 1}, good.Counts())
}

// records makes n records with sequences of the given length; with spread,
// of any length up to it.
func records(n, length int, spread bool, eol string) []byte {
	rnd := rand.New(rand.NewPCG(uint64(n), uint64(length)))
	var b bytes.Buffer
	for i := range n {
		k := length
		if spread {
			k = rnd.IntN(length + 1)
		}
		fmt.Fprintf(&b, "@NB501:23:H7WVYBGX2:1:%d:%d/1%s", 11101+i/1000, i, eol)
		for range k {
			b.WriteByte("ACGT"[rnd.IntN(4)])
		}
		b.WriteString(eol + "+" + eol)
		for range k {
			b.WriteByte(byte('!' + rnd.IntN(94)))
		}
		b.WriteString(eol)
	}
	return b.Bytes()
}

func TestCheckerLongText(t *testing.T) {
	for _, tt := range []struct {
		n, length int
		spread    bool
		eol       string
	}{
		{1000, 150, false, "\n"},
		{1000, 150, true, "\n"},
		{1000, 150, false, "\r\n"},
		{20, 20_000, true, "\n"},
		{1, 1_200_000, false, "\n"},
	} {
		text := records(tt.n, tt.length, tt.spread, tt.eol)
		want := reference(text)
		require.Empty(t, want.Fault)
		require.Equal(t, int64(tt.n), want.Reads)
		rnd := rand.New(rand.NewPCG(7, 7))
		for _, mean := range []int{100, 5_000, 200_000, len(text)} {
			require.Equal(t, want, run(new(Checker), cutAtRandom(text, mean, rnd)), "%+v, chunks of about %d", tt, mean)
		}
		// One spoiled byte somewhere: the fast path must see what the
		// reference sees.
		for i := range 16 {
			bad := bytes.Clone(text)
			bad[rnd.IntN(len(bad))] = "\n\r\x00@+A\x80 "[i%8]
			require.Equal(t, reference(bad), run(new(Checker), cutAtRandom(bad, 70_000, rnd)))
		}
	}
}

// TestCheckerMemory feeds lines far longer than any chunk.
func TestCheckerMemory(t *testing.T) {
	a := bytes.Repeat([]byte("A"), 64<<10)
	feed := func() {
		c, mate := NewPair(t.Context(), PairOptions{})
		defer mate.Abort()
		write := func(p []byte) {
			if err := c.Write(p); err != nil {
				t.Fatal(err)
			}
		}
		many := func(p []byte) {
			for range 64 {
				write(p)
			}
		}
		write([]byte("@name "))
		many(a)
		write([]byte("\n"))
		many(a)
		write([]byte("\n+"))
		many(a)
		write([]byte("\n"))
		many(a)
		require.NoError(t, c.Close())
		require.Equal(t, Counts{1, 64 * 64 << 10}, c.Counts())
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	feed()
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(64<<10), "16 MiB of text in four lines")
}

func TestPrintable(t *testing.T) {
	for n := range 80 {
		b := bytes.Repeat([]byte("!~"), 40)[:n]
		require.True(t, printable(b))
		require.Equal(t, -1, unprintable(b))
		for i := range n {
			for x := range 256 {
				old := b[i]
				b[i] = byte(x)
				good := '!' <= x && x <= '~'
				if printable(b) != good || (unprintable(b) == i) == good {
					t.Fatalf("length %d, byte %#x at %d", n, x, i)
				}
				b[i] = old
			}
		}
	}
}
