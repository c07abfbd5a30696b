package bgzf

import (
	"bufio"
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seqlode/seqlode/internal/errs"
)

// inputBuffer holds the largest block, and makes reads of the source worth
// their call.
const inputBuffer = 256 << 10

// Input is a buffered source that knows its place. A failure of the source is
// given after all bytes that came before it, and again ever after.
type Input struct {
	r      *bufio.Reader
	src    source
	offset atomic.Int64
}

// source is a reader that, once it has ended or failed, stays so.
type source struct {
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (n int, err error) {
	if s.err != nil {
		return 0, s.err
	}
	n, s.err = s.r.Read(p)
	if n < 0 || n > len(p) {
		n, s.err = 0, errors.New("the source states an impossible number of bytes")
	}
	return n, s.err
}

// NewInput reads src, whose first byte is at offset.
func NewInput(src io.Reader, offset int64) *Input {
	in := &Input{r: bufio.NewReaderSize(nil, inputBuffer)}
	in.Reset(src, offset)
	return in
}

// Reset goes on with src, whose first byte is at offset.
func (in *Input) Reset(src io.Reader, offset int64) {
	in.src = source{r: src}
	in.r.Reset(&in.src)
	in.offset.Store(offset)
}

// Offset is the place of the next byte. Any goroutine may ask.
func (in *Input) Offset() int64 { return in.offset.Load() }

// Pos is that place for an error.
func (in *Input) Pos() errs.Pos { return errs.Pos{Offset: errs.Byte(in.Offset())} }

// Peek shows the next n ≤ 64 KiB bytes; fewer without an error at the end of
// the source, and with one where it failed.
func (in *Input) Peek(n int) ([]byte, error) {
	p, err := in.r.Peek(n)
	if err == io.EOF {
		err = nil
	}
	return p, in.failure(err)
}

// PeekMore shows what is buffered: at least n ≤ 64 KiB bytes, or all there is;
// last reports that nothing follows them, err that the source failed there.
func (in *Input) PeekMore(n int) (p []byte, last bool, err error) {
	p, err = in.r.Peek(n)
	if err == nil {
		p, _ = in.r.Peek(in.r.Buffered())
		return p, false, nil
	}
	if err == io.EOF {
		return p, true, nil
	}
	return p, false, in.failure(err)
}

// Discard moves past n bytes that Peek or PeekMore showed.
func (in *Input) Discard(n int) {
	n, _ = in.r.Discard(n)
	in.offset.Add(int64(n))
}

// ReadFull fills p, of up to 64 KiB. Where the source ends before, it takes
// nothing and gives io.ErrUnexpectedEOF.
func (in *Input) ReadFull(p []byte) error {
	q, err := in.Peek(len(p))
	if err != nil {
		return err
	}
	if len(q) < len(p) {
		return io.ErrUnexpectedEOF
	}
	copy(p, q)
	in.Discard(len(p))
	return nil
}

// failure says where the source failed.
func (in *Input) failure(err error) error {
	if err == nil {
		return nil
	}
	at := in.Offset() + int64(in.r.Buffered())
	return errs.At(errs.Internal, errs.Pos{Offset: errs.Byte(at)}, "cannot read on: %w", err)
}

// Interrupt makes a Read of src that is under way return when ctx ends, where
// src has read deadlines, as pipes and connections do. That ctx
// itself must be asked whether a failure is an effect of this: its parent ends
// before it. The caller calls stop when it is done with src; it undoes
// what was done.
func Interrupt(ctx context.Context, src io.Reader) (stop func()) {
	d, ok := src.(interface{ SetReadDeadline(time.Time) error })
	if !ok {
		return func() {}
	}
	done := make(chan struct{})
	cease := context.AfterFunc(ctx, func() {
		_ = d.SetReadDeadline(time.Unix(1, 0))
		close(done)
	})
	return sync.OnceFunc(func() {
		if !cease() {
			<-done
			_ = d.SetReadDeadline(time.Time{})
		}
	})
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
