package readset

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/service"
	"github.com/seqlode/seqlode/internal/vault"
)

// GetReadSetInput is the request of [Service.GetReadSet].
type GetReadSetInput struct {
	SequenceStoreID string           `json:"-"`
	ID              string           `json:"-"`
	File            catalog.FileRole `json:"-"` // SOURCE1, which is the default, SOURCE2 or INDEX
	PartNumber      int              `json:"-"` // from 1
}

// GetReadSetOutput is a part of a file.
type GetReadSetOutput struct {
	Payload io.ReadCloser // the caller closes it
	Length  int64         // of Payload
}

// accessNoted is how often the time of a read set's last access is noted.
const accessNoted = time.Hour

// GetReadSet gives the bytes of a part of a file, as they are stored; the parts in
// order are the file. Conflict where the read set is not ACTIVE, NotFound where it
// has no such file, RangeNotSatisfiable behind its last part.
func (s *Service) GetReadSet(ctx context.Context, in GetReadSetInput) (out GetReadSetOutput, err error) {
	var rules service.Rules
	service.OneOf(&rules, "file", in.File, true, catalog.Source1, catalog.Source2, catalog.Index)
	if in.PartNumber < 1 || in.PartNumber > 10_000 {
		rules.Fail("partNumber is %d, want 1 to 10000", in.PartNumber)
	}
	if err := rules.Err(); err != nil {
		return out, err
	}
	if in.File == "" {
		in.File = catalog.Source1
	}
	file, object, err := s.open(ctx, in.SequenceStoreID, in.ID, in.File)
	if err != nil {
		return out, err
	}
	off := int64(in.PartNumber-1) * file.PartSize
	if off >= file.Size && (off > 0 || file.Size > 0) {
		return out, closing(object, errs.At(errs.RangeNotSatisfiable, errs.Pos{}, "part %d: %s of read set %s has %d",
			in.PartNumber, in.File, in.ID, (file.Size+file.PartSize-1)/file.PartSize))
	}
	out.Length = min(file.PartSize, file.Size-off)
	body, err := object.Range(off, out.Length)
	if err != nil {
		return out, closing(object, err)
	}
	out.Payload = &part{body, object}
	return out, nil
}

// part closes the object with its range.
type part struct {
	io.ReadCloser
	object blob.Object
}

func (p *part) Close() error { return closing(p.object, p.ReadCloser.Close()) }

// closing closes an object when what it was opened for has ended with err.
func closing(o blob.Object, err error) error {
	if shut := o.Close(); err == nil {
		err = shut
	}
	return err
}

// open opens a file of a read set and notes the access.
func (s *Service) open(ctx context.Context, storeID, id string, role catalog.FileRole) (file catalog.File, o blob.Object, err error) {
	var set catalog.ReadSet
	err = s.vault.Catalog.View(ctx, func(r *catalog.Reader) error {
		if _, set, err = s.readSet(r, storeID, id); err != nil {
			return err
		}
		if set.Status != catalog.ReadSetActive {
			return notActive(set)
		}
		file, err = fileOf(r, set, role)
		return err
	})
	if err == nil {
		err = s.noteAccess(ctx, set)
	}
	if err != nil {
		return file, nil, err
	}
	o, err = s.vault.Objects.Open(ctx, vault.Object(file.Area, file.Key))
	return file, o, err
}

// noteAccess notes that a read set is read.
func (s *Service) noteAccess(ctx context.Context, set catalog.ReadSet) error {
	since := s.vault.Catalog.Now().Add(-accessNoted)
	if set.LastAccessTime.After(since) {
		return nil
	}
	return s.vault.Catalog.Update(ctx, func(tx *catalog.Tx) error {
		_, err := tx.NoteAccess(set.ID, since)
		return err
	})
}

// notActive refuses to give the bytes of a read set.
func notActive(set catalog.ReadSet) error {
	hint := ""
	if set.Status == catalog.ReadSetArchived {
		hint = ": activate it first"
	}
	return &Error{Resource: "readSet " + set.ID.String(), Kind: errs.Conflict,
		Err: errs.At(errs.Conflict, errs.Pos{}, "is %s%s", set.Status, hint)}
}

// fileOf gives a file of a read set.
func fileOf(r *catalog.Reader, set catalog.ReadSet, role catalog.FileRole) (catalog.File, error) {
	files, err := r.Files(set.ID)
	if err != nil {
		return catalog.File{}, err
	}
	for _, f := range files {
		if f.Role == role {
			return f, nil
		}
	}
	return catalog.File{}, &Error{Resource: "readSet " + set.ID.String(), Kind: errs.NotFound,
		Err: errs.At(errs.NotFound, errs.Pos{}, "has no file %s", strings.ToLower(string(role)))}
}
