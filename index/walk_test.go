package index

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/bgzf"
	"github.com/seqlode/seqlode/internal/sam"
)

// placed is a record with its place in the file.
type placed struct {
	sam.Record
	begin, end uint64 // virtual offsets
}

// walk finds the records of a file that bamFile made.
func walk(t testing.TB, file []byte) (refs []Reference, records []placed) {
	t.Helper()
	le := binary.LittleEndian
	var text []byte
	var starts, ends []int // of blocks with text: in the file, and in the text
	for at := 0; at < len(file); {
		size := int(le.Uint16(file[at+16:])) + 1
		if block := file[at : at+size]; size > len(bgzf.EOFBlock) {
			text = append(text, block[18+5:size-8]...)
			starts, ends = append(starts, at), append(ends, len(text))
		}
		at += size
	}
	k := 0
	virtual := func(at int) uint64 { // behind so much text; in rising order
		for at > ends[k] {
			k++
		}
		if at == ends[k] {
			return uint64(starts[k]+int(le.Uint16(file[starts[k]+16:]))+1) << 16
		}
		begin := 0
		if k > 0 {
			begin = ends[k-1]
		}
		return uint64(starts[k])<<16 | uint64(at-begin)
	}
	at := 8 + int(le.Uint32(text[4:]))
	n := le.Uint32(text[at:])
	for at += 4; n > 0; n-- {
		name := text[at+4 : at+4+int(le.Uint32(text[at:]))]
		at += 4 + len(name) + 4
		refs = append(refs, Reference{string(name[:len(name)-1]), int64(le.Uint32(text[at-4:]))})
	}
	begin := virtual(at)
	for at < len(text) {
		rec := sam.Record(text[at+4 : at+4+int(le.Uint32(text[at:]))])
		at += 4 + len(rec)
		end := virtual(at)
		records = append(records, placed{rec, begin, end})
		begin = end
	}
	return refs, records
}

// region is what samtools view prints of a file for a region, found by looking
// at every record.
func region(records []placed, ref int, beg, end int64) (found []placed) {
	for _, r := range records {
		if int(r.RefID()) == ref && int64(r.Pos()) < end && r.End() > beg {
			found = append(found, r)
		}
	}
	return found
}

// indexOf builds an index with a Builder that is fed by walk.
func indexOf(t testing.TB, file []byte, format Format, minShift int) (*Index, error) {
	t.Helper()
	refs, records := walk(t, file)
	b, err := NewBuilder(refs, format, minShift)
	if err != nil {
		return nil, err
	}
	for _, r := range records {
		if err := b.Add(int(r.RefID()), int64(r.Pos()), r.End(), !r.Unmapped(), r.begin, r.end); err != nil {
			return nil, err
		}
	}
	return b.Finish(), nil
}

// built gives the index that Build writes.
func built(t testing.TB, file []byte, format Format, minShift int) *Index {
	t.Helper()
	var out bytes.Buffer
	_, err := Build(context.Background(), bytes.NewReader(file), &out, format, &Options{MinShift: minShift})
	require.NoError(t, err)
	x, err := Read(&out)
	require.NoError(t, err)
	return x
}

// textOf gives an index as it is written, decompressed.
func textOf(t testing.TB, x *Index) []byte {
	t.Helper()
	var out bytes.Buffer
	n, err := x.WriteTo(&out)
	require.NoError(t, err)
	require.EqualValues(t, out.Len(), n)
	return plain(t, out.Bytes())
}

// plain gives an index file's text.
func plain(t testing.TB, file []byte) []byte {
	t.Helper()
	if !bytes.HasPrefix(file, []byte("\x1f\x8b")) {
		return file
	}
	z, err := gzip.NewReader(bytes.NewReader(file))
	require.NoError(t, err)
	text, err := io.ReadAll(z)
	require.NoError(t, err)
	return text
}
