package etag

import (
	"io"
	"sync"
	"sync/atomic"

	"github.com/seqlode/seqlode/internal/fastq"
	"github.com/seqlode/seqlode/internal/gzip"
	"github.com/seqlode/seqlode/internal/pipeline"
)

// fastqText is the text of a FASTQ file. It is checked beside its being hashed,
// in a goroutine of its own.
type fastqText struct {
	zipped
	first   *pipeline.Slot[*gzip.Chunk] // taken already
	checker *fastq.Checker
	checks  chan *piece // to the checker; nil where it runs in next
	ended   sync.WaitGroup
	fault   atomic.Pointer[error] // what the checker has found
}

func newFastqText(file *gzip.Reader, first *pipeline.Slot[*gzip.Chunk], threads int, checker *fastq.Checker) *fastqText {
	if checker == nil {
		checker = new(fastq.Checker)
	}
	t := &fastqText{zipped: zipped{file}, first: first, checker: checker}
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

func (t *fastqText) next() (*piece, error) {
	slot := t.first
	if t.first = nil; slot == nil {
		var err error
		if slot, err = t.file.Next(); err != nil {
			return nil, err
		}
	}
	p := newPiece(slot.Unit.Text, 2, slot.Release)
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

// check checks a piece.
func (t *fastqText) check(p *piece) {
	defer p.release()
	if t.fault.Load() != nil {
		return
	}
	if err := t.checker.Write(p.text); err != nil {
		t.fault.Store(&err)
	}
}

// close gives a fault that the checker found before that of the source, which
// comes behind it.
func (t *fastqText) close(err error) error {
	if t.checks != nil {
		close(t.checks)
		t.ended.Wait()
	}
	t.file.Close()
	if f := t.fault.Load(); f != nil {
		return *f
	}
	if err != io.EOF {
		return err
	}
	return t.checker.Close()
}

func (t *fastqText) describe(r *Result) {
	counts := t.checker.Counts()
	r.Type, r.Reads, r.Bases = FASTQ, counts.Reads, counts.Bases
}
