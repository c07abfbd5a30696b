package bam

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/bgzf"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/sam"
)

// placesOf gives where the records of a file begin, and where the last ends.
func placesOf(t *testing.T, file []byte) (places []uint64) {
	t.Helper()
	r, err := NewReader(t.Context(), bytes.NewReader(file), Options{Threads: 1})
	require.NoError(t, err)
	defer r.Close()
	var run Run
	var last Place
	for r.Next(&run) == nil {
		for at := range run.Placed() {
			places = append(places, at.Begin)
			last = at
		}
		run.Release()
	}
	return append(places, last.End)
}

// all gives the records of a chunk.
func (c *Chunks) all() (records []sam.Record, err error) {
	for {
		r, err := c.Next()
		if err != nil {
			return records, err
		}
		records = append(records, bytes.Clone(r))
	}
}

func TestChunks(t *testing.T) {
	records, _ := some(700)
	whole := text(header(t), records...)
	for _, block := range []int{100, 777, bgzf.BlockText} {
		file := compressed(t, whole, block)
		places := placesOf(t, file)
		for _, threads := range []int{1, 3} {
			c, err := NewChunks(t.Context(), bytes.NewReader(file), Options{Threads: threads})
			require.NoError(t, err)
			_, err = c.Next()
			require.Equal(t, io.EOF, err, "no chunk yet")
			rnd := rand.New(rand.NewPCG(1, uint64(block)))
			for range 12 {
				i := rnd.IntN(len(records))
				j := i + rnd.IntN(len(records)-i)
				require.NoError(t, c.Seek(places[i], places[j]))
				got, err := c.all()
				require.Equal(t, io.EOF, err)
				require.Len(t, got, j-i)
				for k, r := range got {
					require.True(t, bytes.Equal(records[i+k], r))
				}
			}
			require.NoError(t, c.Seek(places[699], EndOfFile))
			r, err := c.Next()
			require.NoError(t, err)
			require.True(t, bytes.Equal(records[699], r))
			require.Equal(t, Place{Begin: places[699], End: places[700]}, c.Place())
			_, err = c.Next()
			require.Equal(t, io.EOF, err)
			c.Close()
		}
	}
}

func TestChunkFaults(t *testing.T) {
	good := record("good", 0, 5, 10)
	h := header(t)
	front, size := len(text(h)), sizeWord+len(good)
	huge := append(le.AppendUint32(nil, 1<<29+1), make([]byte, 40)...)
	cases := []struct {
		name       string
		text       []byte
		begin, end uint64
		records    int
		kind       error
		want       string
	}{
		{"cut file", text(h, good, good)[:front+2*size-3], uint64(front), EndOfFile, 1, errs.ErrCorrupt,
			fmt.Sprintf("virtual offset 0:%d: truncated: the file ends inside this record", front+size)},
		{"cut size", text(h, good, good)[:front+size+2], uint64(front), EndOfFile, 1, errs.ErrCorrupt,
			fmt.Sprintf("virtual offset 0:%d: truncated: the file ends inside this record", front+size)},
		{"end inside a record", text(h, good, good), uint64(front), uint64(front + size + 9), 1, errs.ErrCorrupt,
			fmt.Sprintf("virtual offset 0:%d: the index does not fit the file: it has a chunk that ends inside this record", front+size)},
		{"huge record", append(text(h, good), huge...), uint64(front), EndOfFile, 1, errs.ErrLimitExceeded,
			fmt.Sprintf("virtual offset 0:%d: record states a size of 536870913 bytes, more than 536870912", front+size)},
		{"begin behind the file", text(h, good), 1 << 40, EndOfFile, 0, nil, ""},
		{"begin behind the block", text(h, good), 60000, EndOfFile, 0, errs.ErrRangeNotSatisfiable,
			fmt.Sprintf("virtual offset 0:60000: the block has %d bytes of text", front+size)},
	}
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			c, err := NewChunks(t.Context(), bytes.NewReader(compressed(t, tt.text, bgzf.BlockText)), Options{Threads: 1})
			require.NoError(t, err)
			defer c.Close()
			require.NoError(t, c.Seek(tt.begin, tt.end))
			got, err := c.all()
			require.Len(t, got, tt.records)
			if tt.kind == nil {
				require.Equal(t, io.EOF, err)
				return
			}
			require.ErrorIs(t, err, tt.kind)
			require.EqualError(t, err, tt.want)
		})
	}
	_, err := NewChunks(t.Context(), unseekable{}, Options{})
	require.ErrorIs(t, err, errs.ErrNotSupported)
}

// unseekable is a source such as a pipe.
type unseekable struct{ io.Reader }

func (unseekable) Seek(int64, int) (int64, error) { return 0, fmt.Errorf("illegal seek") }

func TestLimit(t *testing.T) {
	good, long := record("good", 0, 5, 10), record("long", 0, 6, 3000)
	file := compressed(t, text(header(t), good, long), 1000)
	r, err := NewReader(t.Context(), bytes.NewReader(file), Options{})
	require.NoError(t, err)
	defer r.Close()
	r.Limit(4000)
	var run Run
	for err == nil {
		run.Release()
		err = r.Next(&run)
	}
	require.ErrorIs(t, err, errs.ErrLimitExceeded)
	require.ErrorContains(t, err, fmt.Sprintf("record states a size of %d bytes, more than 4000", len(long)))
	require.EqualValues(t, 1, r.Records())

	c, err := NewChunks(t.Context(), bytes.NewReader(file), Options{})
	require.NoError(t, err)
	defer c.Close()
	c.Limit(4000)
	require.NoError(t, c.Seek(placesOf(t, file)[1], EndOfFile))
	_, err = c.Next()
	require.ErrorIs(t, err, errs.ErrLimitExceeded)
}
