package readset

import (
	"bytes"
	"context"
	"io"
	"slices"
	"time"

	"github.com/biogo/hts/bgzf"

	"github.com/seqlode/seqlode/internal/bam"
	"github.com/seqlode/seqlode/internal/cram"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/fastq"
	"github.com/seqlode/seqlode/internal/gzip"
	"github.com/seqlode/seqlode/internal/pipeline"
	"github.com/seqlode/seqlode/internal/sam"
)

// magicLength is how much of a source tells what it is before decompression.
const magicLength = 4

// look refuses sources of known kinds that are not read, by their first bytes,
// tells whether it is CRAM, and gives the source as if it had not been looked
// at.
func look(src io.Reader) (isCRAM bool, whole io.Reader, err error) {
	head := make([]byte, magicLength)
	n, err := io.ReadFull(src, head)
	head = head[:n]
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return false, nil, errs.At(errs.Internal, errs.Pos{Offset: errs.Byte(int64(n))}, "cannot read on: %w", err)
	}
	isCRAM = string(head) == cram.Magic
	if slices.Contains([]string{"@HD\t", "@SQ\t", "@RG\t", "@PG\t", "@CO\t"}, string(head)) {
		return false, nil, errs.At(errs.NotSupported, errs.Pos{}, "SAM text is not supported: make BAM of it with 'samtools view -b'")
	}
	if s, ok := src.(io.Seeker); ok {
		if _, err := s.Seek(0, io.SeekStart); err == nil {
			return isCRAM, src, nil
		}
	}
	return isCRAM, &pipe{head, src}, nil
}

// pipe is a source that cannot seek, whose first bytes have been read already.
type pipe struct {
	head []byte
	src  io.Reader
}

func (p *pipe) Read(b []byte) (int, error) {
	if len(p.head) > 0 {
		n := copy(b, p.head)
		p.head = p.head[n:]
		return n, nil
	}
	return p.src.Read(b)
}

// SetReadDeadline is that of the source, if it has one: it is how a Read that
// waits is ended.
func (p *pipe) SetReadDeadline(t time.Time) error {
	if d, ok := p.src.(interface{ SetReadDeadline(time.Time) error }); ok {
		return d.SetReadDeadline(t)
	}
	return nil
}

// start opens the stream of a source that stands at its first byte.
func (r *Reader) start() error {
	if r.cram != nil {
		return r.startCRAM()
	}
	file := gzip.NewReader(r.ctx, r.src, gzip.Options{Threads: r.opt.Threads, Limiter: r.opt.Limiter})
	first, err := file.Next()
	if err != nil && err != io.EOF {
		file.Close()
		return err
	}
	isBAM := first != nil && bytes.HasPrefix(first.Unit.Text, []byte(bam.Magic))
	if err := agree(r.opt.Type, isBAM); err != nil {
		first.Release()
		file.Close()
		return err
	}
	if isBAM {
		r.blocks = first.Unit.Batch() != nil
		err = r.startBAM(file, first)
	} else {
		r.startFASTQ(file, first)
		err = nil
	}
	r.fresh = err == nil
	return err
}

// agree compares the declared type with what the source is.
func agree(declared FileType, isBAM bool) error {
	if wantBAM := declared == BAM || declared == UBAM; declared == "" || declared != CRAM && wantBAM == isBAM {
		return nil
	}
	real := "not a BAM file"
	if isBAM {
		real = "a BAM file"
	}
	return errs.At(errs.Validation, errs.Pos{}, "declared %s, but it is %s", declared, real)
}

func (r *Reader) startBAM(file *gzip.Reader, first *pipeline.Slot[*gzip.Chunk]) error {
	b, err := bam.Open(file, first)
	if err != nil {
		return err
	}
	b.Limit(r.opt.MaxRecord)
	if r.header == nil {
		r.kind, r.header = BAM, newHeader(b.Header())
		r.content = &content{refs: r.header.refs, names: b.Names()}
		r.record.of = r.content
		r.begin = bgzf.Offset{File: int64(b.Begin() >> 16), Block: uint16(b.Begin())}
	}
	r.stream = &bamStream{file: b, refs: len(r.content.refs)}
	return nil
}

func (r *Reader) startFASTQ(file *gzip.Reader, first *pipeline.Slot[*gzip.Chunk]) {
	if r.header == nil {
		r.kind, r.header, r.content = FASTQ, newHeader(new(sam.Header)), new(content)
		r.record.of = r.content
	}
	r.stream = &fastqStream{file: file, first: first, cutter: fastq.NewCutter(r.opt.MaxRecord)}
}

// bamStream is the records of a BAM file.
type bamStream struct {
	file *bam.Reader
	refs int // references of the header
	run  bam.Run
}

func (s *bamStream) records(r *Record, yield func() bool) error {
	defer s.run.Release()
	for {
		s.run.Release()
		if err := s.file.Next(&s.run); err != nil {
			return err
		}
		for at, raw := range s.run.Placed() {
			if err := raw.Check(s.refs); err != nil {
				return errs.In(err, at.Pos())
			}
			r.raw, r.at = raw, at
			if !yield() {
				return nil
			}
		}
	}
}

func (s *bamStream) writeSAM(ctx context.Context, w io.Writer, opt Options) error {
	text := bam.NewText(ctx, s.file, bam.Options{Threads: opt.Threads, Limiter: opt.Limiter}, nil)
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

func (s *bamStream) end() []Warning { return s.file.End().Warnings() }
func (s *bamStream) close()         { s.file.Close() }

// fastqStream is the records of a FASTQ file.
type fastqStream struct {
	file   *gzip.Reader
	first  *pipeline.Slot[*gzip.Chunk] // taken already; then nil
	cutter *fastq.Cutter
}

func (s *fastqStream) records(r *Record, yield func() bool) error {
	for {
		slot, err := s.next()
		switch err {
		case nil:
			s.cutter.Write(slot.Unit.Text)
		case io.EOF:
			s.cutter.Close()
		default:
			return err
		}
		more := s.cut(r, yield)
		if slot != nil {
			slot.Release()
		}
		if !more {
			return nil
		}
		if err := s.cutter.Err(); err != nil {
			return err
		}
	}
}

// next gives the next piece of the text.
func (s *fastqStream) next() (*pipeline.Slot[*gzip.Chunk], error) {
	if slot := s.first; slot != nil {
		s.first = nil
		return slot, nil
	}
	return s.file.Next()
}

// cut gives the records of the piece that the cutter has, and reports false
// where yield does.
func (s *fastqStream) cut(r *Record, yield func() bool) bool {
	for s.cutter.Next(&r.read) {
		r.at.Number = s.cutter.Records()
		if !yield() {
			return false
		}
	}
	return true
}

// samPiece is how much text of FASTQ records is written at once.
const samPiece = 64 << 10

func (s *fastqStream) writeSAM(_ context.Context, w io.Writer, _ Options) error {
	var (
		text   []byte
		record Record
		failed error
	)
	flush := func() bool {
		_, failed = w.Write(text)
		text = text[:0]
		return failed == nil
	}
	err := s.records(&record, func() bool {
		text = record.AppendSAM(text)
		return len(text) < samPiece || flush()
	})
	if failed == nil && len(text) > 0 {
		flush()
	}
	if failed != nil {
		return failed
	}
	return err
}

func (s *fastqStream) end() []Warning { return s.file.End().Warnings() }

func (s *fastqStream) close() {
	if s.first != nil {
		s.first.Release()
		s.first = nil
	}
	s.file.Close()
}
