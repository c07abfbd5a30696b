package vault

import (
	"path"

	"github.com/seqlode/seqlode/internal/catalog"
)

// Kind is one sort of things that have a folder.
type Kind struct {
	Name string // readSet; stands in sidecars, so it never changes

	// Folder is the pattern, of [path.Match], of the things' folders below their
	// area.
	Folder string

	// Area is where they lie; "" is objects and archive.
	Area catalog.Area

	// Sidecar is the name of the sidecar in the folder, "readset.json"; "" for a kind
	// that has none.
	Sidecar string

	// Known says whether there is a row of the thing.
	Known func(r *catalog.Reader, f Folder) (bool, error)

	// Describe gives what the sidecar keeps of the thing as its Resource, from the
	// rows. Check writes a sidecar with it where there is none.
	Describe func(r *catalog.Reader, f Folder) (resource any, err error)

	// List gives the next things after a token, "" for the first, and the token of
	// those to come, "" for none. It is for things without files, which are found by
	// their rows alone; else nil.
	List func(r *catalog.Reader, token string) (folders []Folder, next string, err error)

	// Restore writes the thing's rows, but for those of its files, as the sidecar has
	// them. Things of kinds that come before are there already.
	Restore func(tx *catalog.Tx, f Folder, s *Sidecar) error
}

// kindOf finds the kind that a folder is of.
func (v *Vault) kindOf(f Folder) (Kind, bool) {
	for _, k := range v.Kinds {
		if ok, err := path.Match(k.Folder, string(f)); ok && err == nil {
			return k, true
		}
	}
	return Kind{}, false
}

// lies says whether the kind's folders are in an area.
func (k Kind) lies(area catalog.Area) bool {
	if k.Area == "" {
		return area == catalog.InObjects || area == catalog.InArchive
	}
	return area == k.Area
}
