package bam

import (
	"context"
	"encoding/binary"
	"io"

	"github.com/seqlode/seqlode/internal/bgzf"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/sam"
)

// Chunks reads the records of chunks of a file, which are pairs of virtual
// offsets, as indexes give them. No block outside a chunk is read. One goroutine
// uses it.
type Chunks struct {
	blocks *bgzf.Reader
	max    int // bytes of a record
	record []byte
	begin  uint64 // where record begins
	end    uint64 // of the chunk
}

// EndOfFile is a virtual offset behind every file, for chunks without an end.
const EndOfFile = 1<<64 - 1

// NewChunks makes ready to read from src. Until Seek there is no chunk.
func NewChunks(ctx context.Context, src io.ReadSeeker, opt Options) (*Chunks, error) {
	// The reader reads ahead from where src stands. It is to find nothing there.
	if _, err := src.Seek(0, io.SeekEnd); err != nil {
		return nil, errs.At(errs.NotSupported, errs.Pos{}, "the source cannot seek: %w", err)
	}
	return &Chunks{blocks: bgzf.NewReader(ctx, src, bgzf.Options(opt)), max: MaxRecord}, nil
}

// Limit is as that of [Reader].
func (c *Chunks) Limit(bytes int) { c.max = bytes }

// Seek goes to the chunk from begin, where a record begins, to end.
func (c *Chunks) Seek(begin, end uint64) error {
	c.end = end
	return c.blocks.SeekChunk(begin, end)
}

// Next gives the next record, which stands until the next call, or io.EOF at
// the end of the chunk or of the file.
func (c *Chunks) Next() (sam.Record, error) {
	c.begin = c.blocks.Offset()
	if c.begin >= c.end {
		return nil, io.EOF
	}
	c.record = c.record[:0]
	if err := c.take(sizeWord); err != nil {
		return nil, err
	}
	size := int(binary.LittleEndian.Uint32(c.record))
	if size < minRecord || size > c.max {
		return nil, sizeFault(size, c.max, c.Place().Pos())
	}
	if err := c.take(size); err != nil {
		return nil, err
	}
	return sam.Record(c.record[sizeWord:]), nil
}

// Place is that of the last record; its number is not known.
func (c *Chunks) Place() Place { return Place{Begin: c.begin, End: c.blocks.Offset()} }

// takeAtOnce bounds the room that is made for what may not be there.
const takeAtOnce = 1 << 20

// take reads n bytes more of a record.
func (c *Chunks) take(n int) error {
	for want := len(c.record) + n; len(c.record) < want; {
		at := len(c.record)
		k := min(want-at, takeAtOnce)
		for cap(c.record)-at < k {
			c.record = append(c.record[:cap(c.record)], 0)[:at]
		}
		k, err := io.ReadFull(c.blocks, c.record[at:at+k])
		c.record = c.record[:at+k]
		switch {
		case err == nil:
		case err != io.EOF && err != io.ErrUnexpectedEOF:
			return err
		case len(c.record) == 0:
			return io.EOF
		case c.blocks.Offset() >= c.end:
			return errs.At(errs.Corrupt, c.Place().Pos(), "the index does not fit the file: it has a chunk that ends inside this record")
		default:
			return bgzf.Truncated(c.Place().Pos(), "this record")
		}
	}
	return nil
}

// Close ends the reading and waits for its goroutines.
func (c *Chunks) Close() { c.blocks.Close() }
