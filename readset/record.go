package readset

import (
	"bytes"
	"iter"
	"slices"

	"github.com/seqlode/seqlode/internal/bam"
	"github.com/seqlode/seqlode/internal/fastq"
	"github.com/seqlode/seqlode/internal/sam"
)

// Record is one read, and how it is aligned. A read of FASTQ is like an
// unaligned one of BAM: it has FLAG 4 and no place.
//
// A Record that a loop gives is valid until the loop goes on.
type Record struct {
	of   *content
	raw  sam.Record   // nil in FASTQ
	read fastq.Record // in FASTQ
	at   bam.Place
}

// content is what all records of a file share.
type content struct {
	refs  []Reference
	names [][]byte // of refs
}

// Clone gives a copy with memory of its own.
func (r *Record) Clone() *Record {
	c := *r
	c.raw = bytes.Clone(r.raw)
	if r.raw == nil {
		text := slices.Concat(r.read.Title, r.read.Sequence, r.read.Qualities)
		part := func(n int) []byte {
			p := text[:n:n]
			text = text[n:]
			return p
		}
		c.read.Title = part(len(r.read.Title))
		c.read.Sequence = part(len(r.read.Sequence))
		c.read.Qualities = part(len(r.read.Qualities))
	}
	return &c
}

// Number counts the record in its file, from 1. In a region it is not known: 0.
func (r *Record) Number() int64 { return r.at.Number }

// VirtualOffset is where the record begins in a file compressed by BGZF (SAMv1
// §4.1.1); 0 in FASTQ and in ordinary gzip.
func (r *Record) VirtualOffset() uint64 { return r.at.Begin }

// Name is the read's name. In FASTQ it is the first word of the title, with /1
// or /2 where that is part of it.
func (r *Record) Name() []byte {
	if r.raw == nil {
		return r.read.Name()
	}
	return r.raw.Name()
}

// Title is the name line of a FASTQ record without its '@': the name and what
// follows it. In BAM it is the name.
func (r *Record) Title() []byte {
	if r.raw == nil {
		return r.read.Title
	}
	return r.raw.Name()
}

// Flags are the bits of the FLAG column.
func (r *Record) Flags() Flags {
	if r.raw == nil {
		return Unmapped
	}
	return Flags(r.raw.Flag())
}

// ReferenceID is the index of the reference in [Header.References]; -1 for none.
func (r *Record) ReferenceID() int {
	if r.raw == nil {
		return -1
	}
	return int(r.raw.RefID())
}

// ReferenceName is the name of the reference; empty for none.
func (r *Record) ReferenceName() string { return r.of.name(r.ReferenceID()) }

func (c *content) name(id int) string {
	if id < 0 {
		return ""
	}
	return c.refs[id].Name
}

// Start is the first base of the reference that the alignment covers, from 0;
// -1 for none.
func (r *Record) Start() int64 {
	if r.raw == nil {
		return -1
	}
	return int64(r.raw.Pos())
}

// End is the position behind the last base of the reference that the alignment
// covers. As in htslib, a record that covers none has the length 1.
func (r *Record) End() int64 {
	if r.raw == nil {
		return 0
	}
	return r.raw.End()
}

// MapQ is the quality of the mapping; 255 where it is not known.
func (r *Record) MapQ() uint8 {
	if r.raw == nil {
		return 0
	}
	return r.raw.MapQ()
}

// CIGAR is the alignment.
func (r *Record) CIGAR() CIGAR {
	if r.raw == nil {
		return CIGAR{}
	}
	return CIGAR{r.raw.Cigar()}
}

// MateReferenceID is ReferenceID of the next read of the template.
func (r *Record) MateReferenceID() int {
	if r.raw == nil {
		return -1
	}
	return int(r.raw.NextRefID())
}

// MateReferenceName is ReferenceName of the next read of the template.
func (r *Record) MateReferenceName() string { return r.of.name(r.MateReferenceID()) }

// MateStart is Start of the next read of the template.
func (r *Record) MateStart() int64 {
	if r.raw == nil {
		return -1
	}
	return int64(r.raw.NextPos())
}

