package cram

import (
	"hash/crc32"

	"github.com/seqlode/seqlode/internal/cram/codec"
	"github.com/seqlode/seqlode/internal/errs"
)

// What a block holds (§8).
const (
	fileHeader        = 0
	compressionHeader = 1
	sliceHeader       = 2
	unmappedSlice     = 3 // of CRAM 1; htslib reads it in any
	externalData      = 4
	coreData          = 5
)

// block is a block as stored (§8).
type block struct {
	method  codec.Method
	content byte
	id      int32
	size    int    // of its data, decoded
	data    []byte // as stored
	whole   []byte // with its header, for the checksum
	sum     uint32 // its CRC32; from CRAM 3 on
	sealed  bool   // there is a CRC32
}

// blockAt is a block whose bytes still lie in a buffer that may move.
type blockAt struct {
	method      codec.Method
	content     byte
	id          int32
	size        int
	begin, data int // of its header and of its data
	end         int
	sum         uint32
	sealed      bool
}

// in gives the block with its bytes in buf.
func (b *blockAt) in(buf []byte) block {
	return block{b.method, b.content, b.id, b.size, buf[b.data:b.end], buf[b.begin:b.end], b.sum, b.sealed}
}

// readBlock reads a block of the container under way behind buf.
func (r *Reader) readBlock(buf []byte) ([]byte, blockAt, error) {
	b := blockAt{begin: len(buf)}
	at := r.in.Offset()
	f := fields{in: r.in, raw: r.scratch[:0]}
	b.method = codec.Method(f.octet())
	b.content = f.octet()
	b.id = f.itf8()
	stored := int(f.itf8())
	b.size = int(f.itf8())
	r.scratch = f.raw
	if f.err != nil {
		return buf, b, r.current.fault(f.err, "blocks")
	}
	if stored < 0 || b.size < 0 || b.method == codec.Raw && stored != b.size {
		return buf, b, errs.At(errs.Corrupt, errs.Pos{Offset: errs.Byte(at)}, "block states %d bytes, %d when decoded", stored, b.size)
	}
	tail := 0
	if r.version >= 3 {
		tail = 4
	}
	if r.in.Offset()+int64(stored)+int64(tail) > r.current.body+int64(r.current.length) {
		return buf, b, errs.At(errs.Corrupt, errs.Pos{Offset: errs.Byte(at)}, "block of %d bytes runs past the end of its container, which begins at byte %d", stored, r.current.at)
	}
	if len(buf)+len(f.raw)+stored > r.opt.MaxSlice {
		return buf, b, errs.At(errs.LimitExceeded, errs.Pos{Offset: errs.Byte(at)}, "the stored blocks of a slice have more than %d bytes", r.opt.MaxSlice)
	}
	buf = append(buf, f.raw...)
	b.data = len(buf)
	buf, err := r.in.append(buf, stored+tail)
	if err != nil {
		return buf, b, r.current.fault(err, "blocks")
	}
	b.end = b.data + stored
	if tail > 0 {
		b.sum, b.sealed = le.Uint32(buf[b.end:]), !r.open
		buf = buf[:b.end]
	}
	return buf, b, nil
}

// decode checks the block and gives its data, in dst's room if that suffices.
// What is not compressed is given as it lies.
func (b *block) decode(d *codec.Decoder, dst []byte) ([]byte, error) {
	if b.sealed && crc32.ChecksumIEEE(b.whole) != b.sum {
		return nil, errs.At(errs.Corrupt, errs.Pos{}, "block %d fails its CRC32", b.id)
	}
	if b.method == codec.Raw {
		return b.data, nil
	}
	return d.Decode(dst, b.method, b.data, b.size)
}
