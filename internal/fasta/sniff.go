package fasta

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"time"

	"github.com/seqlode/seqlode/internal/bgzf"
	"github.com/seqlode/seqlode/internal/errs"
)

// Sniff looks at the first 64 KiB of a source and reports whether it holds FASTA,
// plain or compressed by gzip or bgzip: whether its first byte, empty lines
// aside, is '>'. whole is the source as if it had not been looked at.
func Sniff(src io.Reader) (is bool, whole io.Reader, err error) {
	head := make([]byte, bgzf.MaxBlockSize)
	n, err := io.ReadFull(src, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return false, nil, errs.At(errs.Internal, errs.Pos{Offset: errs.Byte(int64(n))}, "cannot read on: %w", err)
	}
	head = head[:n]
	text := head
	if z, err := gzip.NewReader(bytes.NewReader(head)); err == nil {
		text = make([]byte, 1<<10)
		n, _ := io.ReadFull(z, text) // a fault behind them is for others to tell
		text = text[:n]
	}
	text = bytes.TrimLeft(text, "\r\n")
	is = len(text) > 0 && text[0] == '>'
	if s, ok := src.(io.Seeker); ok {
		if _, err := s.Seek(-int64(n), io.SeekCurrent); err == nil {
			return is, src, nil
		}
	}
	return is, &sniffed{io.MultiReader(bytes.NewReader(head), src), src}, nil
}

// sniffed is a source that cannot seek and what was read of it before.
type sniffed struct {
	io.Reader
	src io.Reader
}

// SetReadDeadline is that of the source, if it has one: it is how a Read that
// waits is ended.
func (s *sniffed) SetReadDeadline(t time.Time) error {
	if d, ok := s.src.(interface{ SetReadDeadline(time.Time) error }); ok {
		return d.SetReadDeadline(t)
	}
	return errors.ErrUnsupported
}
