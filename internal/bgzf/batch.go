package bgzf

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"sort"

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

// Virtual gives the virtual offset of byte i of Text; for the end of the text,
// that of the end of the last block's.
func (b *Batch) Virtual(i int) uint64 {
	k := sort.Search(len(b.Blocks), func(k int) bool { return b.Blocks[k].End > i })
	if k == len(b.Blocks) {
		if k--; k < 0 {
			return 0
		}
	}
	return uint64(b.Blocks[k].Offset)<<16 | uint64(i-b.Blocks[k].Start)
}

// Cut fills the batch with the next blocks of in, still compressed. It gives
// io.EOF with no block at the end of in, and [ErrNotBlock] with none where
// something else comes than a block.
func (b *Batch) Cut(in *Input) error {
	b.Blocks, b.Text, b.raw, b.SecondLooks = b.Blocks[:0], nil, b.raw[:0], 0
	size := 0
	for len(b.Blocks) < batchBlocks {
		head, err := peekHeader(in)
		if err != nil {
			if len(b.Blocks) > 0 && (err == io.EOF || err == ErrNotBlock) {
				break
			}
			return err
		}
		n := blockSize(head)
		if n == 0 {
			if len(b.Blocks) > 0 {
				break
			}
			return ErrNotBlock
		}
		blk := Block{Offset: in.Offset(), Size: n, Start: size, data: len(head), raw: len(b.raw)}
		stored := b.room(n)
		if _, err := in.ReadFull(stored); err != nil {
			if err == io.ErrUnexpectedEOF {
				return Truncated(blk.pos(), "the BGZF block that starts here")
			}
			return err
		}
		text := binary.LittleEndian.Uint32(stored[n-4:])
		if text > MaxTextSize {
			return errs.At(errs.Corrupt, blk.pos(), "BGZF block states %d bytes of text, more than 65536", text)
		}
		size += int(text)
		blk.End = size
		b.Blocks = append(b.Blocks, blk)
	}
	b.makeText(size)
	return nil
}

// peekHeader shows the gzip header at in's place, whole.
func peekHeader(in *Input) ([]byte, error) {
	head, err := in.Peek(commonHeader)
	if err != nil {
		return nil, err
	}
	if len(head) == 0 {
		return nil, io.EOF
	}
	n := extraSize(head)
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

// Inflate decodes and checks the blocks of a batch that was cut.
func (b *Batch) Inflate(d *deflate.Decoder) error {
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
