package vault

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"

	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
)

// sidecarFormat is the format of sidecars that is written, and the newest read.
const sidecarFormat = 1

// maxSidecar bounds what is read of a sidecar, in bytes.
const maxSidecar = 64 << 20

// Sidecar is a thing's metadata as an object beside its files: enough to make its
// rows anew.
type Sidecar struct {
	Format   int             `json:"format"`
	Kind     string          `json:"kind"`
	ID       catalog.ID      `json:"id"`
	Files    []SidecarFile   `json:"files,omitempty"`
	Resource json.RawMessage `json:"resource"` // the kind's own
}

// SidecarFile is a file of the folder that the sidecar is in.
type SidecarFile struct {
	Role       catalog.FileRole `json:"role"`
	Name       string           `json:"name"`
	Encoding   string           `json:"encoding,omitempty"` // of an archived form
	Size       int64            `json:"size"`               // bytes as served
	PartSize   int64            `json:"partSize"`
	StoredSize int64            `json:"storedSize"` // bytes as they lie
	Checksum   string           `json:"checksum"`   // of the bytes as they lie
}

// Checksum is what [catalog.File] and sidecars keep of the bytes of an object.
func Checksum(s blob.Sum) string { return "crc32c:" + s.CRC32C.String() }

// PutSidecar writes the sidecar of a thing whose files, of one area, are
// committed. Resource is the kind's own, made JSON. It may be done again.
func (v *Vault) PutSidecar(ctx context.Context, area catalog.Area, f Folder, files []catalog.File, resource any, opts blob.CreateOptions) error {
	k, ok := v.kindOf(f)
	if !ok || k.Sidecar == "" {
		return errs.At(errs.Internal, errs.Pos{}, "folder %s is of no kind with a sidecar", f)
	}
	own, err := json.Marshal(resource)
	if err != nil {
		return errs.At(errs.Internal, errs.Pos{}, "sidecar of %s: %w", f, err)
	}
	s := Sidecar{Format: sidecarFormat, Kind: k.Name, ID: f.ID(), Resource: own}
	for _, file := range files {
		s.Files = append(s.Files, SidecarFile{file.Role, path.Base(file.Key), file.Encoding, file.Size, file.PartSize, file.StoredSize, file.Checksum})
	}
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return errs.At(errs.Internal, errs.Pos{}, "sidecar of %s: %w", f, err)
	}
	return blob.Put(ctx, v.Objects, Object(area, f.File(k.Sidecar)), append(text, '\n'), opts)
}

// sidecar reads that of a folder.
func (v *Vault) sidecar(ctx context.Context, area catalog.Area, f Folder, k Kind) (*Sidecar, error) {
	object := Object(area, f.File(k.Sidecar))
	text, err := blob.Get(ctx, v.Objects, object, maxSidecar)
	if err != nil {
		return nil, err
	}
	fail := func(kind errs.Kind, format string, args ...any) (*Sidecar, error) {
		return nil, &errs.Error{Resource: "object " + object, Kind: kind, Err: fmt.Errorf(format, args...)}
	}
	var s Sidecar
	if err := json.Unmarshal(text, &s); err != nil {
		return fail(errs.Corrupt, "is no sidecar: %w", err)
	}
	switch {
	case s.Format > sidecarFormat:
		return fail(errs.NotSupported, "has format %d; this seqlode knows formats up to %d: use a newer seqlode", s.Format, sidecarFormat)
	case s.Format < 1:
		return fail(errs.Corrupt, "is no sidecar: it names no format")
	case s.Kind != k.Name || s.ID != f.ID():
		return fail(errs.Corrupt, "is the sidecar of %s %s", s.Kind, s.ID)
	}
	for _, file := range s.Files {
		if blob.CheckKey(file.Name) != nil || path.Base(file.Name) != file.Name {
			return fail(errs.Corrupt, "names a file %q", file.Name)
		}
	}
	return &s, nil
}

// whole reads a sidecar and looks for its files; Corrupt where one is not there.
func (v *Vault) whole(ctx context.Context, area catalog.Area, f Folder, kind Kind) (*Sidecar, error) {
	s, err := v.sidecar(ctx, area, f, kind)
	if err != nil {
		return nil, err
	}
	for _, file := range s.Files {
		info, err := v.Objects.Stat(ctx, Object(area, f.File(file.Name)))
		switch {
		case errors.Is(err, errs.ErrNotFound):
			return nil, errs.At(errs.Corrupt, errs.Pos{}, "tells of %s, which is not there", file.Name)
		case err != nil:
			return nil, err
		case info.Size != file.StoredSize:
			return nil, errs.At(errs.Corrupt, errs.Pos{}, "tells of %s with %d bytes, which has %d", file.Name, file.StoredSize, info.Size)
		}
	}
	return s, nil
}

// why is what is wrong with a sidecar, for a message that names it already.
func why(err error) string {
	if e, ok := errors.AsType[*errs.Error](err); ok && e.Err != nil {
		return e.Err.Error()
	}
	return err.Error()
}

// file gives the row of a file.
func (s SidecarFile) file(area catalog.Area, f Folder) catalog.File {
	return catalog.File{OwnerID: f.ID(), Role: s.Role, Key: f.File(s.Name), Area: area, Encoding: s.Encoding,
		Size: s.Size, PartSize: s.PartSize, StoredSize: s.StoredSize, Checksum: s.Checksum}
}