// TemplateLength is the length of the template on the reference, negative for
// its rightmost read; 0 where it is not known.
func (r *Record) TemplateLength() int64 {
	if r.raw == nil {
		return 0
	}
	return int64(r.raw.TLen())
}

// SequenceLength counts the bases of the sequence; 0 where it is not stored.
func (r *Record) SequenceLength() int {
	if r.raw == nil {
		return len(r.read.Sequence)
	}
	return r.raw.SeqLen()
}

// Sequence is the sequence as text, on the strand that it is stored on; see
// [Reverse]. It is empty where none is stored.
func (r *Record) Sequence() string { return string(r.AppendSequence(nil)) }

// AppendSequence appends what Sequence gives.
func (r *Record) AppendSequence(dst []byte) []byte {
	if r.raw == nil {
		return append(dst, r.read.Sequence...)
	}
	n, bases := len(dst), r.raw.SeqLen()
	dst = slices.Grow(dst, bases+1)[:n+bases+bases&1]
	for i, pair := range r.raw.Seq() {
		dst[n+2*i], dst[n+2*i+1] = baseLetters[pair>>4], baseLetters[pair&15]
	}
	return dst[:n+bases]
}

// baseLetters are the bases by their codes (SAMv1 §4.2.3).
const baseLetters = "=ACMGRSVTWYHKDBN"

// Qualities are the qualities of the bases on the Phred scale, without an
// offset; nil where there are none.
func (r *Record) Qualities() []byte { return r.AppendQualities(nil) }

// AppendQualities appends what Qualities gives: a byte for each base, or
// nothing.
func (r *Record) AppendQualities(dst []byte) []byte {
	if r.raw == nil {
		for _, q := range r.read.Qualities {
			dst = append(dst, q-'!')
		}
		return dst
	}
	const none = 0xff // in the first place (SAMv1 §4.2.3)
	if q := r.raw.Qual(); len(q) > 0 && q[0] != none {
		return append(dst, q...)
	}
	return dst
}

// Tags gives the optional fields in the order of the file, as SAM text shows
// them: without a CG that holds the record's CIGAR.
func (r *Record) Tags() iter.Seq[Tag] {
	return func(yield func(Tag) bool) {
		if r.raw == nil {
			return
		}
		hidden := r.cigarInTag()
		for aux := r.raw.Aux(); ; {
			tag, rest, ok := sam.CutTag(aux)
			if !ok {
				return // up to three bytes that are no tag
			}
			aux = rest
			if hidden && tag[0] == 'C' && tag[1] == 'G' {
				hidden = false
			} else if !yield(Tag{tag}) {
				return
			}
		}
	}
}

// Tag gives the first optional field with a key of two letters.
func (r *Record) Tag(key string) (tag Tag, ok bool) {
	if len(key) != 2 {
		return Tag{}, false
	}
	for tag := range r.Tags() {
		if tag.raw[0] == key[0] && tag.raw[1] == key[1] {
			return tag, true
		}
	}
	return Tag{}, false
}

// cigarInTag says whether the first CG holds the CIGAR: the latter does not
// then stand behind the name, which is its own place.
func (r *Record) cigarInTag() bool {
	const fixed, nameLength = 32, 8 // SAMv1 §4.2
	ops := r.raw.Cigar()
	return ops.Len() > 0 && &ops[0] != &r.raw[fixed+int(r.raw[nameLength])]
}

// AppendSAM appends the record's line of SAM text, with its LF, as `samtools
// view` prints it.
func (r *Record) AppendSAM(dst []byte) []byte {
	if r.raw != nil {
		dst, _ = sam.AppendText(dst, r.raw, r.of.names) // fails only where Check does
		return dst
	}
	dst = appendOrStar(dst, r.read.Name())
	dst = append(dst, "\t4\t*\t0\t0\t*\t*\t0\t0\t"...)
	dst = append(appendOrStar(dst, r.read.Sequence), '\t')
	return append(appendOrStar(dst, r.read.Qualities), '\n')
}

func appendOrStar(dst, text []byte) []byte {
	if len(text) == 0 {
		return append(dst, '*')
	}
	return append(dst, text...)
}
