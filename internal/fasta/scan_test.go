package fasta

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/errs"
)

// odd are texts, what samtools makes of them, and what is said of them where they
// are refused.
var odd = []struct {
	name, text string
	fai        string // "": refused
	fault      string // why
	strict     string // why strict refuses it; "": as fault, or taken
}{
	{"plain", ">a\nACGT\nAC\n>b\nAC\n", "a\t6\t3\t4\t5\nb\t2\t14\t2\t3\n", "", ""},
	{"one line", ">a\nACGT\n", "a\t4\t3\t4\t5\n", "", ""},
	{"no end of line", ">a\nACGT\nAC", "a\t6\t3\t4\t5\n", "", ""},
	{"no end of the only line", ">a\nACGT", "a\t4\t3\t4\t5\n", "", ""},
	{"lower case", ">a\nacgtnN*-\n", "a\t8\t3\t8\t9\n", "", ""},
	{"long lines", ">a\n" + strings.Repeat("ACGTacgtRY", 10) + "\n" + strings.Repeat("nnnnnACGTA", 10) + "\nA\n", "a\t201\t3\t100\t101\n", "", ""},
	{"description", ">a x y\nAC\n>b\tx\nAC\n", "a\t2\t7\t2\t3\nb\t2\t15\t2\t3\n", "", ""},
	{"space before the name", ">  a\nAC\n", "a\t2\t5\t2\t3\n", "", ""},
	{"vertical tab behind the name", ">a\vx\nAC\n", "a\t2\t5\t2\t3\n", "", "line 1: control byte 0x0b in the line of a name"},
	{"no name", ">\nAC\n", "\t2\t2\t2\t3\n", "", "line 1: no name behind '>'"},
	{"no name, CR", ">\r\nAC\n", "\t2\t3\t2\t3\n", "", "line 1: no name behind '>'"},
	{"no name but a space", "> \nAC\n", "\t2\t3\t2\t3\n", "", "line 1: no name behind '>'"},
	{"name beyond ASCII", ">a\x80b\nAC\n", "a\x80b\t2\t5\t2\t3\n", "", ""},
	{"NUL in a name", ">a\x00b\nAC\n", "a\t2\t5\t2\t3\n", "", "line 1: control byte 0x00 in the line of a name"},
	{"NUL for a name", ">\x00 b\nAC\n", "\t2\t5\t2\t3\n", "", "line 1: control byte 0x00 in the line of a name"},
	{"control byte in a name", ">a\x01b\nAC\n", "a\x01b\t2\t5\t2\t3\n", "", "line 1: control byte 0x01 in the line of a name"},
	{"control byte in a description", "\n>a x\x7f\nAC\n", "a\t2\t7\t2\t3\n", "", "line 2: control byte 0x7f in the line of a name"},

	{"CRLF", ">a x\r\nACGT\r\nACGT\r\nAC\r\n>b\r\nACG\r\n", "a\t10\t6\t4\t6\nb\t3\t26\t3\t5\n", "", ""},
	{"CRLF, no end of line", ">a\r\nACGT\r\nACGT", "a\t8\t4\t4\t6\n", "", ""},
	{"CRLF, empty lines at the end", ">a\r\nACGT\r\n\r\n\r\n", "a\t4\t4\t4\t6\n", "", ""},
	{"CRLF, lines of one base, an empty one", ">a\r\nA\r\nC\r\n\r\n", "a\t2\t4\t1\t3\n", "", ""},
	{"CRLF in the name's line alone", ">a\r\nACGT\nAC\n", "a\t6\t4\t4\t5\n", "", ""},
	{"CRLF in the last line", ">a\nACGT\nAC\r\n", "a\t6\t3\t4\t5\n", "", ""},
	{"CRLF in a last line as wide", ">a\nACGT\nACG\r\n", "a\t7\t3\t4\t5\n", "", ""},
	{"CRLF in the first line", ">a\nACGT\r\nACGT\n", "a\t8\t3\t4\t6\n", "", ""},
	{"CRLF, then LF", ">a\nACGT\r\nACGT\nACGT\n", "", "line 4: sequence \"a\" goes on after a shorter line: all its lines but the last must have the same length", ""},
	{"LF, then CRLF", ">a\nACGT\nACGT\r\n", "", "line 3: a line of 6 bytes in sequence \"a\", whose lines before have 5", ""},
	{"as wide by its LF", ">a\nACGT\r\nACGTA\n", "a\t9\t3\t4\t6\n", "", "line 3: a line of 5 bases in sequence \"a\", whose lines before have 4"},
	{"as wide by its CRLF", ">a\nACGT\nACG\r\nACGT\n", "a\t11\t3\t4\t5\n", "", "line 4: sequence \"a\" goes on after a shorter line: all its lines but the last must have the same length"},
	{"CR at the end", ">a\nACG\nAC\r", "a\t5\t3\t3\t4\n", "", ""},
	{"CR within a line", ">a\nACG\rACG\n", "a\t6\t3\t6\t8\n", "", "line 2: a carriage return within a line"},
	{"two CR", ">a\nACG\r\r\n", "a\t3\t3\t3\t6\n", "", "line 2: a carriage return within a line"},
	{"CR within a name's line", ">a\rb\nAC\n", "a\t2\t5\t2\t3\n", "", "line 1: a carriage return within a line"},
	{"CR within a description", ">a b\rb\nAC\n", "a\t2\t7\t2\t3\n", "", "line 1: a carriage return within a line"},
	{"CR before all", "\r>a\nAC\n", "", "line 1: a carriage return that ends no line", ""},
	{"CR behind all", ">a\nAC\n\n\r", "", "line 4: a carriage return that ends no line", ""},
	{"old Macintosh", ">a\rACGT\rAC\r", "", "line 1: sequence \"a\" is empty", "line 1: a carriage return within a line"},

	{"empty lines before", "\n\r\n>a\nAC\n", "a\t2\t6\t2\t3\n", "", ""},
	{"empty lines between", ">a\nACGT\n\n\n>b\nAC\n\r\n>c\nA\n", "a\t4\t3\t4\t5\nb\t2\t13\t2\t3\nc\t1\t21\t1\t2\n", "", ""},
	{"empty lines at the end", ">a\nACGT\nAC\n\n\n\n", "a\t6\t3\t4\t5\n", "", ""},
	{"empty line within", ">a\nACGT\n\nAC\n", "", "line 4: sequence \"a\" has an empty line before 'A'", ""},
	{"empty line first", ">a\n\nACGT\n", "", "line 3: sequence \"a\" has an empty line before 'A'", ""},
	{"CRLF, empty line first", ">a\r\n\r\nAC\r\n", "", "line 3: a line of 4 bytes in sequence \"a\", whose lines before have 2", "line 3: sequence \"a\" has an empty line before 'A'"},
	{"empty line behind a short one", ">a\nACGT\nAC\n\nA\n", "", "line 5: sequence \"a\" goes on after a shorter line: all its lines but the last must have the same length", ""},
	{"CR for an empty line within", ">a\nA\n\r\nC\n", "a\t2\t3\t1\t2\n", "", "line 4: sequence \"a\" has an empty line before 'C'"},

	{"longer line", ">a\nAC\nACGT\n", "", "line 3: a line of 5 bytes in sequence \"a\", whose lines before have 3", "line 3: a line of 4 bases in sequence \"a\", whose lines before have 2"},
	{"shorter line", ">a\nACGT\nAC\nA\n", "", "line 4: sequence \"a\" goes on after a shorter line: all its lines but the last must have the same length", ""},
	{"spaces in lines", ">a\nAC GT\nAC\n", "a\t6\t3\t4\t6\n", "", "line 2: byte 0x20 in sequence \"a\""},
	{"spaces behind lines", ">a\nACGT \nACGT \nA\n", "a\t9\t3\t4\t6\n", "", "line 2: byte 0x20 in sequence \"a\""},
	{"a line of spaces", ">a\n  \n>b\nAC\n", "a\t0\t3\t0\t3\nb\t2\t9\t2\t3\n", "", "line 2: byte 0x20 in sequence \"a\""},
	{"CR alone", ">a\r\n\r\n", "a\t0\t4\t0\t2\n", "", "line 1: sequence \"a\" is empty"},
	{"a base behind an empty first line", ">a\r\n\r\nA\n", "a\t1\t4\t0\t2\n", "", "line 3: sequence \"a\" has an empty line before 'A'"},
	{"tab", ">a\nAC\tGT\nACGTA\n", "a\t9\t3\t4\t6\n", "", "line 2: byte 0x09 in sequence \"a\""},
	{"NUL", ">a\nA\x00C\nAC\n", "a\t4\t3\t2\t4\n", "", "line 2: byte 0x00 in sequence \"a\""},
	{"DEL in a long line", ">a\n" + strings.Repeat("A", 50) + "\x7f" + strings.Repeat("A", 50) + "\n", "a\t100\t3\t100\t102\n", "", "line 2: byte 0x7f in sequence \"a\""},
	{"beyond ASCII", ">a\nAC\x80G\nAC\n", "a\t5\t3\t3\t5\n", "", "line 2: byte 0x80 in sequence \"a\""},
	{"space before a name's line", ">a\nACGT\n >b\nAC\n", "", "line 4: sequence \"a\" goes on after a shorter line: all its lines but the last must have the same length", "line 3: byte 0x20 in sequence \"a\""},
	{"'>' within a line", ">a\nAC>GT\n", "a\t5\t3\t5\t6\n", "", ""},
	{"'+' begins a line", ">a\nAC\n+-\n", "a\t4\t3\t2\t3\n", "", ""},

	{"same name", ">a\nAC\n>a x\nACGT\n>b\nA\n>a\nA\n", "a\t2\t3\t2\t3\nb\t1\t19\t1\t2\n", "", "line 3: a second sequence with the name \"a\""},
	{"same name as an empty one", ">a\n>a\nAC\n", "a\t2\t6\t2\t3\n", "", "line 1: sequence \"a\" is empty"},
	{"empty sequence", ">a\n>b\nAC\n", "b\t2\t6\t2\t3\n", "", "line 1: sequence \"a\" is empty"},
	{"empty sequence of empty lines", ">z\nAC\n>a\n\n\n>b\nAC\n", "z\t2\t3\t2\t3\nb\t2\t14\t2\t3\n", "", "line 3: sequence \"a\" is empty"},
	{"empty at the end", ">a\nAC\n>b\n", "", "line 3: sequence \"b\" is empty", ""},
	{"no sequence at the end", ">a\nAC\n>b", "", "line 3: sequence \"b\" is empty", ""},
	{"a description at the end", ">a\nAC\n>b c", "", "line 3: sequence \"b\" is empty", ""},
	{"'>' at the end", ">a\nAC\n>", "a\t2\t3\t2\t3\n", "", "line 3: no name behind '>'"},
	{"'>' alone", ">", "", "the file holds no sequence", "line 1: no name behind '>'"},
	{"a name alone", ">a", "", "line 1: sequence \"a\" is empty", ""},
	{"a name's line alone", ">a\n", "", "line 1: sequence \"a\" is empty", ""},
	{"empty file", "", "", "the file holds no sequence", ""},
	{"empty lines alone", "\n\n", "", "the file holds no sequence", ""},

	{"bases alone", "ACGT\n", "", "line 1: the file begins with 'A', not with '>': this is not FASTA", ""},
	{"something else", "\n\x01\n", "", "line 2: the file begins with byte 0x01, not with '>': this is not FASTA", ""},
	{"comment", ";c\n>a\nAC\n", "", "line 1: the file begins with ';', not with '>': this is not FASTA", ""},
	{"FASTQ within", ">a\nACGT\nA\n@r\nACGT\n+\nIIII\n", "", "line 4: sequence \"a\" goes on after a shorter line: all its lines but the last must have the same length", ""},
}

func TestOddTexts(t *testing.T) {
	for _, c := range odd {
		t.Run(c.name, func(t *testing.T) {
			sum, err := scanEveryWay(t, c.text, false)
			if c.fai == "" {
				require.EqualError(t, err, c.fault)
				require.ErrorIs(t, err, errs.ErrCorrupt)
			} else {
				require.NoError(t, err)
				require.Equal(t, c.fai, fai(t, sum.Index))
			}
			refused := c.strict
			if refused == "" {
				refused = c.fault
			}
			sum, err = scanEveryWay(t, c.text, true)
			if refused != "" {
				require.EqualError(t, err, refused)
				require.ErrorIs(t, err, errs.ErrCorrupt)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.fai, fai(t, sum.Index))
			require.Empty(t, sum.Warnings)
		})
	}
}

func TestFASTQ(t *testing.T) {
	for _, strict := range []bool{false, true} {
		_, err := scanEveryWay(t, "@r\nACGT\n+\nIIII\n", strict)
		require.EqualError(t, err, "line 1: this is FASTQ, not FASTA")
	}
}
