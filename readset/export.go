package readset

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
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
	for _, f := range files {
		if err == nil && f.Role != catalog.Index {
			err = s.claimName(ctx, to, set, f)
		}
	}
	for _, f := range files {
		if err == nil {
			err = s.exportFile(ctx, to, f)
		}
	}
	if err != nil {
		return job.Outcome{}, err
	}
	return job.Outcome{ResultID: set.ID}, nil
}

// claimName writes, beside a file of reads that is to be, what it is. The first to
// do so for a name has it: files of other read sets do not get there, whether they
// are exported before, later or at the same time. The index goes with its reads.
func (s *Service) claimName(ctx context.Context, to *source.Folder, set catalog.ReadSet, f catalog.File) error {
	name := path.Base(f.Key)
	what := exported{set.ETag.Algorithm, set.ETag.Source1, f.Role, set.ETag.Definition, s.vault.Scope().ReadSetARN(set.StoreID, set.ID)}
	if f.Role == catalog.Source2 {
		what.ETag = set.ETag.Source2
	}
	text, err := json.MarshalIndent(what, "", "  ")
	if err != nil {
		return errs.At(errs.Internal, errs.Pos{File: name}, "%w", err)
	}
	there, err := to.Has(name)
	if err != nil {
		return err
	}
	is, err := to.Read(name+exportedSuffix, maxExported)
	if errors.Is(err, errs.ErrNotFound) && !there {
		err = to.WriteNew(ctx, name+exportedSuffix, bytes.NewReader(append(text, '\n')))
		if !errors.Is(err, errs.ErrConflict) {
			return err
		}
		is, err = to.Read(name+exportedSuffix, maxExported)
	}
	if err != nil && !errors.Is(err, errs.ErrNotFound) {
		return err
	}
	var other exported
	switch err := json.Unmarshal(is, &other); {
	case err != nil || other.Algorithm != what.Algorithm || other.ETag != what.ETag:
		return errs.At(errs.Conflict, errs.Pos{File: name}, "is in the destination already, with other content")
	case other != what:
		return errs.At(errs.Conflict, errs.Pos{File: name}, "is in the destination already, of read set %s", other.ReadSetARN)
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
