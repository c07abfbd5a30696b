package vault

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
	Resource json.RawMessage `json:"resource,omitempty"` // the kind's own
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

// StreamedResource is the resource of a sidecar that is written piece by piece,
// being too large to be made JSON in memory. Its first line continues one, and
// the others are indented by two spaces more than usual.
type StreamedResource interface{ WriteJSON(w io.Writer) error }

// PutSidecar writes the sidecar of a thing whose files, of one area, are
// committed. Resource is the kind's own, made JSON. It may be done again.
// LimitExceeded where the sidecar would be larger than what is read of one.
func (v *Vault) PutSidecar(ctx context.Context, area catalog.Area, f Folder, files []catalog.File, resource any, opts blob.CreateOptions) error {
	k, ok := v.kindOf(f)
	if !ok || k.Sidecar == "" {
		return errs.At(errs.Internal, errs.Pos{}, "folder %s is of no kind with a sidecar", f)
	}
	s := Sidecar{Format: sidecarFormat, Kind: k.Name, ID: f.ID()}
	for _, file := range files {
		s.Files = append(s.Files, SidecarFile{file.Role, path.Base(file.Key), file.Encoding, file.Size, file.PartSize, file.StoredSize, file.Checksum})
	}
	object := Object(area, f.File(k.Sidecar))
	w, err := v.Objects.Create(ctx, object, opts)
	if err != nil {
		return err
	}
	out := &sidecarWriter{w: bufio.NewWriterSize(w, 64<<10), object: object}
	if err := out.write(s, resource); err != nil {
		_ = w.Abort() // the first error is the one that matters; a sweep finds what is left
		return err
	}
	_, err = w.Commit(&out.sum)
	return err
}

// sidecarWriter writes and sums a sidecar, up to the size that is read.
type sidecarWriter struct {
	w      *bufio.Writer
	object string
	sum    blob.Sum
}

func (o *sidecarWriter) Write(p []byte) (int, error) {
	if o.sum = o.sum.Add(p); o.sum.Size > maxSidecar {
		return 0, &errs.Error{Resource: "object " + o.object, Kind: errs.LimitExceeded,
			Err: errs.At(errs.LimitExceeded, errs.Pos{}, "what is to be kept beside the files has more than %d bytes", int64(maxSidecar))}
	}
	return o.w.Write(p)
}

// write writes a sidecar that has no resource yet, with one.
func (o *sidecarWriter) write(s Sidecar, resource any) error {
	head, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return o.fail(err)
	}
	const end = "\n}"
	if _, err := o.Write(append(head[:len(head)-len(end)], ",\n  \"resource\": "...)); err != nil {
		return err
	}
	if streamed, ok := resource.(StreamedResource); ok {
		err = streamed.WriteJSON(o)
	} else {
		var own []byte
		if own, err = json.MarshalIndent(resource, "  ", "  "); err != nil {
			return o.fail(err)
		}
		_, err = o.Write(own)
	}
	if err == nil {
		_, err = o.Write([]byte(end + "\n"))
	}
	if err != nil {
		return err
	}
	return o.w.Flush()
}

func (o *sidecarWriter) fail(err error) error {
	return &errs.Error{Resource: "object " + o.object, Kind: errs.Internal, Err: err}
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
