package etag

import (
	"context"
	"encoding/hex"
	"fmt"
	"hash"

	"github.com/seqlode/seqlode/internal/errs"
)

// lane is one source under way to its hash.
type lane struct {
	index int
	name  string
	text  *text
	shut  func() error // the source
	hash  hash.Hash

	piece *piece // being hashed
	rest  []byte // of it
	size  int64  // hashed so far
	err   error  // what ended the text
}

// begin opens source i.
func (c *computation) begin(i int) (*lane, error) {
	if err := c.ctx.Err(); err != nil {
		return nil, context.Cause(c.ctx)
	}
	r, shut, err := c.sources[i].open()
	if err != nil {
		return nil, err
	}
	return &lane{
		index: i,
		name:  c.sources[i].Name,
		text:  newText(c.ctx, r, c.threads, c.opt),
		shut:  shut,
		hash:  newHash(c.opt.Family),
	}, nil
}

// fetch takes the next piece, and reports false at the end or at a fault.
func (l *lane) fetch() bool {
	if l.piece, l.err = l.text.next(); l.err != nil {
		return false
	}
	l.rest = l.piece.slot.Unit.Text
	return true
}

// advance notes that n bytes have been hashed.
func (l *lane) advance(n int) {
	l.size += int64(n)
	if l.rest = l.rest[n:]; len(l.rest) == 0 {
		l.piece.release()
		l.piece = nil
	}
}

// result closes the lane.
func (l *lane) result(opt Options) Result {
	err := l.text.close(l.err)
	if shut := l.shut(); err == nil {
		err = shut
	}
	if err == nil && opt.Strict {
		err = strict(l.text.warnings())
	}
	if err != nil {
		return Result{Err: errs.InFile(err, l.name, errs.Internal)}
	}
	counts := l.text.checker.Counts()
	return Result{
		Algorithm:   fmt.Sprintf("%s_%s", FASTQ, opt.Family),
		Hex:         hex.EncodeToString(l.hash.Sum(nil)),
		Reads:       counts.Reads,
		Bases:       counts.Bases,
		StoredBytes: l.text.Offset(),
		TextBytes:   l.size,
		Warnings:    l.text.warnings(),
	}
}

// strict makes an error of the first warning.
func strict(ws []Warning) error {
	if len(ws) == 0 {
		return nil
	}
	return errs.At(errs.Corrupt, errs.Pos{}, "%s", ws[0].Message)
}
