package readset

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/service"
)

// GetReadSetInput is the request of [Service.GetReadSet].
type GetReadSetInput struct {
	SequenceStoreID string   `json:"-"`
	ID              string   `json:"-"`
	File            FileName `json:"-"` // Source1File when empty
	PartNumber      int      `json:"-"` // from 1
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
	service.OneOf(&rules, "file", in.File, true, Source1File, Source2File, IndexFile)
	if in.PartNumber < 1 || in.PartNumber > 10_000 {
		rules.Fail("partNumber is %d, want 1 to 10000", in.PartNumber)
	}
	if err := rules.Err(); err != nil {
		return out, err
	}
	if in.File == "" {
		in.File = Source1File
	}
	err = s.read(ctx, in.SequenceStoreID, in.ID, in.File, func(file catalog.File) (err error) {
		off := int64(in.PartNumber-1) * file.PartSize
		if off > 0 && off >= file.Size {
			return errs.At(errs.RangeNotSatisfiable, errs.Pos{}, "partNumber is %d: %s of read set %s has %s",
				in.PartNumber, in.File, in.ID, plural(int((file.Size+file.PartSize-1)/file.PartSize), "part"))
		}
		out.Length = min(file.PartSize, file.Size-off)
		out.Payload, err = s.vault.Read(ctx, file, off, out.Length)
		return err
	})
	return out, err
}

// Object is a file of a read set as it is stored, open for reading at any place
// by any number of goroutines. Close it.
type Object = blob.Object

// OpenFile opens a file of a read set, SOURCE1 where file is empty. It may be read
// until ctx ends. Errors are those of GetReadSet.
func (s *Service) OpenFile(ctx context.Context, sequenceStoreID, id string, file FileName) (object Object, err error) {
	var rules service.Rules
	service.OneOf(&rules, "file", file, true, Source1File, Source2File, IndexFile)
	if err := rules.Err(); err != nil {
		return nil, err
	}
	if file == "" {
		file = Source1File
	}
	err = s.read(ctx, sequenceStoreID, id, file, func(f catalog.File) (err error) {
		object, err = s.vault.Open(ctx, f)
		return err
	})
	return object, err
}

// read calls open with the row of a file of an active read set, and notes the
// access. Where there is no such object, the read set may have been archived since
// the row was read: then it is refused, or open is called once more.
func (s *Service) read(ctx context.Context, storeID, id string, role FileName, open func(catalog.File) error) error {
	var before catalog.File
	for {
		var set catalog.ReadSet
		var file catalog.File
		err := s.vault.Catalog.View(ctx, func(r *catalog.Reader) (err error) {
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
			return err
		}
		if err = open(file); !errors.Is(err, errs.ErrNotFound) || file == before {
			return err
		}
		before = file
	}
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
