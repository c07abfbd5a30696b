package bgzf

import (
	"encoding/binary"
	"hash/crc32"

	"github.com/klauspost/compress/flate"
)

const (
	// BlockText is how much text Writer and bgzip put into a block: so much
	// fits one even where it does not compress.
	BlockText = 0xff00

	storedHeader = 5 // of a stored DEFLATE block (RFC 1951 §3.2.4)
)

// deflater compresses the text of blocks.
type deflater struct {
	flate *flate.Writer // nil where text is to be stored
	out   []byte
}

// newDeflater takes a level that flate knows.
func newDeflater(level int) *deflater {
	d := new(deflater)
	if level != flate.NoCompression {
		d.flate, _ = flate.NewWriter(d, level) // fails for unknown levels alone
	}
	return d
}

// Write adds to out, for flate.
func (d *deflater) Write(p []byte) (int, error) {
	d.out = append(d.out, p...)
	return len(p), nil
}

// block adds a block of text to out.
func (d *deflater) block(text []byte) error {
	start := len(d.out)
	d.out = append(d.out, blockHead...)
	d.out = append(d.out, 0, 0)
	data := len(d.out)
	if d.flate != nil {
		d.flate.Reset(d)
		if _, err := d.flate.Write(text); err != nil {
			return err
		}
		if err := d.flate.Close(); err != nil {
			return err
		}
	}
	if d.flate == nil || len(d.out)-data > storedHeader+len(text) {
		n := uint16(len(text))
		d.out = append(d.out[:data], 1, byte(n), byte(n>>8), byte(^n), byte(^n>>8))
		d.out = append(d.out, text...)
	}
	d.out = binary.LittleEndian.AppendUint32(d.out, crc32.ChecksumIEEE(text))
	d.out = binary.LittleEndian.AppendUint32(d.out, uint32(len(text)))
	binary.LittleEndian.PutUint16(d.out[data-2:], uint16(len(d.out)-start-1))
	return nil
}

// empty makes a batch ready for text.
func (b *Batch) empty() {
	if b.text == nil {
		b.text = make([]byte, batchBlocks*BlockText)
	}
	b.Text, b.Blocks, b.raw, b.written = b.text[:0], b.Blocks[:0], b.raw[:0], nil
}

// open is the text behind the last block.
func (b *Batch) open() []byte {
	if len(b.Blocks) == 0 {
		return b.Text
	}
	return b.Text[b.Blocks[len(b.Blocks)-1].End:]
}

// deflate makes the stored form of a batch's blocks.
func (b *Batch) deflate(d *deflater) error {
	d.out = b.raw[:0]
	for i := range b.Blocks {
		blk := &b.Blocks[i]
		blk.raw = len(d.out)
		if err := d.block(b.Text[blk.Start:blk.End]); err != nil {
			return err
		}
		blk.Size = len(d.out) - blk.raw
	}
	b.raw = d.out
	return nil
}
