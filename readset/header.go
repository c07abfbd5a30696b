package readset

import (
	"strings"
	"sync"

	"github.com/seqlode/seqlode/internal/sam"
)

// Header is the header of a BAM or CRAM file. That of a FASTQ file is empty. Any number
// of goroutines may use one.
type Header struct {
	raw  *sam.Header
	refs []Reference
	text *sam.Parsed // nil where the lines are at fault

	naming sync.Once
	ids    map[string]int
}

// Reference is a sequence that records are aligned to.
type Reference struct {
	Name   string
	Length int64
	MD5    string // of its bases, as M5 of its @SQ has it; may be empty
}

// newHeader takes a header apart. Where its lines are at fault, it has text
// and nothing else; what reads the records meets that fault.
func newHeader(raw *sam.Header) *Header {
	h := &Header{raw: raw}
	parsed, err := raw.Parse()
	if err != nil {
		return h
	}
	h.text = parsed
	h.refs = make([]Reference, len(parsed.Sequences))
	for i, s := range parsed.Sequences {
		h.refs[i] = Reference{Name: s.Name, Length: s.Length, MD5: s.MD5}
	}
	return h
}

// Text is the header's text as stored, to the byte. It is not to be changed.
func (h *Header) Text() []byte { return h.raw.Text }

// AppendSAM appends the header in SAM, as `samtools view -H --no-PG` prints it:
// the text, and a line for each reference where the text has none.
func (h *Header) AppendSAM(dst []byte) []byte { return h.raw.AppendText(dst) }

// References are the sequences that records refer to by their index. They are
// not to be changed.
func (h *Header) References() []Reference { return h.refs }

// SortOrder is the order of the records as the header states it, in SO of @HD:
// "coordinate", "queryname" and so on; empty where it does not. It may be wrong.
func (h *Header) SortOrder() string {
	if h.text == nil {
		return ""
	}
	return h.text.SortOrder()
}

// Line is one line of a header: its type, such as "RG", its fields in their
// order, and its number in the text from 1. Get gives the value of a field.
type Line = sam.Line

// Lines gives the lines of a type, such as "RG", in their order.
func (h *Header) Lines(typ string) []*Line {
	if h.text == nil {
		return nil
	}
	return h.text.Of(typ)
}

// ReferenceID is the index of a reference in References, by its name or one of
// the alternative names that its @SQ states in AN.
func (h *Header) ReferenceID(name string) (id int, ok bool) {
	h.naming.Do(h.name)
	id, ok = h.ids[name]
	return id, ok
}

// name notes the names of the references. A name goes before an alternative
// name, and the first reference with an alternative name has it.
func (h *Header) name() {
	h.ids = make(map[string]int, len(h.refs))
	for id, ref := range h.refs {
		h.ids[ref.Name] = id
	}
	for _, line := range h.Lines("SQ") {
		id, ok := h.ids[last(line, "SN")]
		if !ok {
			continue
		}
		for alternative := range strings.SplitSeq(last(line, "AN"), ",") {
			if _, taken := h.ids[alternative]; alternative != "" && !taken {
				h.ids[alternative] = id
			}
		}
	}
}

// last is the value of the last field of a tag, which is the one that counts
// for names.
func last(line *Line, tag string) (value string) {
	for _, f := range line.Fields {
		if f.Tag == tag {
			value = f.Value
		}
	}
	return value
}
