package etag

import (
	"context"
	"encoding/hex"
	"hash"

	"github.com/seqlode/seqlode/internal/errs"
)

// lane is one source under way to its hash.
type lane struct {
	index int
	name  string
	shut  func() error // the source
	open  func() (text, error)
	text  text // nil before the first piece is fetched
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
		shut:  shut,
		open:  func() (text, error) { return openText(c.ctx, r, c.threads, c.opt, c.checker) },
		hash:  c.opt.Family.New(),
	}, nil
}

// fetch takes the next piece, and reports false at the end or at a fault.
func (l *lane) fetch() bool {
	if l.text == nil {
		if l.text, l.err = l.open(); l.err != nil {
			return false
		}
	}
	if l.piece, l.err = l.text.next(); l.err != nil {
		return false
	}
	l.rest = l.piece.text
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
	err := l.err
	if l.text != nil {
		err = l.text.close(err)
	}
	if shut := l.shut(); err == nil {
		err = shut
	}
	var ws []Warning
	if err == nil {
		ws = l.text.warnings()
		if opt.Strict {
			err = errs.Strict(ws)
		}
	}
	if err != nil {
		return Result{Err: errs.InFile(err, l.name, errs.Internal)}
	}
	r := Result{
		Hex:         hex.EncodeToString(l.hash.Sum(nil)),
		StoredBytes: l.text.stored(),
		TextBytes:   l.size,
		Warnings:    ws,
	}
	l.text.describe(&r)
	r.Algorithm = r.Type.Algorithm(opt.Family)
	return r
}
