package readset

import (
	"context"
	"errors"
	"log/slog"

	"github.com/seqlode/seqlode/etag"
	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/event"
	"github.com/seqlode/seqlode/internal/job"
	"github.com/seqlode/seqlode/internal/source"
	"github.com/seqlode/seqlode/internal/vault"
)

// PartSize is the bytes of a part of a file as operations count parts.
const PartSize = 100 << 20

// maxSource is the most bytes of one source (monitoring-events-quotas.md §8.3):
// some less than 10,000 parts.
const maxSource = 976 << 30

// importSource is the work of one source of an import job.
func (s *Service) importSource(ctx context.Context, l *job.Lease) (job.Outcome, error) {
	im := &importing{service: s, lease: l}
	if err := unkeep(l.Item.Request, &im.in); err != nil {
		return job.Outcome{}, err
	}
	err := im.prepare(ctx)
	if err == nil && im.stale != 0 {
		err = s.vault.RemoveFolder(ctx, catalog.InObjects, vault.ReadSetFolder(im.store.Scope, im.store.ID, im.stale))
	}
	if err == nil {
		err = im.run(ctx)
	}
	if err != nil {
		return job.Outcome{Done: im.done}, err
	}
	return job.Outcome{Commit: im.commit, ResultID: im.id, Message: im.message, Done: im.done}, nil
}

// done takes the objects away where the read set did not come to be.
func (im *importing) done(ctx context.Context, failure error) {
	if failure == nil || im.id == 0 {
		return
	}
	if err := im.service.vault.RemoveFolder(ctx, catalog.InObjects, im.folder); err != nil {
		im.service.vault.Log.LogAttrs(ctx, slog.LevelWarn, "the objects of a failed import were not removed; fsck will find them",
			slog.String("folder", string(im.folder)), slog.Any("error", err))
	}
}

// importing is one import under way.
type importing struct {
	service *Service
	lease   *job.Lease
	in      ImportSource

	id     catalog.ID
	stale  catalog.ID // that of the hold before; 0 where there was none
	store  catalog.SequenceStore
	folder vault.Folder
	names  []string

	// What is known at the end.
	etag    catalog.ETag
	reads   int64
	bases   int64
	aligned bool
	files   []catalog.File
	message string
}

// prepare finds what the request names and takes an id.
func (im *importing) prepare(ctx context.Context) error {
	s := im.service
	return im.lease.Update(ctx, func(tx *catalog.Tx, item *catalog.JobItem) (err error) {
		if im.store, err = tx.SequenceStore(im.lease.Job.StoreID); err != nil {
			return err
		}
		if err := admit(&tx.Reader, im.store, 1); err != nil {
			return err
		}
		if err := s.link(&tx.Reader, im.in.ReferenceARN); err != nil {
			return err
		}
		// Each hold on the item has an id, and so a folder, of its own: what a worker
		// that stalled still does to its own harms nobody.
		if im.id, err = tx.NewID(); err != nil {
			return err
		}
		im.stale, item.ResultID = item.ResultID, im.id
		im.folder = vault.ReadSetFolder(im.store.Scope, im.store.ID, im.id)
		return nil
	})
}

// link refuses the ARN of a reference that reads can't be linked to; "" is good.
func (s *Service) link(r *catalog.Reader, arn string) error {
	if arn == "" {
		return nil
	}
	store, id, ok := s.vault.Scope().ParseReferenceARN(arn)
	if !ok || id == 0 || s.opt.References == nil {
		return &Error{Resource: "reference " + arn, Kind: errs.NotFound}
	}
	ref, err := r.Reference(store, id)
	if err == nil && ref.Status != catalog.ReferenceActive {
		err = errs.At(errs.Conflict, errs.Pos{}, "reference %s is %s", arn, ref.Status)
	}
	return err
}

