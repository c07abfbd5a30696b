// Package sumlist is the text form of ETags: the lines that `seqlode etag`
// prints and `seqlode etag --check` reads back, built as those of md5sum.
package sumlist

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/seqlode/seqlode/etag"
)

// Line is the ETag of one file.
type Line struct {
	Algorithm string // "FASTQ_MD5up"
	Hex       string // lower-case
	File      string // any bytes; "-" is standard input
}

// String gives the line without its end: ALGORITHM, two spaces, HEX, two
// spaces, FILE. A file name with a backslash or a line end in it is written
// escaped, and the line then starts with a backslash.
func (l Line) String() string {
	mark, name := "", Escape(l.File)
	if escaped, found := strings.CutPrefix(name, `\`); found {
		mark, name = `\`, escaped
	}
	return mark + l.Algorithm + separator + l.Hex + separator + name
}

// Family is the hash family of the line's algorithm.
func (l Line) Family() etag.Family {
	_, family, _ := strings.Cut(l.Algorithm, "_")
	return etag.Family(family)
}

// Escape gives a file name as md5sum prints it in its verdicts: as it is, or
// escaped after a leading backslash.
func Escape(name string) string {
	if strings.ContainsAny(name, "\\\n\r") {
		return `\` + escaper.Replace(name)
	}
	return name
}

const separator = "  "

var escaper = strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`)

// hexLength is the number of hexadecimal digits of each family's hash.
var hexLength = map[etag.Family]int{etag.MD5up: 32, etag.SHA256up: 64, etag.SHA512up: 128}

// Parse reads one line, without its end. Blanks before it are set aside; upper
// case hexadecimal digits are taken as lower case.
func Parse(s string) (Line, error) {
	s = strings.TrimLeft(s, " \t")
	s, escaped := strings.CutPrefix(s, `\`)
	algorithm, rest, ok1 := strings.Cut(s, separator)
	digits, name, ok2 := strings.Cut(rest, separator)
	if !ok1 || !ok2 || name == "" {
		return Line{}, errors.New("not ALGORITHM, two spaces, HEX, two spaces, FILE")
	}
	l := Line{Algorithm: algorithm, Hex: strings.ToLower(digits), File: name}
	kind, _, _ := strings.Cut(algorithm, "_")
	want := hexLength[l.Family()]
	if kind != "FASTQ" && kind != "BAM" && kind != "CRAM" || want == 0 {
		return Line{}, fmt.Errorf("unknown algorithm %q", algorithm)
	}
	if len(l.Hex) != want || strings.Trim(l.Hex, "0123456789abcdef") != "" {
		return Line{}, fmt.Errorf("the hash of %s is not %d hexadecimal digits", algorithm, want)
	}
	if escaped {
		var err error
		if l.File, err = unescape(name); err != nil {
			return Line{}, err
		}
	}
	if strings.ContainsRune(l.File, 0) {
		return Line{}, errors.New("a zero byte in the file name")
	}
	return l, nil
}

// unescape undoes escaper.
func unescape(s string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '\\' {
			i++
			if i == len(s) {
				return "", errors.New("the file name ends in a lone backslash")
			}
			switch s[i] {
			case '\\':
			case 'n':
				c = '\n'
			case 'r':
				c = '\r'
			default:
				return "", fmt.Errorf("unknown escape \\%c in the file name", s[i])
			}
		}
		b.WriteByte(c)
	}
	return b.String(), nil
}

// Malformed is a line of a list that Parse refuses.
type Malformed struct {
	Number int // 1-based
	Err    error
}

// List is what a list file holds.
type List struct {
	Lines     []Line
	Malformed []Malformed
}

// Read reads a whole list. Empty lines and lines that start with # are passed
// over; a carriage return before the line's end is dropped. The error is the
// reader's, or says that a line is longer than 64 KiB: such a thing is no list.
func Read(r io.Reader) (List, error) {
	var list List
	lines := bufio.NewScanner(r)
	n := 0
	for lines.Scan() {
		n++
		text := lines.Text() // bufio.ScanLines has dropped the \r
		if text == "" || text[0] == '#' {
			continue
		}
		l, err := Parse(text)
		if err != nil {
			list.Malformed = append(list.Malformed, Malformed{n, err})
			continue
		}
		list.Lines = append(list.Lines, l)
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return list, fmt.Errorf("line %d is longer than %d bytes: this is no list of ETags", n+1, bufio.MaxScanTokenSize)
	}
	return list, lines.Err()
}
