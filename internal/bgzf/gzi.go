package bgzf

import (
	"bufio"
	"encoding/binary"
	"io"
	"math"
	"sort"

	"github.com/seqlode/seqlode/internal/errs"
)

// Index tells where the blocks of a file begin: what bgzip keeps in a .gzi
// file. The first block, whose places are 0, and empty blocks have no entry.
type Index []IndexEntry

// IndexEntry is the beginning of a block.
type IndexEntry struct {
	Stored int64 // in the file
	Text   int64 // in its text
}

// noBlocks is the least number of entries that bgzip states for a file without
// text, where it should be 0: with one thread it is 2^64-1, with more now and
// then 2^64-2.
const noBlocks = math.MaxUint64 - 1

// ReadIndex reads a .gzi file: the number of entries, then each one's places,
// all as little-endian 64-bit numbers.
func ReadIndex(src io.Reader) (Index, error) {
	r := bufio.NewReader(src)
	at := int64(0)
	next := func() (uint64, error) {
		var b [8]byte
		n, err := io.ReadFull(r, b[:])
		switch {
		case err == io.EOF || err == io.ErrUnexpectedEOF:
			return 0, Truncated(errs.Pos{Offset: errs.Byte(at + int64(n))}, "a GZI index")
		case err != nil:
			return 0, errs.At(errs.Internal, errs.Pos{Offset: errs.Byte(at + int64(n))}, "cannot read on: %w", err)
		}
		at += 8
		return binary.LittleEndian.Uint64(b[:]), nil
	}
	count, err := next()
	if err != nil {
		return nil, err
	}
	if count >= noBlocks {
		count = 0
	}
	var x Index
	last := IndexEntry{}
	for range count {
		pos := errs.Pos{Offset: errs.Byte(at)}
		stored, err := next()
		if err != nil {
			return nil, err
		}
		text, err := next()
		if err != nil {
			return nil, err
		}
		e := IndexEntry{int64(stored), int64(text)}
		if e.Stored <= last.Stored || e.Text <= last.Text || e.Stored >= 1<<48 {
			return nil, errs.At(errs.Corrupt, pos, "GZI index: block at byte %d with text from %d, after one at %d with text from %d",
				stored, text, last.Stored, last.Text)
		}
		x = append(x, e)
		last = e
	}
	if _, err := r.ReadByte(); err == nil {
		return nil, errs.At(errs.Corrupt, errs.Pos{Offset: errs.Byte(at)}, "GZI index: bytes behind its %d entries", count)
	} else if err != io.EOF {
		return nil, errs.At(errs.Internal, errs.Pos{Offset: errs.Byte(at)}, "cannot read on: %w", err)
	}
	return x, nil
}

// WriteTo writes the index as a .gzi file.
func (x Index) WriteTo(w io.Writer) (int64, error) {
	b := make([]byte, 0, 8+16*len(x))
	b = binary.LittleEndian.AppendUint64(b, uint64(len(x)))
	for _, e := range x {
		b = binary.LittleEndian.AppendUint64(b, uint64(e.Stored))
		b = binary.LittleEndian.AppendUint64(b, uint64(e.Text))
	}
	n, err := w.Write(b)
	return int64(n), err
}

// Virtual gives the virtual offset of a byte of the text, from 0, for
// [Reader.Seek]. How long the last block is the index does not know: a place
// behind it is found by the Read after the Seek.
func (x Index) Virtual(text int64) (uint64, error) {
	var e IndexEntry
	if i := sort.Search(len(x), func(i int) bool { return x[i].Text > text }); i > 0 {
		e = x[i-1]
	}
	if text < 0 || text-e.Text >= MaxTextSize {
		return 0, errs.At(errs.RangeNotSatisfiable, errs.Pos{}, "byte %d of the text lies in no block of the index", text)
	}
	return uint64(e.Stored)<<16 | uint64(text-e.Text), nil
}
