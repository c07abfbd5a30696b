package etag

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/fastq"
	"github.com/seqlode/seqlode/internal/gzip"
	"github.com/seqlode/seqlode/internal/pipeline"
)

// text is the decompressed FASTQ of a source. It is checked beside its being
// hashed, in a goroutine of its own.
type text struct {
	*gzip.Reader
	want    FileType
	begun   bool
	checker fastq.Checker
	checks  chan *piece // to the checker; nil where it runs in next
	ended   sync.WaitGroup
	fault   atomic.Pointer[error] // what the checker has found
}

// piece is a chunk with two users, the checker and the hash.
type piece struct {
	slot  *pipeline.Slot[*gzip.Chunk]
	users atomic.Int32
}

// release gives the chunk back when both users have.
func (p *piece) release() {
	if p.users.Add(-1) == 0 {
		p.slot.Release()
	}
}

// newText begins to read r.
func newText(ctx context.Context, r io.Reader, threads int, opt Options) *text {
	t := &text{
		Reader: gzip.NewReader(ctx, r, gzip.Options{Threads: threads, Limiter: opt.Limiter}),
		want:   opt.Type,
	}
	if threads > 1 {
		t.checks = make(chan *piece, threads)
		t.ended.Go(func() {
			for p := range t.checks {
				t.check(p)
			}
		})
	}
	return t
}

// next gives the next piece, which the caller releases; io.EOF at the end; or
// the first fault of source or text.
func (t *text) next() (*piece, error) {
	slot, err := t.Next()
	if err != nil {
		return nil, err
	}
	p := &piece{slot: slot}
	p.users.Store(2)
	if !t.begun {
		t.begun = true
		if err := t.sniff(slot.Unit.Text); err != nil {
			slot.Release()
			return nil, err
		}
	}
	if t.checks == nil {
		t.check(p)
	} else {
		t.checks <- p
	}
	if f := t.fault.Load(); f != nil {
		p.release()
		return nil, *f
	}
	return p, nil
}

// sniff compares the beginning of the text with what it is to be.
func (t *text) sniff(head []byte) error {
	if bytes.HasPrefix(head, []byte("BAM\x01")) {
		if t.want == FASTQ {
			return errs.At(errs.Validation, errs.Pos{}, "declared %s, but it is a BAM file", FASTQ)
		}
		return errs.At(errs.NotSupported, errs.Pos{}, "ETags of %s are not supported by this version", BAM)
	}
	return nil
}

// check checks a piece.
func (t *text) check(p *piece) {
	defer p.release()
	if t.fault.Load() != nil {
		return
	}
	if err := t.checker.Write(p.slot.Unit.Text); err != nil {
		t.fault.Store(&err)
	}
}

// close ends the text, which err has ended, and gives its first fault: one that
// the checker found comes before that of the source.
func (t *text) close(err error) error {
	if t.checks != nil {
		close(t.checks)
		t.ended.Wait()
	}
	t.Close()
	if f := t.fault.Load(); f != nil {
		return *f
	}
	if err != io.EOF {
		return err
	}
	return t.checker.Close()
}

// warnings tells what was odd about a source that is whole.
func (t *text) warnings() []Warning {
	var ws []Warning
	end := t.End()
	if end.NoEOFBlock {
		ws = append(ws, Warning{MissingEOFBlock, "no BGZF EOF block: the file may have been cut between two blocks"})
	}
	if end.TrailingZeros > 0 {
		ws = append(ws, Warning{TrailingZeros, fmt.Sprintf("%d zero bytes behind the last gzip member", end.TrailingZeros)})
	}
	if end.SecondLooks > 0 {
		ws = append(ws, Warning{DecoderFault, fmt.Sprintf(
			"%d gzip members could be decoded only by the standard library: the ETag is right; please report this file as a bug of seqlode", end.SecondLooks)})
	}
	return ws
}
