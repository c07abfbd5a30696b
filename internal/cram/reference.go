package cram

import (
	"context"
	"crypto/md5"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/fasta"
	"github.com/seqlode/seqlode/internal/sam"
)

// references finds the header's references in a source of bases, each when it
// is first wanted. All of it may be called by several goroutines at once.
type references struct {
	bases     fasta.Bases
	sequences []sam.Sequence
	found     []found
}

type found struct {
	once   sync.Once
	contig fasta.Contig
	err    error
}

func newReferences(bases fasta.Bases, sequences []sam.Sequence) *references {
	return &references{bases: bases, sequences: sequences, found: make([]found, len(sequences))}
}

// find gives the sequence that a reference of the header means.
func (r *references) find(ctx context.Context, id int32) (fasta.Contig, error) {
	f := &r.found[id]
	f.once.Do(func() { f.contig, f.err = r.look(ctx, &r.sequences[id]) })
	return f.contig, f.err
}

func (r *references) look(ctx context.Context, s *sam.Sequence) (fasta.Contig, error) {
	if r.bases == nil {
		return fasta.Contig{}, errs.At(errs.NotFound, errs.Pos{}, "reference %q (%d bases, M5 %s) is needed, and no reference is given", s.Name, s.Length, told(s.MD5))
	}
	contig, err := r.bases.Find(ctx, fasta.Contig{Name: s.Name, Length: max(s.Length, 0), M5: strings.ToLower(s.MD5)})
	if err != nil {
		var e *errs.Error
		if !errors.As(err, &e) {
			return contig, err
		}
		return contig, errs.At(e.Kind, errs.Pos{}, "reference %q (%d bases, M5 %s): %w", s.Name, s.Length, told(s.MD5), err)
	}
	if contig.Length <= 0 {
		contig.Length = s.Length
	}
	return contig, nil
}

func told(m5 string) string {
	if m5 == "" {
		return "not told"
	}
	return m5
}

// Where the span of a slice is not kept as a whole, bases are fetched in blocks,
// of which some are kept. Of the slice's bytes, each costs as many as a small
// slice can spare that jumps about the reference.
const (
	basesBlock = 8 << 10
	keptBlocks = 512
	blockCosts = 1 << 10
)

// window is what a slice sees of a reference. Positions are counted from 0.
type window struct {
	*decoder
	present bool
	id      int32 // of the reference; -1 where it is embedded in the slice
	contig  fasta.Contig
	end     int64 // behind the last base that the slice covers
	length  int64 // of the reference, by the header
	moved   int32 // the reference that a slice of several is at

	from   int64 // of data
	data   []byte
	whole  []byte // data's memory, where it is the slice's span
	spare  []byte // a span over two blocks
	blocks map[blockKey][]byte
	kept   []blockKey // of blocks, in the order in which they came
}

type blockKey struct {
	id    int32
	index int64
}

// openReference makes the bases ready that a slice of one reference asks for,
// and compares their checksum with the slice's.
func (d *decoder) openReference() error {
	s, w := d.s, &d.ref
	w.present, w.id, w.from, w.data = false, -1, 0, nil
	w.moved = unplaced
	if d.place || s.refID < 0 {
		return nil
	}
	if int(s.refID) >= d.header {
		return errs.At(errs.Corrupt, errs.Pos{}, "reference id %d of a slice is not one of the header's %d", s.refID, d.header)
	}
	w.length = d.refs.sequences[s.refID].Length
	w.from = s.start - 1
	w.end = w.from + s.span
	if s.embedded >= 0 {
		b := d.stream(s.embedded)
		if b == nil || int64(len(b.data)) < s.span {
			return errs.At(errs.Corrupt, errs.Pos{}, "the slice lacks block %d with its %d bases of reference %q", s.embedded, s.span, d.refs.sequences[s.refID].Name)
		}
		w.data, w.present = b.data[:s.span], true
		return w.compare(md5.Sum(w.data), d.refs.sequences[s.refID].MD5)
	}
	if s.comp.noRef {
		return nil
	}
	var err error
	if w.contig, err = d.refs.find(d.ctx, s.refID); err != nil {
		return err
	}
	w.id, w.present = s.refID, true
	w.end = min(w.end, w.contig.Length)
	if s.start < 1 {
		return errs.At(errs.Corrupt, errs.Pos{}, "a slice begins at position %d of reference %q", s.start, w.contig.Name)
	}
	return w.load(max(w.end-w.from, 0))
}

