package fastq

import (
	"context"
	"strconv"
	"sync"

	"github.com/seqlode/seqlode/internal/errs"
)

// PairOptions are those of [NewPair].
type PairOptions struct {
	First, Second string // the files' names, for messages
	SkipNames     bool   // compare the numbers of reads only
}

// How far the faster of two mates may run ahead: this many batches, each
// handed over at so many names or bytes of names. It is some 8 MB of text of
// short reads, and less than 3 MiB of memory a mate.
const (
	aheadBatches = 8
	batchNames   = 4096
	batchBytes   = 64 << 10
)

// NewPair gives the checkers of two files whose reads are mates: the n-th of
// one belongs to the n-th of the other. Names are compared as sequencers and
// archives write them: comments, "/1" and "/2", and SRA's X.1.1 and X.1.2 are
// set aside.
//
// Each checker is fed by a goroutine of its own. The one that runs ahead blocks
// in Write until its mate has come near; it must hold nothing then that the
// mate's source needs. It is released when the mate is closed, fails or is
// aborted, and when ctx is done: then both fail with its cause. A checker whose
// source fails must be aborted; Abort may be deferred.
//
// The pair is good when both Close calls give nil. Names that differ are of
// kind Corrupt; the error names both files, the first such record and both
// names, and is given to both checkers unless they are closed. Where the names
// agree as far as the shorter file goes, the last Close gives the two numbers
// of reads. A mate that fails by itself leaves the other's verdict alone.
func NewPair(ctx context.Context, opt PairOptions) (first, second *Checker) {
	p := &pair{files: [2]string{opt.First, opt.Second}}
	if p.files[0] == "" {
		p.files[0] = "the first file"
	}
	if p.files[1] == "" {
		p.files[1] = "the second file"
	}
	p.moved.L = &p.mu
	var checkers [2]*Checker
	for i := range checkers {
		checkers[i] = &Checker{mate: &mate{pair: p, side: i, batch: new(batch)}, names: !opt.SkipNames}
	}
	// Under the lock, because the function may run before stop is set.
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stop = context.AfterFunc(ctx, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.fail(context.Cause(ctx))
	})
	return checkers[0], checkers[1]
}

// batch is a run of names in one arena; ends[i] is the end of the i-th.
type batch struct {
	names []byte
	ends  []int32
}

// mate is one side of a pair, used by its checker's goroutine.
type mate struct {
	pair  *pair
	side  int
	batch *batch // being filled; nil when no names are wanted
}

// add takes the name of the next record.
func (m *mate) add(name []byte) error {
	b := m.batch
	if b == nil {
		return nil
	}
	b.names = append(b.names, name...)
	b.ends = append(b.ends, int32(len(b.names)))
	if len(b.ends) < batchNames && len(b.names) < batchBytes {
		return nil
	}
	var err error
	m.batch, err = m.pair.push(m.side, b)
	return err
}

func (m *mate) end(reads int64) error { return m.pair.end(m.side, reads, m.batch) }

func (m *mate) drop() { m.pair.drop(m.side) }

// pair is what two mates share. After each change the names that both sides
// have are compared, so that at most one side has names waiting, and only a
// side with names waiting waits: never both.
type pair struct {
	files [2]string
	stop  func() bool // ends the watch over ctx

	mu       sync.Mutex
	moved    sync.Cond // something that a blocked side waits for has changed
	queue    [2][]*batch
	next     [2]int // the next name in the first batch of the queue
	free     []*batch
	compared int64
	ended    [2]bool
	reads    [2]int64 // of an ended side
	dropped  bool     // one side has failed by itself
	err      error
}

// push hands a full batch over, waits while the side is too far ahead, and
// gives an empty batch, or nil when no more names are wanted.
func (p *pair) push(side int, b *batch) (*batch, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.queue[side] = append(p.queue[side], b)
	p.compare()
	for p.wanted(side) && len(p.queue[side]) > aheadBatches {
		p.moved.Wait()
	}
	if !p.wanted(side) {
		p.queue[side] = nil
		return nil, p.err
	}
	if n := len(p.free) - 1; n >= 0 {
		b, p.free = p.free[n], p.free[:n]
		return b, nil
	}
	return new(batch), nil
}

// wanted tells whether names of a side will be compared with something.
func (p *pair) wanted(side int) bool {
	return p.err == nil && !p.dropped && (!p.ended[1-side] || len(p.queue[1-side]) > 0)
}

// compare compares what both sides have, and wakes a side that waits.
func (p *pair) compare() {
	p.moved.Broadcast()
	for p.err == nil && len(p.queue[0]) > 0 && len(p.queue[1]) > 0 {
		a, b := p.queue[0][0], p.queue[1][0]
		i, j := p.next[0], p.next[1]
		for ; i < len(a.ends) && j < len(b.ends); i, j = i+1, j+1 {
			p.compared++
			if !sameName(a.name(i), b.name(j)) {
				p.fail(p.differ(a.name(i), b.name(j)))
				return
			}
		}
		p.next = [2]int{i, j}
		for side, b := range [2]*batch{a, b} {
			if p.next[side] == len(b.ends) {
				p.next[side] = 0
				p.queue[side] = append(p.queue[side][:0], p.queue[side][1:]...)
				b.names, b.ends = b.names[:0], b.ends[:0]
				p.free = append(p.free, b)
			}
		}
	}
}

func (b *batch) name(i int) []byte {
	if i == 0 {
		return b.names[:b.ends[0]]
	}
	return b.names[b.ends[i-1]:b.ends[i]]
}

// end takes a side's last names and its number of reads.
func (p *pair) end(side int, reads int64, last *batch) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if last != nil && len(last.ends) > 0 {
		p.queue[side] = append(p.queue[side], last)
	}
	p.reads[side] = reads
	p.leave(side)
	if p.ended[1-side] && p.err == nil && !p.dropped && p.reads[0] != p.reads[1] {
		p.fail(errs.At(errs.Corrupt, errs.Pos{File: p.files[1]},
			"%d reads here and %d in %s: paired files must hold the same number of reads",
			p.reads[1], p.reads[0], p.files[0]))
	}
	return p.err
}

// drop takes a side out that will not come to its end; after end it does
// nothing.
func (p *pair) drop(side int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.ended[side] {
		p.dropped = true
		p.leave(side)
	}
}

// leave notes that a side will give no more names.
func (p *pair) leave(side int) {
	p.ended[side] = true
	p.compare()
	if p.ended[1-side] {
		p.stop()
		p.queue, p.free = [2][]*batch{}, nil
	}
}

// fail ends the comparison for both sides; the first error stays.
func (p *pair) fail(err error) {
	if p.err == nil {
		p.err = err
	}
	p.moved.Broadcast()
}

// differ is the fault of two names that are not those of a pair.
func (p *pair) differ(first, second []byte) error {
	return errs.At(errs.Corrupt, errs.Pos{File: p.files[1], Record: p.compared, Line: 4*p.compared - 3},
		"read name %s does not match %s, the same record of %s", shown(second), shown(first), p.files[0])
}

// shown is a name for a message, cut where it is longer than any real one.
func shown(name []byte) string {
	const most = 254 // SAM's limit
	if len(name) > most {
		return strconv.Quote(string(name[:most])) + "…"
	}
	return strconv.Quote(string(name))
}
