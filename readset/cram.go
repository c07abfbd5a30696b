package readset

import (
	"context"
	"io"
	"iter"

	"github.com/seqlode/seqlode/internal/bgzf"
	"github.com/seqlode/seqlode/internal/cram"
	"github.com/seqlode/seqlode/internal/errs"
)

// cramSource is what a Reader keeps of a CRAM source.
type cramSource struct {
	index   cram.Index
	indexed bool
	file    *cram.Reader // opened last
	ready   bool         // file is open for regions
	loop    *cram.Records
}

// begin begins a loop over the records of file, and ends the one before.
func (c *cramSource) begin(ctx context.Context) *cram.Records {
	c.stop()
	c.loop = cram.NewRecords(ctx, c.file)
	return c.loop
}

// stop ends the loop under way.
func (c *cramSource) stop() {
	if c.loop != nil {
		c.loop.Close()
		c.loop = nil
	}
}

func (c *cramSource) readIndex(r io.Reader) (err error) {
	c.index, err = cram.ReadIndex(r)
	c.indexed = err == nil
	return errs.InFile(err, "index", errs.Internal)
}

// openCRAM reads the header of the source, which stands at its first byte.
func (r *Reader) openCRAM() (*cram.Reader, error) {
	if t := r.opt.Type; t != "" && t != CRAM {
		return nil, errs.At(errs.Validation, errs.Pos{}, "declared %s, but it is a CRAM file", t)
	}
	stop := bgzf.Interrupt(r.ctx, r.src)
	file, err := cram.NewReader(r.src, cram.Options{
		Threads: r.opt.Threads, Limiter: r.opt.Limiter,
		Bases: r.opt.Bases, NamePrefix: r.opt.NamePrefix, StoredTags: r.opt.StoredTags,
	})
	stop()
	if r.ctx.Err() != nil {
		return nil, context.Cause(r.ctx)
	}
	return file, err
}

// startCRAM is start of a CRAM source.
func (r *Reader) startCRAM() error {
	file, err := r.openCRAM()
	if err != nil {
		return err
	}
	if r.header == nil {
		r.kind, r.header = CRAM, newHeader(file.Header())
		r.content = &content{refs: r.header.refs, names: file.Names()}
		r.record.of = r.content
	}
	r.cram.file, r.cram.ready = file, false
	r.stream = &cramStream{r.cram, r.ctx, r.opt.MaxRecord}
	r.fresh = true
	return nil
}

// cramStream is the records of a CRAM file.
type cramStream struct {
	*cramSource
	ctx context.Context
	max int // bytes of a record
}

func (s *cramStream) records(r *Record, yield func() bool) error {
	records := s.begin(s.ctx)
	defer records.Close()
	return eachCRAM(records, s.max, r, yield)
}

// eachCRAM fills r with each record and calls yield, until it gives false. It
// gives what ended the records; nil if yield did.
func eachCRAM(records *cram.Records, limit int, r *Record, yield func() bool) error {
	for {
		raw, err := records.Next()
		if err != nil {
			return err
		}
		if len(raw) > limit {
			return errs.At(errs.LimitExceeded, records.Pos(), "record has %d bytes, more than %d", len(raw), limit)
		}
		if r.raw, r.at = raw, records.Place(); !yield() {
			return nil
		}
	}
}

func (s *cramStream) writeSAM(ctx context.Context, w io.Writer, _ Options) error {
	text := cram.NewText(ctx, s.file)
	defer text.Close()
	for {
		slot, err := text.Next()
		if err != nil {
			return err
		}
		_, err = w.Write(slot.Unit.Text)
		slot.Release()
		if err != nil {
			return err
		}
	}
}

func (s *cramStream) end() []Warning { return s.file.Warnings() }
func (s *cramStream) close()         { s.stop() }

// cramRegion is Region of a CRAM source.
func (r *Reader) cramRegion(ref int, beg, end int64) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		err := r.restrictCRAM(ref, beg, end)
		if err == nil {
			records := r.cram.begin(r.ctx)
			defer records.Close()
			err = eachCRAM(records, r.opt.MaxRecord, &r.record, func() bool { return yield(&r.record, nil) })
		}
		if err != nil && err != io.EOF {
			yield(nil, r.named(err))
		}
	}
}

// restrictCRAM makes the source ready to give the records of a region.
func (r *Reader) restrictCRAM(ref int, beg, end int64) error {
	switch {
	case !r.cram.indexed:
		return errs.At(errs.Validation, errs.Pos{}, "regions need an index: there is none in the options")
	case ref != Unplaced && (ref < 0 || ref >= len(r.content.refs)):
		return errs.At(errs.Validation, errs.Pos{}, "the header has no reference %d: it has %d", ref, len(r.content.refs))
	case ref == Unplaced:
		ref = -1
	}
	if r.cram.stop(); !r.cram.ready {
		if err := r.rewind(); err != nil {
			return err
		}
		r.cram.ready = true
	}
	return r.cram.file.Restrict(r.cram.index, int32(ref), beg, end)
}

// cramWarnings is Warnings before the whole file has been read.
func (r *Reader) cramWarnings(src io.ReadSeeker) ([]Warning, error) {
	r.stop()
	r.cram.ready = false
	ws, err := r.cram.file.LookAtEnd(src)
	return ws, r.named(err)
}