// largeSpan is the length of a span, in bases, that is not kept as a whole.
const largeSpan = 4 << 20

// load fetches the span of a slice, or only its checksum where it is large.
func (w *window) load(span int64) error {
	if w.whole = w.whole[:0]; w.s.md5 == noMD5 && span > largeSpan {
		return nil
	}
	sum := md5.New()
	for at := int64(0); at < span; {
		n := min(span-at, largeSpan)
		var err error
		if w.whole, err = w.refs.bases.AppendBases(w.ctx, w.whole[:0], w.contig, w.from+at, w.from+at+n); err != nil {
			return err
		}
		if w.s.md5 != noMD5 {
			sum.Write(w.whole)
		}
		at += n
	}
	if span <= largeSpan {
		w.data = w.whole
	}
	return w.compare([16]byte(sum.Sum(nil)), w.contig.M5)
}

// compare holds the checksum of the slice's bases against the one that it
// states.
func (w *window) compare(sum [16]byte, m5 string) error {
	if w.s.md5 == noMD5 || sum == w.s.md5 {
		return nil
	}
	s := &w.refs.sequences[w.s.refID]
	return errs.At(errs.Validation, errs.Pos{}, "wrong reference: bases %d-%d of %q have the MD5 %x and should have %x (M5 of the whole reference: wanted %s, found %s)",
		w.s.start, w.s.start+w.s.span-1, s.Name, sum, w.s.md5, told(s.MD5), told(m5))
}

// move goes to a reference in a slice of several.
func (w *window) move(id int32) {
	if w.s.comp.noRef || w.moved == id {
		return
	}
	if w.want != nil && w.want.ref != id { // left out in the end
		w.present, w.moved = false, id
		return
	}
	contig, err := w.refs.find(w.ctx, id)
	if err != nil {
		if w.err == nil {
			w.err = err
		}
		return
	}
	w.moved = id
	w.contig, w.id, w.present = contig, id, true
	w.end, w.length = contig.Length, w.refs.sequences[id].Length
	w.from, w.data = 0, nil
}

// bases gives the n bases from at on. They stand until the next call.
func (w *window) bases(at, n int64) []byte {
	if i := at - w.from; i >= 0 && i+n <= int64(len(w.data)) && at+n <= w.end {
		return w.data[i : i+n]
	}
	return w.farBases(at, n)
}

// farBases is bases where they do not lie in data.
func (w *window) farBases(at, n int64) []byte {
	if n == 0 {
		return nil
	}
	if w.id < 0 || at < 0 || at+n > w.end || w.s.refID >= 0 && at < w.s.start-1 {
		w.outside(at, n)
		return nil
	}
	first, last := at/basesBlock, (at+n-1)/basesBlock
	if first == last {
		w.data, w.from = w.block(first), first*basesBlock
		if w.err != nil {
			return nil
		}
		return w.data[at-w.from : at-w.from+n]
	}
	if !w.fits(n) {
		return nil
	}
	w.spare = w.spare[:0]
	w.data = nil // a block to come may take its memory
	for i := first; i <= last; i++ {
		from, b := i*basesBlock, w.block(i)
		if w.err != nil {
			return nil
		}
		w.spare = append(w.spare, b[max(at-from, 0):min(at+n-from, int64(len(b)))]...)
	}
	return w.spare
}

// outside fails for bases that the slice does not cover.
func (w *window) outside(at, n int64) {
	w.fail(errs.Corrupt, "the record tells of bases %d-%d of reference %q, outside of what its slice covers", at+1, at+n, w.refs.sequences[max(w.s.refID, w.moved)].Name)
}

// block gives a block of the reference under way.
func (w *window) block(index int64) []byte {
	key := blockKey{w.id, index}
	if b, ok := w.blocks[key]; ok {
		return b
	}
	if !w.fits(blockCosts) {
		return nil
	}
	if w.blocks == nil {
		w.blocks = map[blockKey][]byte{}
	}
	var memory []byte // of the block that has been kept longest, where there are enough
	if len(w.kept) == keptBlocks {
		memory = w.blocks[w.kept[0]]
		delete(w.blocks, w.kept[0])
		w.kept = slices.Delete(w.kept, 0, 1)
	}
	b, err := w.refs.bases.AppendBases(w.ctx, memory[:0], w.contig, index*basesBlock, min((index+1)*basesBlock, w.contig.Length))
	if err != nil {
		if w.err == nil {
			w.err = err
		}
		return nil
	}
	w.kept = append(w.kept, key)
	w.blocks[key] = b
	return b
}
