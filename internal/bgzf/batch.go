package bgzf

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"sort"
	"strings"

	"github.com/seqlode/seqlode/internal/deflate"
	"github.com/seqlode/seqlode/internal/errs"
)

// batchBlocks is how many blocks are handed to a worker at once: enough to make
// the hand-over cheap, few enough for a batch's text to stay in a core's cache.
const batchBlocks = 8

// Batch is a run of blocks.
type Batch struct {
	Text   []byte  // of all blocks, one after the other
	Blocks []Block // in file order
	// SecondLooks counts the blocks that only the standard library could decode,
	// each of them a fault of our decoder.
	SecondLooks int

	raw  []byte // the stored blocks, with slack for the decoder behind them
	text []byte // the room of Text, likewise

	written chan<- int64 // told the place behind the batch when it is written; may be nil
}

// Block is one block of a batch.
type Block struct {
	Offset     int64 // of its first byte in the file
	Size       int   // stored
	Start, End int   // of its text in the batch's

	data int // size of its header, where its compressed data begin
	raw  int // its place in the batch's raw
}

// NewBatch makes an empty batch.
func NewBatch() *Batch { return &Batch{Blocks: make([]Block, 0, batchBlocks)} }

// Virtual gives the virtual offset of the place in the file behind byte i-1 of
// Text, which is where byte i begins unless empty blocks lie between them. At
// the end of a block's text that is the start of the next block, as htslib has
// it, and as 65536 bytes of text demand.
func (b *Batch) Virtual(i int) uint64 {
	k := sort.Search(len(b.Blocks), func(k int) bool { return b.Blocks[k].End >= i })
	if k == len(b.Blocks) {
		return 0
	}
	blk := &b.Blocks[k]
	if i > 0 && i == blk.End {
		return uint64(blk.Offset+int64(blk.Size)) << 16
	}
	return uint64(blk.Offset)<<16 | uint64(i-blk.Start)
}

// Cut fills the batch with the next blocks of in, still compressed. It gives
// io.EOF with no block at the end of in, and [ErrNotBlock] with none where
// something else comes than a block. A fault behind the first block ends the
// batch and is left for the next one.
func (b *Batch) Cut(in *Input) error { return b.cut(in, batchBlocks, math.MaxInt64) }

// cut is Cut for up to most blocks that begin before stop; those behind are
// not there.
func (b *Batch) cut(in *Input, most int, stop int64) error {
	b.Blocks, b.Text, b.raw, b.SecondLooks = b.Blocks[:0], nil, b.raw[:0], 0
	size := 0
	for len(b.Blocks) < most {
		if in.Offset() >= stop {
			if len(b.Blocks) == 0 {
				return io.EOF
			}
			break
		}
		stored, data, err := peekBlock(in)
		if err != nil {
			if len(b.Blocks) == 0 {
				return err
			}
			break
		}
		blk := Block{Offset: in.Offset(), Size: len(stored), Start: size, data: data, raw: len(b.raw)}
		size += int(textSize(stored))
		blk.End = size
		b.Blocks = append(b.Blocks, blk)
		copy(b.room(len(stored)), stored)
		in.Discard(len(stored))
	}
	b.makeText(size)
	return nil
}

// peekBlock shows the next block whole, and says where its compressed data
// begin. It gives io.EOF at the end of in.
func peekBlock(in *Input) (stored []byte, data int, err error) {
	head, err := peekHeader(in)
	if err != nil {
		return nil, 0, err
	}
	data = len(head)
	n := blockSize(head)
	if n == 0 {
		return nil, 0, ErrNotBlock
	}
	stored, err = in.Peek(n)
	switch {
	case err != nil:
		return nil, 0, err
	case len(stored) < n:
		return nil, 0, Truncated(in.Pos(), "the BGZF block that starts here")
	case textSize(stored) > MaxTextSize:
		return nil, 0, errs.At(errs.Corrupt, in.Pos(), "BGZF block states %d bytes of text, more than 65536", textSize(stored))
	}
	return stored, data, nil
}

// textSize is the size of its text that a block states.
func textSize(stored []byte) uint32 { return binary.LittleEndian.Uint32(stored[len(stored)-4:]) }

