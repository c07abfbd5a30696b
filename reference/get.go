package reference

import (
	"context"
	"io"
	"strconv"
	"strings"

	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/service"
)

// FileName names a file of a stored reference.
type FileName string

// The files of a stored reference. Of GZIFile, the .gzi index of a bgzipped
// reference, the API knows nothing.
const (
	SourceFile FileName = "SOURCE"
	IndexFile  FileName = "INDEX"
	GZIFile    FileName = "GZI"
)

// GetReferenceInput is the request of [Service.GetReference].
type GetReferenceInput struct {
	ReferenceStoreID string
	ID               string
	File             FileName // SourceFile when empty
	PartNumber       int      // from 1
	Range            string   // "bytes=0-99" of the part, as in RFC 9110 §14.1.2; "" for all of it
}

// GetReferenceOutput is a part of a file, or a range of it.
type GetReferenceOutput struct {
	Payload       io.ReadCloser // close it
	ContentLength int64         // bytes of the payload
	First         int64         // where the payload begins in the part
	PartLength    int64         // bytes of the part
}

// GetReference gives a part of a file of a reference. The parts, one behind the
// other, are the file. RangeNotSatisfiable: there is no such part, or the range
// begins behind it.
func (s *Service) GetReference(ctx context.Context, in GetReferenceInput) (GetReferenceOutput, error) {
	var rules service.Rules
	if in.File == "" {
		in.File = SourceFile
	}
	service.OneOf(&rules, "file", in.File, false, SourceFile, IndexFile)
	if in.PartNumber < 1 || in.PartNumber > 10_000 {
		rules.Fail("partNumber is %d, want 1 to 10000", in.PartNumber)
	}
	if err := rules.Err(); err != nil {
		return GetReferenceOutput{}, err
	}
	file, err := s.file(ctx, in.ReferenceStoreID, in.ID, in.File)
	if err != nil {
		return GetReferenceOutput{}, err
	}
	if in.PartNumber > parts(file) {
		return GetReferenceOutput{}, errs.At(errs.RangeNotSatisfiable, errs.Pos{}, "partNumber is %d, and file %s of reference %s has %d parts",
			in.PartNumber, in.File, in.ID, parts(file))
	}
	from := int64(in.PartNumber-1) * file.PartSize
	length := min(file.PartSize, file.Size-from)
	first, end, err := byteRange(in.Range, length)
	if err != nil {
		return GetReferenceOutput{}, err
	}
	payload, err := s.vault.Read(ctx, file, from+first, end-first)
	if err != nil {
		return GetReferenceOutput{}, err
	}
	return GetReferenceOutput{payload, end - first, first, length}, nil
}

// byteRange gives the bytes [first, end) that a Range header asks for of so many;
// all of them where there is none.
func byteRange(header string, length int64) (first, end int64, err error) {
	if header == "" {
		return 0, length, nil
	}
	bad := func(kind errs.Kind, why string) (int64, int64, error) {
		return 0, 0, errs.At(kind, errs.Pos{}, "range %q: %s", header, why)
	}
	unit, spec, ok := strings.Cut(header, "=")
	from, to, dash := strings.Cut(strings.TrimSpace(spec), "-")
	switch {
	case !ok || !strings.EqualFold(strings.TrimSpace(unit), "bytes") || !dash || from == "" && to == "":
		return bad(errs.Validation, "want bytes=FIRST-LAST, bytes=FIRST- or bytes=-COUNT")
	case strings.Contains(spec, ","):
		return bad(errs.NotSupported, "one range at a time")
	}
	number := func(text string) int64 {
		if text == "" {
			return length // as good as none
		}
		if strings.Trim(text, "0123456789") != "" {
			return -1
		}
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return length // more than any file has
		}
		return n
	}
	a, b := number(from), number(to)
	switch {
	case a < 0 || b < 0 || from != "" && to != "" && a > b:
		return bad(errs.Validation, "want bytes=FIRST-LAST, bytes=FIRST- or bytes=-COUNT")
	case from == "" && b == 0, from != "" && a >= length:
		return bad(errs.RangeNotSatisfiable, "the part has "+strconv.FormatInt(length, 10)+" bytes")
	case from == "":
		return length - min(b, length), length, nil
	case to == "":
		return a, length, nil
	}
	return a, min(b, length-1) + 1, nil
}

// file gives the row of a file.
func (s *Service) file(ctx context.Context, storeID, id string, name FileName) (catalog.File, error) {
	return view(ctx, s, func(r *catalog.Reader) (catalog.File, error) {
		_, ref, err := s.reference(r, storeID, id)
		if err != nil {
			return catalog.File{}, err
		}
		files, err := r.Files(ref.ID)
		if err != nil {
			return catalog.File{}, err
		}
		for _, f := range files {
			if f.Role == catalog.FileRole(name) {
				return f, nil
			}
		}
		return catalog.File{}, &Error{Resource: "file " + string(name) + " of reference " + id, Kind: errs.NotFound}
	})
}

// Object is a file of a stored reference, open for reading at any place by any
// number of goroutines. Close it.
type Object = blob.Object

// OpenReference opens a file of a reference for reading at any place. It may be
// read until ctx ends.
func (s *Service) OpenReference(ctx context.Context, referenceStoreID, id string, name FileName) (Object, error) {
	var rules service.Rules
	service.OneOf(&rules, "file", name, false, SourceFile, IndexFile, GZIFile)
	if err := rules.Err(); err != nil {
		return nil, err
	}
	file, err := s.file(ctx, referenceStoreID, id, name)
	if err != nil {
		return nil, err
	}
	return s.vault.Open(ctx, file)
}
