package readset

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"path"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/job"
	"github.com/seqlode/seqlode/internal/source"
)

// exported is what NAME.etag.json says of an exported file: that of a read set
// whose content it is, by which the copy can be verified.
type exported struct {
	Algorithm      string           `json:"algorithm"`
	ETag           string           `json:"etag"` // of this file
	File           catalog.FileRole `json:"file"`
	ETagDefinition int              `json:"etagDefinition"`
	ReadSetARN     string           `json:"readSetArn"`
}

// exportedSuffix is behind the name of the file that it tells of.
const exportedSuffix = ".etag.json"

// maxExported bounds what is read of such a file, in bytes.
const maxExported = 1 << 20

// exportReadSet is the work of one read set of an export job. Done again, it
// writes the same.
func (s *Service) exportReadSet(ctx context.Context, l *job.Lease) (job.Outcome, error) {
	var in JobReadSet
	var kept keptJob
	if err := errors.Join(unkeep(l.Item.Request, &in), unkeep(l.Job.Request, &kept)); err != nil {
		return job.Outcome{}, err
	}
	to, err := s.opt.Sources.Folder(kept.Destination)
	if err != nil {
		return job.Outcome{}, err
	}
	var set catalog.ReadSet
	var files []catalog.File
	err = s.vault.Catalog.View(ctx, func(r *catalog.Reader) (err error) {
		if _, set, err = s.readSet(r, l.Job.StoreID.String(), in.ReadSetID); err != nil {
			return err
		}
		if set.Status != catalog.ReadSetActive {
			return notActive(set)
		}
		files, err = r.Files(set.ID)
		return err
	})
	if err == nil {
		err = s.noteAccess(ctx, set)
	}
	if err != nil {
		return job.Outcome{}, err
	}
	e := export{s, to, set, files}
	if err := e.run(ctx); err != nil {
		return job.Outcome{Done: e.done}, err
	}
	return job.Outcome{ResultID: set.ID}, nil
}

// export is the files of one read set on their way to a folder.
type export struct {
	*Service
	to    *source.Folder
	set   catalog.ReadSet
	files []catalog.File
}

func (e *export) run(ctx context.Context) error {
	for _, f := range e.files {
		if f.Role == catalog.Index {
			if err := e.checkIndex(ctx, f); err != nil {
				return err
			}
		} else if err := e.claim(ctx, f, false); err != nil {
			return err
		}
	}
	for _, f := range e.files {
		if err := e.exportFile(ctx, e.to, f); err != nil {
			return err
		}
	}
	for _, f := range e.files {
		if f.Role != catalog.Index {
			// Another export of this read set, which failed, may have taken it away meanwhile.
			if err := e.claim(ctx, f, true); err != nil {
				return err
			}
		}
	}
	return nil
}

// done takes back the names that a failed export has and did not use, so that they
// are free for other read sets.
func (e *export) done(ctx context.Context, failure error) {
	if failure == nil {
		return
	}
	for _, f := range e.files {
		if f.Role == catalog.Index {
			continue
		}
		if err := e.giveBack(f); err != nil {
			e.vault.Log.LogAttrs(ctx, slog.LevelWarn, "a failed export left a file behind, which keeps its name for this read set",
				slog.String("file", path.Base(f.Key)+exportedSuffix), slog.Any("error", err))
		}
	}
}

// giveBack removes the claim of a file that has not appeared.
func (e *export) giveBack(f catalog.File) error {
	name := path.Base(f.Key)
	if there, err := e.to.Has(name); err != nil || there {
		return err
	}
	text, err := e.to.Read(name+exportedSuffix, maxExported)
	if errors.Is(err, errs.ErrNotFound) {
		return nil
	}
	var is exported
	if err != nil || json.Unmarshal(text, &is) != nil || is != e.what(f) {
		return err // another's, or nobody's
	}
	return e.to.Remove(name + exportedSuffix)
}

// what is what the claim of a file of reads says.
func (e *export) what(f catalog.File) exported {
	set := e.set
	what := exported{set.ETag.Algorithm, set.ETag.Source1, f.Role, set.ETag.Definition, e.vault.Scope().ReadSetARN(set.StoreID, set.ID)}
	if f.Role == catalog.Source2 {
		what.ETag = set.ETag.Source2
	}
	return what
}

// claim writes, beside a file of reads that is to be or that this export has written,
// what it is. The first to do so for a name has it: files of other read sets do not
// get there, whether they are exported before, later or at the same time. The index
// goes with its reads.
func (e *export) claim(ctx context.Context, f catalog.File, written bool) error {
	name := path.Base(f.Key)
	what := e.what(f)
	text, err := json.MarshalIndent(what, "", "  ")
	if err != nil {
		return errs.At(errs.Internal, errs.Pos{File: name}, "%w", err)
	}
	there, err := e.to.Has(name)
	if err != nil {
		return err
	}
	is, err := e.to.Read(name+exportedSuffix, maxExported)
	if errors.Is(err, errs.ErrNotFound) && (written || !there) {
		err = e.to.WriteNew(ctx, name+exportedSuffix, bytes.NewReader(append(text, '\n')))
		if !errors.Is(err, errs.ErrConflict) {
			return err
		}
		is, err = e.to.Read(name+exportedSuffix, maxExported)
	}
	if err != nil && !errors.Is(err, errs.ErrNotFound) {
		return err
	}
	var other exported
	switch err := json.Unmarshal(is, &other); {
	case err != nil || other.Algorithm != what.Algorithm || other.ETag != what.ETag:
		return otherContent(name)
	case other != what:
		return errs.At(errs.Conflict, errs.Pos{File: name}, "is in the destination already, of read set %s", other.ReadSetARN)
	}
	return nil
}

func otherContent(name string) error {
	return errs.At(errs.Conflict, errs.Pos{File: name}, "is in the destination already, with other content")
}

// checkIndex refuses an index that is there and is not the one to be written. Who
// has the name of the reads has that of the index: what is to be held against
// comes from elsewhere.
func (e *export) checkIndex(ctx context.Context, f catalog.File) error {
	name := path.Base(f.Key)
	is, err := e.to.Open(ctx, name)
	if errors.Is(err, errs.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	defer is.Close()
	there := &summed{file: f, ReadCloser: is}
	if _, err := io.Copy(io.Discard, io.LimitReader(there, f.StoredSize+1)); err != nil {
		return errs.InFile(err, name, errs.Internal)
	}
	if there.check() != nil {
		return otherContent(name)
	}
	return nil
}

// exportFile writes a file of a read set to a folder.
func (s *Service) exportFile(ctx context.Context, to *source.Folder, f catalog.File) error {
	from, err := s.summed(ctx, f)
	if err != nil {
		return err
	}
	defer from.Close()
	return to.Write(ctx, path.Base(f.Key), checked{from})
}

// checked is a stored file whose end is an error where its bytes are not those
// that were stored.
type checked struct{ *summed }

func (c checked) Read(p []byte) (int, error) {
	n, err := c.summed.Read(p)
	if err == io.EOF {
		if wrong := c.check(); wrong != nil {
			err = wrong
		}
	}
	return n, err
}
