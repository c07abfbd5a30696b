package gzip

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"

	"github.com/seqlode/seqlode/internal/bgzf"
	"github.com/seqlode/seqlode/internal/errs"
)

// Flags of a member header (RFC 1952 §2.3.1).
const (
	flagHeaderCRC = 1 << 1
	flagExtra     = 1 << 2
	flagName      = 1 << 3
	flagComment   = 1 << 4
	flagReserved  = 7 << 5
)

// maxHeaderText bounds the name and the comment of a member, each.
const maxHeaderText = 1 << 20

// Magic begins every gzip member (RFC 1952 §2.3.1).
const Magic = "\x1f\x8b"

// header reads and checks a member's header.
type header struct {
	in    *bgzf.Input
	start errs.Pos // of the member
	sum   uint32   // CRC-32 of the header so far
}

// read moves in past the header (RFC 1952 §2.3).
func (h *header) read() error {
	var fixed [10]byte
	if err := h.bytes(fixed[:]); err != nil {
		return err
	}
	method, flags := fixed[2], fixed[3]
	switch {
	case method != 8:
		return errs.At(errs.Corrupt, h.start, "gzip compression method %d, want 8 (deflate)", method)
	case flags&flagReserved != 0:
		return errs.At(errs.Corrupt, h.start, "gzip header has reserved flags %#02x", flags&flagReserved)
	}
	if flags&flagExtra != 0 {
		var n [2]byte
		if err := h.bytes(n[:]); err != nil {
			return err
		}
		if err := h.bytes(make([]byte, binary.LittleEndian.Uint16(n[:]))); err != nil {
			return err
		}
	}
	for _, f := range [...]struct {
		flag byte
		what string
	}{{flagName, "file name"}, {flagComment, "comment"}} {
		if flags&f.flag != 0 {
			if err := h.text(f.what); err != nil {
				return err
			}
		}
	}
	if flags&flagHeaderCRC != 0 {
		got := uint16(h.sum)
		var b [2]byte
		if err := h.bytes(b[:]); err != nil {
			return err
		}
		if want := binary.LittleEndian.Uint16(b[:]); got != want {
			return errs.At(errs.Corrupt, h.start, "gzip header states CRC %04x, has %04x", want, got)
		}
	}
	return nil
}

// bytes reads the next bytes of the header.
func (h *header) bytes(p []byte) error {
	if err := h.in.ReadFull(p); err != nil {
		if err == io.ErrUnexpectedEOF {
			err = bgzf.Truncated(h.start, "the gzip header that starts here")
		}
		return err
	}
	h.sum = crc32.Update(h.sum, crc32.IEEETable, p)
	return nil
}

// text reads up to a zero byte.
func (h *header) text(what string) error {
	for left := maxHeaderText + 1; left > 0; {
		p, _, err := h.in.PeekMore(1)
		if err != nil {
			return err
		}
		if len(p) == 0 {
			return bgzf.Truncated(h.start, "the gzip header that starts here")
		}
		p = p[:min(left, len(p))]
		end := bytes.IndexByte(p, 0)
		if end >= 0 {
			p = p[:end+1]
		}
		h.sum = crc32.Update(h.sum, crc32.IEEETable, p)
		h.in.Discard(len(p))
		if end >= 0 {
			return nil
		}
		left -= len(p)
	}
	return errs.At(errs.LimitExceeded, h.start, "gzip header: %s of more than %d bytes", what, maxHeaderText)
}