// run takes the source in and writes the objects of the read set.
func (im *importing) run(ctx context.Context) error {
	uris := []string{im.in.SourceFiles.Source1}
	if im.in.SourceFiles.Source2 != "" {
		uris = append(uris, im.in.SourceFiles.Source2)
	}
	var streams []*source.Stream
	var came []string
	defer func() {
		for _, st := range streams {
			_ = st.Close() // it was only read
		}
	}()
	for _, uri := range uris {
		st, err := im.service.opt.Sources.Open(ctx, uri)
		if err != nil {
			return err
		}
		streams, came = append(streams, st), append(came, st.Name)
		if err := st.Limit(maxSource); err != nil {
			return err
		}
	}
	im.names = fileNames(im.in.SourceFileType, came...)
	if err := im.take(ctx, streams); err != nil {
		return err
	}
	return im.service.vault.PutSidecar(ctx, catalog.InObjects, im.folder, im.files, keepOfSet(im.row(), im.in.Tags), im.options())
}

// options are those of objects that the import writes.
func (im *importing) options() blob.CreateOptions {
	return blob.CreateOptions{Lease: im.lease.Name()}
}

// create begins an object of the read set.
func (im *importing) create(ctx context.Context, name string) (blob.Writer, error) {
	return im.service.vault.Objects.Create(ctx, vault.Object(catalog.InObjects, im.folder.File(name)), im.options())
}

// written notes a file whose object has appeared.
func (im *importing) written(role catalog.FileRole, name string, sum blob.Sum) {
	im.files = append(im.files, catalog.File{
		OwnerID: im.id, Role: role, Key: im.folder.File(name), Area: catalog.InObjects,
		Size: sum.Size, PartSize: PartSize, StoredSize: sum.Size, Checksum: vault.Checksum(sum),
	})
}

// row is the read set's, made now.
func (im *importing) row() catalog.ReadSet {
	in, at := im.in, im.service.vault.Catalog.Now()
	alignment := "UNALIGNED"
	if im.aligned {
		alignment = "ALIGNED"
	}
	return catalog.ReadSet{
		ID: im.id, StoreID: im.store.ID, Name: in.Name, Description: in.Description, SubjectID: in.SubjectID, SampleID: in.SampleID,
		GeneratedFrom: in.GeneratedFrom, ReferenceARN: in.ReferenceARN, FileType: catalog.FileType(in.SourceFileType),
		Status: catalog.ReadSetActive, StatusMessage: im.message, CreationType: catalog.ByImport, CreationJobID: im.lease.Job.ID,
		Sequence: catalog.SequenceInformation{TotalReadCount: im.reads, TotalBaseCount: im.bases, Alignment: alignment},
		ETag:     im.etag, CreationTime: at, UpdateTime: at, LastAccessTime: at,
	}
}

// commit writes the rows of the read set.
func (im *importing) commit(tx *catalog.Tx) error {
	set := im.row()
	set.CreationTime, set.UpdateTime, set.LastAccessTime = tx.Now(), tx.Now(), tx.Now()
	// The reference may have been deleted meanwhile, and the store be full.
	store, err := tx.SequenceStore(im.store.ID)
	if err != nil {
		return err
	}
	if err := errors.Join(im.service.link(&tx.Reader, im.in.ReferenceARN), admit(&tx.Reader, store, 1)); err != nil {
		return err
	}
	if err := tx.InsertReadSet(set); err != nil {
		return err
	}
	for _, f := range im.files {
		if err := tx.InsertFile(f); err != nil {
			return err
		}
	}
	return errors.Join(tx.PutTags(im.id, im.in.Tags), event.ReadSet(tx, im.store.Scope, set))
}

// known notes the ETag and counts.
func (im *importing) known(results ...etag.Result) {
	im.etag = catalog.ETag{Algorithm: results[0].Algorithm, Source1: results[0].Hex, Definition: etag.Definition}
	if len(results) > 1 {
		im.etag.Source2 = results[1].Hex
	}
	for _, r := range results {
		im.reads += r.Reads
		im.bases += r.Bases
		im.aligned = im.aligned || r.Mapped > 0
	}
}
