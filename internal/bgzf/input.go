package bgzf

import (
	"bufio"
	"context"
	"errors"
	"io"
	"sync/atomic"
	"time"

	"github.com/seqlode/seqlode/internal/errs"
)

// inputBuffer holds the largest block header and footer, and makes reads of
// the source worth their call.
const inputBuffer = 256 << 10

// Input is a buffered source that knows its place.
type Input struct {
	r      *bufio.Reader
	src    io.Reader
	offset atomic.Int64
}

// NewInput reads src, whose first byte is at offset.
func NewInput(src io.Reader, offset int64) *Input {
	in := &Input{r: bufio.NewReaderSize(src, inputBuffer), src: src}
	in.offset.Store(offset)
	return in
}

// Offset is the place of the next byte. Any goroutine may ask.
func (in *Input) Offset() int64 { return in.offset.Load() }

// Pos is that place for an error.
func (in *Input) Pos() errs.Pos { return errs.Pos{Offset: errs.Byte(in.Offset())} }

// Peek shows up to n ≤ 64 KiB of the next bytes; fewer only at the end of the
// source, without an error.
func (in *Input) Peek(n int) ([]byte, error) {
	p, err := in.r.Peek(n)
	if err == io.EOF {
		err = nil
	}
	return p, in.failure(err)
}

// PeekMore shows what is buffered, at least n ≤ 64 KiB bytes or all there is;
// last reports that nothing follows them.
func (in *Input) PeekMore(n int) (p []byte, last bool, err error) {
	p, err = in.r.Peek(n)
	if len(p) == n {
		p, _ = in.r.Peek(in.r.Buffered())
		return p, false, nil
	}
	if err == io.EOF {
		return p, true, nil
	}
	return p, false, in.failure(err)
}

// Discard moves past n bytes that were peeked at.
func (in *Input) Discard(n int) {
	n, _ = in.r.Discard(n)
	in.offset.Add(int64(n))
}

// ReadFull fills p; at the end of the source it gives how much there was and
// io.ErrUnexpectedEOF.
func (in *Input) ReadFull(p []byte) (int, error) {
	n, err := io.ReadFull(in.r, p)
	in.offset.Add(int64(n))
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return n, io.ErrUnexpectedEOF
	}
	return n, in.failure(err)
}

// failure says where the source failed.
func (in *Input) failure(err error) error {
	if err == nil {
		return nil
	}
	return errs.At(errs.Internal, in.Pos(), "cannot read on: %w", err)
}

// Interrupt makes a Read of the source that is under way return when ctx ends,
// where the source has read deadlines, as pipes and connections do. The caller
// calls stop when it is done with the source.
func (in *Input) Interrupt(ctx context.Context) (stop func()) {
	d, ok := in.src.(interface{ SetReadDeadline(time.Time) error })
	if !ok {
		return func() {}
	}
	cease := context.AfterFunc(ctx, func() { _ = d.SetReadDeadline(time.Unix(1, 0)) })
	return func() { cease() }
}

// Truncated is the error of a file that ends inside something; it is an
// io.ErrUnexpectedEOF.
func Truncated(pos errs.Pos, what string) error {
	return &errs.Error{Kind: errs.Corrupt, Pos: pos, Err: &truncation{what}}
}

// truncation says what was cut.
type truncation struct{ what string }

func (t *truncation) Error() string { return "truncated: the file ends inside " + t.what }
func (t *truncation) Unwrap() error { return io.ErrUnexpectedEOF }

// ErrNotBlock says that something else comes than a BGZF block.
var ErrNotBlock = errors.New("not a BGZF block")
