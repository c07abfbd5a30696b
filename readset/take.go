package readset

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/seqlode/seqlode/etag"
	"github.com/seqlode/seqlode/index"
	"github.com/seqlode/seqlode/internal/bam"
	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/cram"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/sam"
	"github.com/seqlode/seqlode/internal/source"
	"github.com/seqlode/seqlode/internal/vault"
	"github.com/seqlode/seqlode/reference"
)

// take reads the sources once. While their bytes are written to their objects they
// are decoded, and what is decoded is hashed, counted, checked and indexed. The
// objects appear when all of it has gone well.
func (im *importing) take(ctx context.Context, streams []*source.Stream) error {
	if im.in.SourceFileType == FASTQ {
		return im.takeFASTQ(ctx, streams)
	}
	return im.takeAligned(ctx, streams[0])
}

// staged is a source whose bytes are written to an object as they are read.
type staged struct {
	src io.Reader
	blob.Writer
	full error // of the writer
}

// stage begins the object of source i.
func (im *importing) stage(ctx context.Context, i int, src io.Reader) (*staged, error) {
	w, err := im.create(ctx, im.names[i])
	return &staged{src: src, Writer: w}, err
}

// Read reads from the source what has been written to the object.
func (st *staged) Read(p []byte) (int, error) {
	if st.full != nil {
		return 0, st.full
	}
	n, err := st.src.Read(p)
	if n > 0 {
		if _, full := st.Write(p[:n]); full != nil {
			st.full = full
			return 0, full
		}
	}
	return n, err
}

// abort gives an object up that was not published. What fails there is left to the
// vault's sweep of work in progress.
func abort(w blob.Writer) { _ = w.Abort() }

// publish makes the object of a source appear.
func (im *importing) publish(role catalog.FileRole, name string, w blob.Writer) error {
	sum, err := w.Commit(nil)
	if err == nil {
		im.written(role, name, sum)
	}
	return err
}

// options of the computations.
func (im *importing) etagOptions() etag.Options {
	v := im.service.vault
	return etag.Options{
		Family: etag.Family(im.store.ETagFamily), Type: im.in.SourceFileType, Threads: v.Threads, Limiter: v.Limiter, SkipNames: im.in.SkipNames,
	}
}

func (im *importing) takeFASTQ(ctx context.Context, streams []*source.Stream) error {
	var sources []etag.Source
	var files []*staged
	defer func() {
		for _, st := range files {
			abort(st)
		}
	}()
	for i, stream := range streams {
		st, err := im.stage(ctx, i, stream)
		if err != nil {
			return err
		}
		files = append(files, st)
		sources = append(sources, etag.Source{Name: stream.Name, Reader: st})
	}
	var results []etag.Result
	if len(sources) == 2 {
		if sources[0].Name == sources[1].Name {
			sources[0].Name, sources[1].Name = im.in.SourceFiles.Source1, im.in.SourceFiles.Source2
		}
		pair := etag.ComputePair(ctx, sources[0], sources[1], im.etagOptions())
		results = pair[:]
	} else {
		results = etag.ComputeAll(ctx, sources, im.etagOptions())
	}
	err := firstOf(results)
	for _, st := range files {
		if st.full != nil {
			err = vault.NotWritten(st.full)
		}
	}
	if err != nil {
		return err
	}
	im.known(results...)
	for i, r := range results {
		im.warn(sources[i].Name, r.Warnings)
	}
	for i, role := range []catalog.FileRole{catalog.Source1, catalog.Source2}[:len(files)] {
		if err := im.publish(role, im.names[i], files[i]); err != nil {
			return err
		}
	}
	return nil
}

// firstOf is the error of results; that of both mates once.
func firstOf(results []etag.Result) error {
	var all []error
	for _, r := range results {
		if r.Err != nil && (len(all) == 0 || all[0].Error() != r.Err.Error()) {
			all = append(all, r.Err)
		}
	}
	return errors.Join(all...)
}

