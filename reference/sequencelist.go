package reference

import (
	"bytes"
	"encoding/json"
	"io"
	"iter"
	"strconv"
	"strings"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
)

// sequenceList is the sequences of a reference in little memory, for there may be
// half a million: the text of each, which its sidecar keeps, and a line end. The
// text is M5, length in bases and name, with a space between.
type sequenceList []byte

// add adds a sequence.
func (l sequenceList) add(c Contig) sequenceList {
	l = append(append(l, c.M5...), ' ')
	l = append(strconv.AppendInt(l, c.Length, 10), ' ')
	return append(append(l, c.Name...), '\n')
}

// listOf is the list of an index.
func listOf(x *Index) sequenceList {
	size := 0
	for i := range x.Sequences {
		size += len(x.Sequences[i].Name) + len(x.Sequences[i].M5) + len(" 9223372036854775807 \n")
	}
	l := make(sequenceList, 0, size)
	for i := range x.Sequences {
		l = l.add(x.Sequences[i].Contig)
	}
	return l
}

// texts gives the text of each sequence, in memory that is the list's.
func (l sequenceList) texts() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for text := range bytes.Lines(l) {
			if !yield(text[:len(text)-1]) {
				return
			}
		}
	}
}

// insert writes the rows of a reference; texts are those of its sequences.
func insert[T ~string | ~[]byte](tx *catalog.Tx, ref catalog.Reference, texts iter.Seq[T]) error {
	var fault error
	err := tx.InsertReference(ref, func(yield func(catalog.ReferenceSequence) bool) {
		n := 0
		for text := range texts {
			n++
			m5, rest, _ := strings.Cut(string(text), " ")
			length, name, ok := strings.Cut(rest, " ")
			bases, err := strconv.ParseInt(length, 10, 64)
			if !ok || err != nil || len(m5) != 32 {
				fault = errs.At(errs.Corrupt, errs.Pos{}, "sequence %d is %q, want M5, length and name", n, string(text))
				return
			}
			if !yield(catalog.ReferenceSequence{Name: name, Length: bases, M5: m5}) {
				return
			}
		}
	})
	if fault != nil {
		return fault
	}
	return err
}

// referenceResource is what the sidecar of a reference keeps, as it is written: a
// [vault.StreamedResource].
type referenceResource struct {
	keptReference
	sequences sequenceList
}

// WriteJSON writes what [json.MarshalIndent] would of keptReference with its
// Sequences.
func (k *referenceResource) WriteJSON(w io.Writer) error {
	const prefix, end = "  ", "\n  }"
	text, err := json.MarshalIndent(k.keptReference, prefix, "  ")
	if err != nil {
		return errs.At(errs.Internal, errs.Pos{}, "%w", err)
	}
	text = append(text[:len(text)-len(end)], ",\n    \"sequences\": ["...)
	between := ""
	for sequence := range k.sequences.texts() {
		text = append(append(text, between...), "\n      "...)
		if text, err = appendJSON(text, sequence); err != nil {
			return err
		}
		between = ","
		if len(text) < 32<<10 {
			continue
		}
		if _, err := w.Write(text); err != nil {
			return err
		}
		text = text[:0]
	}
	_, err = w.Write(append(text, "\n    ]"+end...))
	return err
}

// appendJSON appends text as JSON has it.
func appendJSON(dst, text []byte) ([]byte, error) {
	for _, b := range text {
		if b < ' ' || b > '~' || strings.IndexByte(`"\\<>&`, b) >= 0 {
			quoted, err := json.Marshal(string(text))
			if err != nil {
				return dst, errs.At(errs.Internal, errs.Pos{}, "%w", err)
			}
			return append(dst, quoted...), nil
		}
	}
	return append(append(append(dst, '"'), text...), '"'), nil
}
