package sam

import (
	"strconv"
	"strings"

	"github.com/seqlode/seqlode/internal/errs"
)

// Parsed is what the lines of a header say.
type Parsed struct {
	Lines []Line
	// Sequences are the references by id: those of the list, then those that only
	// the text names.
	Sequences []Sequence
}

// Line is one line of the header. What a reader does not know is kept: any type,
// any tag, any value, in their order.
type Line struct {
	Number  int64  // 1-based
	Type    string // two letters, without '@'
	Fields  []Field
	Comment string // of @CO, which has no fields
}

// Field is one TAG:VALUE of a line.
type Field struct{ Tag, Value string }

// Sequence is one reference.
type Sequence struct {
	Name   string
	Length int64 // of the list, or LN where the list does not have the reference
	MD5    string
	Line   int64 // of its @SQ, 1-based; 0 where there is none
}

// Get is the value of the line's first field of a tag.
func (l *Line) Get(tag string) (value string, ok bool) {
	for _, f := range l.Fields {
		if f.Tag == tag {
			return f.Value, true
		}
	}
	return "", false
}

// last is Get for those tags of which htslib takes the last.
func (l *Line) last(tag string) (value string, ok bool) {
	for _, f := range l.Fields {
		if f.Tag == tag {
			value, ok = f.Value, true
		}
	}
	return value, ok
}

// Of gives the lines of a type, in order.
func (p *Parsed) Of(typ string) []*Line {
	var lines []*Line
	for i := range p.Lines {
		if p.Lines[i].Type == typ {
			lines = append(lines, &p.Lines[i])
		}
	}
	return lines
}

// SortOrder is SO of the first @HD; "" where it is not told.
func (p *Parsed) SortOrder() string { return p.ofFile("SO") }

// GroupOrder is GO of the first @HD; "" where it is not told.
func (p *Parsed) GroupOrder() string { return p.ofFile("GO") }

func (p *Parsed) ofFile(tag string) (value string) {
	if lines := p.Of("HD"); len(lines) > 0 {
		value, _ = lines[0].Get(tag)
	}
	return value
}

// Names are those of the references by id, for [AppendText].
func (p *Parsed) Names() [][]byte {
	names := make([][]byte, len(p.Sequences))
	for i, s := range p.Sequences {
		names[i] = []byte(s.Name)
	}
	return names
}

// Parse reads the header's lines. It refuses what samtools view refuses before
// the first record: a line that is not "@XY" and tab-separated "TAG:VALUE", an @SQ
// without SN or LN, an @RG or @PG without ID, a reference that stands twice in
// the text or in the list. A file that is only asked for its header may have
// these.
func (h *Header) Parse() (*Parsed, error) {
	p := &Parsed{Sequences: make([]Sequence, 0, len(h.Refs))}
	ids := make(map[string]int, len(h.Refs))
	for i, ref := range h.Refs {
		name := string(ref.Name)
		if _, twice := ids[name]; twice {
			return nil, corrupt("reference %q stands twice in the list of references", name)
		}
		ids[name] = i
		p.Sequences = append(p.Sequences, Sequence{Name: name, Length: int64(ref.Length)})
	}
	text := string(h.whole())
	if text != "" && text[0] != 0 && len(text) < 3 {
		return nil, lineFault(1, text, "is too short")
	}
	// The last three bytes, padding included, are not looked at for a line.
	for at, number := 0, int64(1); at+3 < len(text) && text[at] != 0; number++ {
		end := len(text)
		if n := strings.IndexAny(text[at:], "\n\x00"); n >= 0 {
			end = at + n
		}
		line, err := parseLine(number, text[at:end])
		if err != nil {
			return nil, err
		}
		if err := p.take(line, ids); err != nil {
			return nil, err
		}
		p.Lines = append(p.Lines, line)
		at = end + 1
	}
	return p, nil
}

// parseLine takes a line apart.
func parseLine(number int64, text string) (Line, error) {
	if len(text) < 3 || text[0] != '@' || !letter(text[1]) || !letter(text[2]) {
		return Line{}, lineFault(number, text, "does not begin with '@' and two letters")
	}
	line := Line{Number: number, Type: text[1:3]}
	rest := text[3:]
	if rest == "" {
		return line, nil
	}
	if rest[0] != '\t' {
		return Line{}, lineFault(number, text, "has no tab behind its type")
	}
	if line.Type == "CO" {
		line.Comment = rest[1:]
		return line, nil
	}
	for field := range strings.SplitSeq(rest[1:], "\t") {
		if len(field) < 3 || field[2] != ':' {
			return Line{}, lineFault(number, text, "has a field that is not TAG:VALUE")
		}
		line.Fields = append(line.Fields, Field{Tag: field[:2], Value: field[3:]})
	}
	return line, nil
}

func letter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// take checks a line's meaning and notes the reference that it names; ids are
// those of the references so far.
func (p *Parsed) take(line Line, ids map[string]int) error {
	switch {
	case line.Fields == nil:
		return nil
	case line.Type == "RG" || line.Type == "PG":
		if _, ok := line.Get("ID"); !ok {
			return lineFault(line.Number, "@"+line.Type, "has no ID")
		}
	case line.Type == "SQ":
		return p.takeSequence(line, ids)
	}
	return nil
}

func (p *Parsed) takeSequence(line Line, ids map[string]int) error {
	name, named := line.last("SN")
	length, measured := line.last("LN")
	n := leadingInt(length)
	switch {
	case !named:
		return lineFault(line.Number, "@SQ", "has no SN")
	case !measured || n == -1: // -1 is htslib's sign of none
		return lineFault(line.Number, "@SQ SN:"+name, "has no LN")
	}
	id, known := ids[name]
	if !known {
		id = len(p.Sequences)
		ids[name] = id
		p.Sequences = append(p.Sequences, Sequence{Name: name, Length: n})
	}
	s := &p.Sequences[id]
	if s.Line > 0 {
		return lineFault(line.Number, "@SQ SN:"+name, "names a reference again")
	}
	s.Line = line.Number
	s.MD5, _ = line.Get("M5")
	return nil
}

// leadingInt is the number that a value begins with, as C's strtoll reads it: 0
// where there is none, the nearest where it does not fit.
func leadingInt(s string) int64 {
	s = strings.TrimLeft(s, " \v\f\r")
	end := 0
	for end < len(s) && ('0' <= s[end] && s[end] <= '9' || end == 0 && (s[0] == '-' || s[0] == '+')) {
		end++
	}
	n, _ := strconv.ParseInt(s[:end], 10, 64) // beside its error it gives just these
	return n
}

// lineFault is the error of a header line; of a long one its head is shown.
func lineFault(number int64, line, why string) error {
	const most = 80
	if len(line) > most {
		line = line[:most] + "…"
	}
	return errs.At(errs.Corrupt, errs.Pos{Line: number}, "header line %q %s", line, why)
}
