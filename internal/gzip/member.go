package gzip

import (
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"

	"github.com/seqlode/seqlode/internal/bgzf"
	"github.com/seqlode/seqlode/internal/deflate"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/pipeline"
)

const (
	pieceText  = 512 << 10 // text of a piece at most
	headerRoom = 1 << 10   // input that holds any DEFLATE block header
	footerSize = 8         // CRC-32 and text size (RFC 1952 §2.3.1)
)

// piece is the room for one chunk of ordinary members' text, behind as much of
// the text before it as a match can reach.
type piece struct {
	room [deflate.WindowSize + pieceText]byte
}

func newPiece() *piece { return new(piece) }

// decoder decodes DEFLATE in pieces, as [deflate.Decoder] does.
type decoder interface {
	Start()
	Next(dst []byte, pos int, src []byte, final bool) (newPos, consumed int, err error)
	Done() bool
}

// memberReader decodes ordinary members, one after the other.
type memberReader struct {
	in      *bgzf.Input
	again   *again // how to read the source a second time; nil where that can't be
	limiter *pipeline.Limiter

	within  bool     // a member is under way
	start   errs.Pos // of the member
	data    int64    // offset of its compressed data
	decoder decoder
	second  *secondLook // decodes the member where decoder failed
	sum     uint32      // CRC-32 of the member's text so far
	size    int64       // of that text

	window     [deflate.WindowSize]byte // the last of the member's text
	windowSize int

	members     int64 // begun
	secondLooks int   // members that only the standard library could decode
}

// begin reads the header of the member that starts here.
func (m *memberReader) begin() error {
	m.start = m.in.Pos()
	m.members++
	h := header{in: m.in, start: m.start}
	if err := h.read(); err != nil {
		return err
	}
	m.within = true
	m.data = m.in.Offset()
	m.decoder.Start()
	m.second, m.sum, m.size, m.windowSize = nil, 0, 0, 0
	return nil
}

// decode fills p with the next text of the member under way and of ordinary
// members right behind it. Text that comes before a fault is given with it.
func (m *memberReader) decode(ctx context.Context, p *piece) ([]byte, error) {
	begin := copy(p.room[:], m.window[:m.windowSize]) // of this piece's text
	member := 0                                       // of the member's, as far as it is at hand
	at := begin
	for at < len(p.room) {
		next, done, err := m.advance(ctx, p.room[member:], at-member)
		next += member
		m.sum = crc32.Update(m.sum, crc32.IEEETable, p.room[at:next])
		m.size += int64(next - at)
		at = next
		if err != nil {
			return p.room[begin:at], err
		}
		if !done {
			continue
		}
		if err := m.finish(); err != nil {
			return p.room[begin:at], err
		}
		if more, err := m.another(); err != nil || !more {
			return p.room[begin:at], err
		}
		if err := m.begin(); err != nil {
			return p.room[begin:at], err
		}
		member = at
	}
	m.windowSize = copy(m.window[:], p.room[max(member, at-len(m.window)):at])
	return p.room[begin:at], nil
}

// another reports whether an ordinary member comes next.
func (m *memberReader) another() (bool, error) {
	head, err := m.in.Peek(len(Magic))
	if err != nil || string(head) != Magic {
		return false, err
	}
	block, err := bgzf.AtBlock(m.in)
	return !block, err
}

// advance decodes the member's next text to dst[pos:] until dst is full, the
// member done, or a fault met; dst[:pos] is the text before it, as far as it
// matters.
func (m *memberReader) advance(ctx context.Context, dst []byte, pos int) (newPos int, done bool, err error) {
	if m.second != nil {
		return m.second.read(ctx, dst, pos)
	}
	at := pos
	for at < len(dst) && !m.decoder.Done() {
		src, last, broken := m.in.PeekMore(headerRoom)
		if err := m.limiter.Acquire(ctx); err != nil {
			return at, false, err
		}
		next, used, err := m.decoder.Next(dst, at, src, last)
		m.limiter.Release()
		m.in.Discard(used)
		switch {
		case err != nil:
			fault := m.fault(err)
			if m.again == nil {
				return next, false, fault
			}
			m.second = m.again.open(m, fault)
			return m.second.read(ctx, dst, pos)
		case broken != nil && used == 0 && next == at:
			return at, false, broken
		}
		at = next
	}
	return at, m.decoder.Done(), nil
}

// fault says where in the file the decoder stopped.
func (m *memberReader) fault(err error) error {
	var c *deflate.CorruptError
	switch {
	case !errors.As(err, &c):
		return err
	case c.Err == deflate.ErrTruncated:
		return bgzf.Truncated(m.start, "the gzip member that starts here")
	}
	return errs.At(errs.Corrupt, errs.Pos{Offset: errs.Byte(m.data + c.Offset)}, "gzip member that starts at %v: %w", m.start, c.Err)
}

// finish reads and compares the member's footer.
func (m *memberReader) finish() error {
	m.within = false
	if m.second != nil {
		m.second.leave(m.in)
	}
	var footer [footerSize]byte
	if err := m.in.ReadFull(footer[:]); err == io.ErrUnexpectedEOF {
		return bgzf.Truncated(m.start, "the gzip member that starts here")
	} else if err != nil {
		return err
	}
	if want := binary.LittleEndian.Uint32(footer[:]); want != m.sum {
		return errs.At(errs.Corrupt, m.start, "gzip member states CRC-32 %08x, its text has %08x", want, m.sum)
	}
	if want := binary.LittleEndian.Uint32(footer[4:]); want != uint32(m.size) {
		return errs.At(errs.Corrupt, m.start, "gzip member states %d bytes of text (modulo 2^32), holds %d", want, m.size)
	}
	if m.second != nil {
		m.secondLooks++
	}
	return nil
}
