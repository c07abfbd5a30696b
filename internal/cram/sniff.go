package cram

import (
	"context"
	"io"
	"time"

	"github.com/seqlode/seqlode/internal/bgzf"
	"github.com/seqlode/seqlode/internal/errs"
)

// Sniff reads the beginning of a source and reports whether it is that of a CRAM
// file. whole is the source as if it had not been looked at.
func Sniff(ctx context.Context, src io.Reader) (is bool, whole io.Reader, err error) {
	stop := bgzf.Interrupt(ctx, src)
	defer stop()
	head := make([]byte, len(Magic))
	n, err := io.ReadFull(src, head)
	if ctx.Err() != nil {
		return false, nil, context.Cause(ctx)
	}
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return false, nil, errs.At(errs.Internal, errs.Pos{Offset: errs.Byte(int64(n))}, "cannot read on: %w", err)
	}
	return string(head[:n]) == Magic, &begun{head[:n], src}, nil
}

// begun is a source whose first bytes have been read already.
type begun struct {
	head []byte
	src  io.Reader
}

func (b *begun) Read(p []byte) (int, error) {
	if len(b.head) > 0 && len(p) > 0 {
		n := copy(p, b.head)
		b.head = b.head[n:]
		return n, nil
	}
	return b.src.Read(p)
}

// SetReadDeadline is that of the source, if it has one: it is how a Read that
// waits is ended.
func (b *begun) SetReadDeadline(t time.Time) error {
	if d, ok := b.src.(interface{ SetReadDeadline(time.Time) error }); ok {
		return d.SetReadDeadline(t)
	}
	return nil
}
