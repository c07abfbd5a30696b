package readset

import (
	"io"
	"iter"

	"github.com/biogo/hts/bgzf"

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
// file.
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
			return err
		}
		more := true
		for more {
			raw, err := r.chunks.Next()
			if err == io.EOF {
				break
			} else if err != nil {
				return err
			}
			if err := raw.Check(len(r.content.refs)); err != nil {
				return errs.In(err, r.chunks.Place().Pos())
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

// endOfFile lies behind every file.
var endOfFile = bgzf.Offset{File: 1<<47 - 1}
