package sam

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/seqlode/seqlode/internal/errs"
)

// Header is the header of a file: its text as stored, to the byte, and the list
// of references that BAM keeps beside it (§4.2). The list rules where the two
// differ.
type Header struct {
	Text []byte
	Refs []Ref // nil in a format that has no list
}

// Ref is one reference of the list.
type Ref struct {
	Name   []byte // without its terminator
	Length uint32
}

// NewHeader makes a header of its stored parts and keeps them. Each name is cut
// at its first NUL, which is where C ends it. Text is refused where samtools
// cannot read the file at all: where a line does not begin with '@'. The text
// ends at its first NUL; what follows is kept and means nothing. [Header.Parse]
// is the stricter reading that samtools view begins with.
func NewHeader(text []byte, refs []Ref) (*Header, error) {
	h := &Header{Text: text, Refs: slices.Clone(refs)}
	for i, ref := range h.Refs {
		h.Refs[i].Name = untilNUL(ref.Name)
	}
	line := int64(0)
	for rest := untilNUL(h.Text); len(rest) > 0; {
		line++
		if rest[0] != '@' {
			return nil, errs.At(errs.Corrupt, errs.Pos{Line: line}, "a header line begins with %q and not with '@'", rest[0])
		}
		_, rest, _ = bytes.Cut(rest, []byte{'\n'})
	}
	return h, nil
}

// untilNUL is the text that C sees.
func untilNUL(b []byte) []byte {
	text, _, _ := bytes.Cut(b, []byte{0})
	return text
}

// whole gives the text as htslib takes it, with the LF that the last line may
// lack in place of the first byte of padding.
func (h *Header) whole() []byte {
	end := len(untilNUL(h.Text))
	if end == 0 || h.Text[end-1] == '\n' {
		return h.Text
	}
	return slices.Concat(h.Text[:end], []byte{'\n'}, h.Text[min(end+1, len(h.Text)):])
}

// AppendText appends what samtools view -H --no-PG prints: the text, padding
// included, with a last LF where it has none, and a line for each reference of
// the list where no line of the text begins with @SQ.
func (h *Header) AppendText(dst []byte) []byte {
	whole := h.whole()
	dst = append(dst, whole...)
	if text := untilNUL(whole); bytes.HasPrefix(text, []byte("@SQ\t")) || bytes.Contains(text, []byte("\n@SQ\t")) {
		return dst
	}
	for _, ref := range h.Refs {
		dst = append(append(dst, "@SQ\tSN:"...), ref.Name...)
		dst = append(dst, "\tLN:"...)
		dst = strconv.AppendInt(dst, int64(int32(ref.Length)), 10) // as signed, as htslib does
		dst = append(dst, '\n')
	}
	return dst
}

// WithComment gives the header with a line @CO behind the last of its text.
// All other bytes stay as they are, padding included; only a last LF that the
// text lacks is added.
func (h *Header) WithComment(comment string) (*Header, error) {
	if bytes.ContainsAny([]byte(comment), "\n\r\x00") {
		return nil, errs.At(errs.Validation, errs.Pos{}, "a header comment is one line of text, not %q", comment)
	}
	end := len(untilNUL(h.Text))
	line := "@CO\t" + comment + "\n"
	if end > 0 && h.Text[end-1] != '\n' {
		line = "\n" + line
	}
	return &Header{Text: slices.Concat(h.Text[:end], []byte(line), h.Text[end:]), Refs: h.Refs}, nil
}
