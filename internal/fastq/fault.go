package fastq

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/seqlode/seqlode/internal/errs"
)

const (
	endsInside = "input ends inside a record: "
	multiLine  = `multi-line FASTQ is not accepted; write each record on four lines, for example with "seqtk seq -l0"`
)

// pos is a line of the record after the last good one. Every record before it
// has four lines, or the check would have ended there.
func (c *Checker) pos(line part) errs.Pos {
	return errs.Pos{Record: c.counts.Reads + 1, Line: 4*c.counts.Reads + 1 + int64(line)}
}

// fault ends the check with a fault of the given line of the record.
func (c *Checker) fault(line part, text string) {
	c.fail(&errs.Error{Kind: errs.Corrupt, Pos: c.pos(line), Err: errors.New(text)})
}

// wrongName is the fault of a name line by its first byte.
func wrongName(first byte) string {
	text := "name line starts with " + quoted(first) + ", not '@'"
	if first == '>' {
		text += ": this looks like FASTA"
	}
	return text
}

// wrongPlus is the fault of a third line without '+', by its head and the
// length of the sequence line before it. A third line of nucleotides is taken
// for more of the sequence.
func wrongPlus(head []byte, bases int64) string {
	head = bytes.TrimSuffix(head, []byte{'\r'})
	if len(head) == 0 {
		return "third line of the record is empty; it must start with '+'"
	}
	if bases > 0 && len(bytes.Trim(head, "ACGTUNRYSWKMBDHVacgtunryswkmbdhv.-*")) == 0 {
		return "the sequence goes on in the third line of the record, where '+' must be: " + multiLine
	}
	return "third line of the record starts with " + quoted(head[0]) + ", not '+'"
}

// wrongLength is the fault of a quality line. Where the line is too short and
// next, the first byte behind it (0 where that does not matter), could be a
// quality and does not begin a name line, it is taken for more of them.
func wrongLength(quals, bases int64, next byte) string {
	text := fmt.Sprintf("quality line has length %d, sequence line has length %d", quals, bases)
	if quals == 0 || next == '@' || next < '!' || next > '~' {
		return text
	}
	return text + "; the qualities seem to go on in the next line: " + multiLine
}

// cutQuality is the fault of a text that ends in a quality line.
func cutQuality(quals, bases int64) string {
	return fmt.Sprintf(endsInside+"the quality line ends after %d of %d characters", quals, bases)
}

// wrongByte is the fault of a byte at a column, from 1, of a sequence or
// quality line.
func wrongByte(line part, b byte, col int64) string {
	name := "sequence"
	if line == qualLine {
		name = "quality"
	}
	return fmt.Sprintf("%s line has %s at column %d; only the characters '!' to '~' are allowed", name, quoted(b), col)
}

// quoted is a byte for a message.
func quoted(b byte) string {
	if b < ' ' || b > '~' {
		return fmt.Sprintf("byte 0x%02x", b)
	}
	return "'" + string(rune(b)) + "'"
}