// peekHeader shows the gzip header at in's place, whole. It gives io.EOF at the
// end of in, and [ErrNotBlock] where no block can begin.
func peekHeader(in *Input) ([]byte, error) {
	head, err := in.Peek(commonHeader)
	if err != nil {
		return nil, err
	}
	if len(head) == 0 {
		return nil, io.EOF
	}
	n := extraSize(head)
	if n == 0 && len(head) < fixedHeader && strings.HasPrefix(EOFBlock, string(head[:min(len(head), 4)])) {
		n = fixedHeader
	}
	if n == 0 || n > MaxBlockSize {
		return nil, ErrNotBlock
	}
	if n > len(head) {
		if head, err = in.Peek(n); err != nil {
			return nil, err
		}
	}
	if n > len(head) {
		return nil, Truncated(in.Pos(), "the gzip header that starts here")
	}
	return head[:n], nil
}

// AtBlock reports whether a block comes next.
func AtBlock(in *Input) (bool, error) {
	head, err := peekHeader(in)
	switch err {
	case nil:
		return blockSize(head) > 0, nil
	case io.EOF, ErrNotBlock:
		return false, nil
	}
	return false, err
}

// room adds n bytes to raw and gives them.
func (b *Batch) room(n int) []byte {
	at := len(b.raw)
	if need := at + n + deflate.InputSlack; need > cap(b.raw) {
		grown := make([]byte, at, min(2*need, batchBlocks*MaxBlockSize+deflate.InputSlack))
		copy(grown, b.raw)
		b.raw = grown
	}
	b.raw = b.raw[:at+n]
	return b.raw[at:]
}

// makeText makes room for the text.
func (b *Batch) makeText(size int) {
	if size+deflate.OutputSlack > cap(b.text) {
		b.text = make([]byte, size+deflate.OutputSlack)
	}
	b.Text = b.text[:size]
}

// Inflater decodes the DEFLATE data of a block, as [deflate.Decoder] does.
type Inflater interface {
	Decode(dst, src []byte) (written, consumed int, err error)
}

// Inflate decodes and checks the blocks of a batch that was cut. Where one is
// at fault, those before it remain.
func (b *Batch) Inflate(d Inflater) error {
	for i := range b.Blocks {
		blk := &b.Blocks[i]
		data := b.raw[blk.raw+blk.data : blk.raw+blk.Size-footerSize]
		text := b.Text[blk.Start:blk.End]
		n, used, err := d.Decode(text, data)
		if err = b.check(blk, text, n, used, err); err == nil {
			continue
		}
		// A rejected block is looked at once more by the standard library.
		again := make([]byte, len(text))
		n, used, err2 := standardInflate(again, data)
		if b.check(blk, again, n, used, err2) != nil {
			b.Blocks, b.Text = b.Blocks[:i], b.Text[:blk.Start]
			return err
		}
		b.SecondLooks++
		copy(text, again)
	}
	return nil
}

// check judges what decoding a block gave by its sizes and CRC-32.
func (b *Batch) check(blk *Block, text []byte, n, used int, err error) error {
	stored := blk.Size - blk.data - footerSize
	switch {
	case err != nil:
		return &errs.Error{Kind: errs.Corrupt, Pos: blk.pos(), Err: fmt.Errorf("BGZF block: %w", err)}
	case n != len(text):
		return errs.At(errs.Corrupt, blk.pos(), "BGZF block states %d bytes of text, holds %d", len(text), n)
	case used != stored:
		return errs.At(errs.Corrupt, blk.pos(), "BGZF block has %d bytes of compressed data, uses %d", stored, used)
	}
	want := binary.LittleEndian.Uint32(b.raw[blk.raw+blk.Size-footerSize:])
	if got := crc32.ChecksumIEEE(text); got != want {
		return errs.At(errs.Corrupt, blk.pos(), "BGZF block states CRC-32 %08x, its text has %08x", want, got)
	}
	return nil
}

// standardInflate is deflate.Decoder.Decode by the standard library.
func standardInflate(dst, src []byte) (written, used int, err error) {
	r := bytes.NewReader(src)
	z := flate.NewReader(r)
	n, err := io.ReadFull(z, dst)
	if err != nil && err != io.EOF {
		return n, 0, err
	}
	switch k, err := io.CopyN(io.Discard, z, 1); { // the stream must end here
	case k > 0:
		return n, 0, deflate.ErrTooLong
	case err != io.EOF:
		return n, 0, err
	}
	return n, len(src) - r.Len(), nil
}

// pos is the block's place for an error.
func (blk *Block) pos() errs.Pos { return errs.Pos{Offset: errs.Byte(blk.Offset)} }

// EndsWithEOF reports whether the last block is [EOFBlock] to the byte.
func (b *Batch) EndsWithEOF() bool {
	if len(b.Blocks) == 0 {
		return false
	}
	blk := b.Blocks[len(b.Blocks)-1]
	return string(b.raw[blk.raw:blk.raw+blk.Size]) == EOFBlock
}
