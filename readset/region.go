package readset

import (
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/biogo/hts/bgzf"

	"github.com/seqlode/seqlode/index"
	"github.com/seqlode/seqlode/internal/bam"
	"github.com/seqlode/seqlode/internal/errs"
)

// Region gives the records that overlap the bases beg to end-1, from 0, of a
// reference, by its index in [Header.References], in the order of the file; and
// for [Unplaced] or [All] those records, whatever beg and end. An aligned record
// overlaps what its CIGAR covers, another one its Start. Records are those that
// `samtools view FILE REGION` gives. Only the blocks that the index names are
// read.
//
// It needs Options.Index, a source that can seek, and a BAM file in BGZF or a CRAM
// file. An index that is seen to be of another BAM file, having other references,
// is [ErrValidation]; where it has records that the file has not, [ErrCorrupt].
func (r *Reader) Region(ref int, beg, end int64) iter.Seq2[*Record, error] {
	if ref == All {
		return r.Records()
	}
	if r.cram != nil {
		return r.cramRegion(ref, beg, end)
	}
	return func(yield func(*Record, error) bool) {
		chunks, err := r.chunksOf(ref, beg, end)
		if err == nil {
			in := region{ref, max(beg, 0), end}
			err = r.read(chunks, func() (more bool) {
				switch in.has(&r.record) {
				case behind:
					return false
				case inside:
					return yield(&r.record, nil)
				}
				return true
			})
		}
		if err != nil {
			yield(nil, r.named(err))
		}
	}
}

// read reads the records of chunks and calls take with each in r.record, until
// it gives false.
func (r *Reader) read(chunks []bgzf.Chunk, take func() bool) error {
	if r.chunks == nil {
		r.stop()
		src, ok := r.src.(io.ReadSeeker)
		if !ok {
			return errs.At(errs.NotSupported, errs.Pos{}, "regions need a source that can seek")
		}
		var err error
		if r.chunks, err = bam.NewChunks(r.ctx, src, bam.Options{Threads: r.opt.Threads, Limiter: r.opt.Limiter}); err != nil {
			return err
		}
		r.chunks.Limit(r.opt.MaxRecord)
	}
	for _, c := range chunks {
		if err := r.chunks.Seek(virtual(c.Begin), virtual(c.End)); err != nil {
			return doubted(err)
		}
		more := true
		for first := true; more; first = false {
			raw, err := r.chunks.Next()
			if err == io.EOF {
				break
			}
			if err == nil {
				if err = raw.Check(len(r.content.refs)); err != nil {
					err = errs.In(err, r.chunks.Place().Pos())
				}
			}
			if err != nil {
				if first {
					err = doubted(err)
				}
				return err
			}
			r.record.raw, r.record.at = raw, r.chunks.Place()
			more = take()
		}
		if !more {
			return nil
		}
	}
	return nil
}

// doubted is the error of what lies where the index says that a record begins. Where
// that is no record, it is more often the index that is wrong than the file.
func doubted(err error) error {
	e, ok := errors.AsType[*errs.Error](err)
	if !ok || e.Kind != errs.Corrupt && e.Kind != errs.LimitExceeded {
		return err
	}
	told := *e
	told.Err = fmt.Errorf("the index is of another file, or the file is damaged: there is no record where the index has one: %w", e.Err)
	return &told
}

// virtual is a virtual offset as one number.
func virtual(o bgzf.Offset) uint64 { return uint64(o.File)<<16 | uint64(o.Block) }

// region is a part of a reference.
type region struct {
	ref      int
	beg, end int64
}

// Where a record lies with respect to a region, in the order of the file.
const (
	before = iota
	inside
	behind
)

// has tells where a record of the region's chunks lies.
func (in region) has(r *Record) int {
	switch {
	case in.ref == Unplaced:
		if r.ReferenceID() < 0 {
			return inside
		}
		return before
	case r.ReferenceID() != in.ref || r.Start() >= in.end:
		return behind
	case r.End() > in.beg:
		return inside
	}
	return before
}

// chunksOf gives the parts of the file that hold the records of a region.
func (r *Reader) chunksOf(ref int, beg, end int64) ([]bgzf.Chunk, error) {
	switch {
	case r.kind != BAM:
		return nil, errs.At(errs.NotSupported, errs.Pos{}, "%s has no regions", r.kind)
	case !r.blocks:
		return nil, errs.At(errs.NotSupported, errs.Pos{}, "regions need a file compressed by bgzip, not by gzip")
	case r.index == nil:
		return nil, errs.At(errs.Validation, errs.Pos{}, "regions need an index: there is none in the options")
	case !r.fits():
		return nil, errs.At(errs.Validation, errs.Pos{}, "the index is of another file: it has %d references and the header %d; make it anew", r.index.References(), len(r.content.refs))
	case ref >= 0 && ref < len(r.content.refs):
		return r.index.Chunks(ref, beg, end), nil
	case ref != Unplaced:
		return nil, errs.At(errs.Validation, errs.Pos{}, "the header has no reference %d: it has %d", ref, len(r.content.refs))
	}
	begin, ok := r.index.NoCoor()
	if !ok { // nothing is placed
		begin = r.begin
	}
	return []bgzf.Chunk{{Begin: begin, End: endOfFile}}, nil
}

// fits says that the index may be one of the file. A BAI has each reference of the
// header; the last ones of a CSI may be left out.
func (r *Reader) fits() bool {
	n := r.index.References()
	return n == len(r.content.refs) || n < len(r.content.refs) && r.index.Format() == index.CSI
}

// endOfFile lies behind every file.
var endOfFile = bgzf.Offset{File: 1<<47 - 1}