// takeAligned is take of BAM, uBAM and CRAM. The records of CRAM are restored with
// the linked reference.
func (im *importing) takeAligned(ctx context.Context, stream *source.Stream) error {
	at := func(err error) error { return errs.InFile(err, stream.Name, errs.Internal) }
	edit := func(h *sam.Header) (*sam.Header, error) { return im.rehead(ctx, h) }
	v := im.service.vault
	opt := index.Options{ETag: etag.Family(im.store.ETagFamily), Optional: true, Threads: v.Threads, Limiter: v.Limiter}
	src, err := declared(im.in.SourceFileType, stream)
	if err != nil {
		return at(err)
	}
	var stored io.Reader
	if im.in.SourceFileType == CRAM {
		if opt.Bases, err = im.service.bases(ctx, im.in.ReferenceARN); err != nil {
			return err
		}
		stored, err = cram.Rehead(src, edit)
	} else {
		stored, err = bam.Rehead(ctx, src, edit)
	}
	if err != nil {
		return at(err)
	}
	st, err := im.stage(ctx, 0, stored)
	if err != nil {
		return err
	}
	defer abort(st)
	var x bytes.Buffer
	res, err := index.Build(ctx, st, &x, index.Auto, &opt)
	if err == nil {
		err = im.judge(res)
	}
	if err == nil {
		_, err = io.Copy(io.Discard, st) // whatever lies behind the end of a CRAM is kept
	}
	if st.full != nil {
		return vault.NotWritten(st.full)
	}
	if err != nil {
		return at(err)
	}
	im.known(*res.ETag)
	im.warn(stream.Name, res.Warnings)
	if err := im.publish(catalog.Source1, im.names[0], st); err != nil {
		return err
	}
	switch {
	case im.in.SourceFileType == UBAM:
		return nil
	case res.NoIndex != nil:
		im.say("stored without an index: " + res.NoIndex.Error())
		return nil
	}
	return im.putIndex(ctx, "."+strings.ToLower(res.Format.String()), x.Bytes())
}

// bases gives the bases of the linked reference, where there is one.
func (s *Service) bases(ctx context.Context, arn string) (reference.Bases, error) {
	if s.opt.References == nil || arn == "" {
		return nil, nil
	}
	return s.opt.References.Bases(ctx, arn)
}

// warn tells in the statusMessage what is odd about a file.
func (im *importing) warn(file string, warnings []etag.Warning) {
	for _, w := range warnings {
		im.say(file + ": " + w.Message)
	}
}

// say adds to the statusMessage.
func (im *importing) say(text string) {
	if im.message != "" {
		text = im.message + "; " + text
	}
	im.message = statusMessage(text)
}

// putIndex writes the index of source 1.
func (im *importing) putIndex(ctx context.Context, extension string, x []byte) error {
	name := im.names[0] + extension
	w, err := im.create(ctx, name)
	if err != nil {
		return err
	}
	defer abort(w)
	if _, err := w.Write(x); err != nil {
		return err
	}
	return im.publish(catalog.Index, name, w)
}

// judge refuses a file that may have been cut, and one that is not of the
// declared type.
func (im *importing) judge(res index.Result) error {
	for _, w := range res.Warnings {
		if w.Code == etag.MissingEOFBlock {
			return errs.At(errs.Corrupt, errs.Pos{}, "truncated: %s", w.Message)
		}
	}
	if im.in.SourceFileType == UBAM && res.ETag.Type == BAM {
		return errs.At(errs.Validation, errs.Pos{}, "declared UBAM, but records are aligned: it is BAM")
	}
	return nil
}

// rehead judges the header of a BAM or CRAM file, and gives it the line that says
// where and when it was taken in.
func (im *importing) rehead(ctx context.Context, h *sam.Header) (*sam.Header, error) {
	parsed, err := h.Parse()
	if err != nil {
		return nil, err
	}
	if im.in.SourceFileType != UBAM && len(parsed.Sequences) == 0 {
		return nil, errs.At(errs.Corrupt, errs.Pos{}, "declared %s, but the header has no @SQ line: reads that are not aligned are UBAM", im.in.SourceFileType)
	}
	if im.in.ReferenceARN != "" {
		if err := im.match(ctx, parsed); err != nil {
			return nil, err
		}
	}
	return h.WithComment("Ingested into sequenceStore " + im.store.ID.String() + " at " + im.lease.Job.CreationTime.UTC().Format(time.RFC3339))
}

// match holds the header's sequences against the linked reference. Where they
// differ it names the stored reference that they fit.
func (im *importing) match(ctx context.Context, parsed *sam.Parsed) error {
	var header []reference.Contig
	for _, q := range parsed.Sequences {
		header = append(header, reference.Contig{Name: q.Name, Length: q.Length, M5: q.MD5})
	}
	references := im.service.opt.References
	f, err := references.MatchReference(ctx, header, im.in.ReferenceARN)
	if err != nil || f.Fits() {
		return err
	}
	text := f.Differences[0].String()
	if n := f.Differing - 1; n > 0 {
		text += "; and " + plural(n, "other") + " of " + plural(len(header), "sequence")
	}
	others, err := references.MatchReferences(ctx, header)
	if err != nil {
		return err
	}
	if len(others) > 0 && others[0].Fits() {
		scope := im.service.vault.Scope()
		store, _, _ := scope.ParseReferenceARN(im.in.ReferenceARN) // the only one of the scope
		id, err := catalog.ParseID(others[0].ID)
		if err != nil {
			return err
		}
		text += "; it fits " + scope.ReferenceARN(store, id)
	}
	return errs.At(errs.Validation, errs.Pos{}, "the header does not fit reference %s: %s", im.in.ReferenceARN, text)
}
