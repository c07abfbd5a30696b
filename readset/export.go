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
		if err == nil {
			err = s.exportFile(ctx, to, set, f)
		}
	}
	if err != nil {
		return job.Outcome{}, oneLine(err)
	}
	return job.Outcome{ResultID: set.ID}, nil
}

// exportFile writes a file of a read set to a folder, and beside one of reads what
// it is: first, so that a file that was interrupted is known for its own.
func (s *Service) exportFile(ctx context.Context, to *source.Folder, set catalog.ReadSet, f catalog.File) error {
	name := path.Base(f.Key)
	if f.Role != catalog.Index {
		what := exported{set.ETag.Algorithm, set.ETag.Source1, f.Role, set.ETag.Definition, s.vault.Scope().ReadSetARN(set.StoreID, set.ID)}
		if f.Role == catalog.Source2 {
			what.ETag = set.ETag.Source2
		}
		if err := free(to, name, what); err != nil {
			return err
		}
		text, err := json.MarshalIndent(what, "", "  ")
		if err != nil {
			return errs.At(errs.Internal, errs.Pos{File: name}, "%w", err)
		}
		if err := to.Write(ctx, name+".etag.json", bytes.NewReader(append(text, '\n'))); err != nil {
			return err
		}
	}
	from, err := s.summed(ctx, f)
	if err != nil {
		return err
	}
	defer from.Close()
	return to.Write(ctx, name, checked{from})
}

// free refuses to write over a file of other content.
func free(to *source.Folder, name string, what exported) error {
	there, err := to.Has(name)
	if err != nil || !there {
		return err
	}
	text, err := to.Read(name+".etag.json", maxExported)
	if err != nil && !errors.Is(err, errs.ErrNotFound) {
		return err
	}
	var is exported
	if err := json.Unmarshal(text, &is); err != nil || is.Algorithm != what.Algorithm || is.ETag != what.ETag {
		return errs.At(errs.Conflict, errs.Pos{File: name}, "is in the destination already, with other content")
	}
	return nil
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
