package vault

import (
	"context"
	"path"
	"strings"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
)

// Uploads is the area of parts of direct uploads.
const Uploads catalog.Area = "uploads"

// Folder names a thing's objects: the path below an area,
// {account}/sequenceStore/{id}/readSet/{id}.
type Folder string

// ReferenceStoreFolder is that of a reference store.
func ReferenceStoreFolder(s catalog.Scope, store catalog.ID) Folder {
	return Folder(path.Join(s.Account, "referenceStore", store.String()))
}

// ReferenceFolder is that of a reference.
func ReferenceFolder(s catalog.Scope, store, id catalog.ID) Folder {
	return Folder(path.Join(s.Account, "referenceStore", store.String(), "reference", id.String()))
}

// SequenceStoreFolder is that of a sequence store.
func SequenceStoreFolder(s catalog.Scope, store catalog.ID) Folder {
	return Folder(path.Join(s.Account, "sequenceStore", store.String()))
}

// ReadSetFolder is that of a read set.
func ReadSetFolder(s catalog.Scope, store, id catalog.ID) Folder {
	return Folder(path.Join(s.Account, "sequenceStore", store.String(), "readSet", id.String()))
}

// File is the key of a file in the folder, as [catalog.File] has it: below its
// area.
func (f Folder) File(name string) string { return string(f) + "/" + name }

// ID is that of the folder's thing; 0 where the path ends with none.
func (f Folder) ID() catalog.ID {
	id, err := catalog.ParseID(path.Base(string(f)))
	if err != nil {
		return 0
	}
	return id
}

// StoreID is that of the store the thing is in; 0 where the path has none.
func (f Folder) StoreID() catalog.ID {
	return Folder(path.Dir(path.Dir(string(f)))).ID()
}

// Account is the first part of the path.
func (f Folder) Account() string {
	account, _, _ := strings.Cut(string(f), "/")
	return account
}

// Object is the key of a file's object.
func Object(area catalog.Area, key string) string { return string(area) + "/" + key }

// split gives the area and the path below it of an object.
func split(object string) (area catalog.Area, key string, ok bool) {
	top, key, ok := strings.Cut(object, "/")
	area = catalog.Area(top)
	return area, key, ok && (area == catalog.InObjects || area == catalog.InArchive || area == Uploads)
}

// RemoveFolder removes a folder's objects from an area: its sidecar first, so that
// no rebuild finds the thing again, then the rest. The caller has deleted the
// rows. It may be done again.
func (v *Vault) RemoveFolder(ctx context.Context, area catalog.Area, f Folder) error {
	k, ok := v.kindOf(f)
	if !ok {
		return errs.At(errs.Validation, errs.Pos{}, "folder %s is of no known kind", f)
	}
	if k.Sidecar != "" {
		if err := v.Objects.Delete(ctx, Object(area, f.File(k.Sidecar))); err != nil {
			return err
		}
	}
	prefix := Object(area, string(f)) + "/"
	for o, err := range v.Objects.List(ctx, prefix, "") {
		if err != nil {
			return err
		}
		if strings.Contains(o.Key[len(prefix):], "/") {
			continue // of a thing within
		}
		if err := v.Objects.Delete(ctx, o.Key); err != nil {
			return err
		}
	}
	return nil
}
