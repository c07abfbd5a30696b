package reference

import (
	"slices"
	"time"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/vault"
)

// Names of the sidecars.
const (
	storeSidecar     = "store.json"
	referenceSidecar = "reference.json"
)

// Kinds are the sorts of things that the services of a vault's scope keep: stores,
// then references.
func Kinds(scope catalog.Scope) []vault.Kind {
	return []vault.Kind{
		{
			Name: "referenceStore", Folder: "*/referenceStore/*", Area: catalog.InObjects, Sidecar: storeSidecar,
			Known: func(r *catalog.Reader, f vault.Folder) (bool, error) {
				_, err := r.ReferenceStore(f.ID())
				return known(err)
			},
			Describe: func(r *catalog.Reader, f vault.Folder) (any, error) {
				store, err := r.ReferenceStore(f.ID())
				if err != nil {
					return nil, err
				}
				return keepStore(r, store)
			},
			List: func(r *catalog.Reader, token string) (folders []vault.Folder, next string, err error) {
				stores, err := r.ListReferenceStores(scope, catalog.ReferenceStoreFilter{}, catalog.PageRequest{Token: token})
				for _, store := range stores.Items {
					folders = append(folders, vault.ReferenceStoreFolder(scope, store.ID))
				}
				return folders, stores.Next, err
			},
			Restore: func(tx *catalog.Tx, f vault.Folder, s *vault.Sidecar) error {
				var kept keptStore
				if err := unkeep(s.Resource, &kept, errs.Corrupt); err != nil {
					return err
				}
				if err := tx.InsertReferenceStore(kept.row(f)); err != nil {
					return err
				}
				return tx.PutTags(f.ID(), kept.Tags)
			},
		},
		{
			Name: "reference", Folder: "*/referenceStore/*/reference/*", Area: catalog.InObjects, Sidecar: referenceSidecar,
			Known: func(r *catalog.Reader, f vault.Folder) (bool, error) {
				_, err := r.Reference(f.StoreID(), f.ID())
				return known(err)
			},
			Describe: func(r *catalog.Reader, f vault.Folder) (any, error) {
				ref, err := r.Reference(f.StoreID(), f.ID())
				if err != nil {
					return nil, err
				}
				return keepReference(r, ref)
			},
			Restore: func(tx *catalog.Tx, f vault.Folder, s *vault.Sidecar) error {
				var kept keptReference
				if err := unkeep(s.Resource, &kept, errs.Corrupt); err != nil {
					return err
				}
				if err := insert(tx, kept.row(f), slices.Values(kept.Sequences)); err != nil {
					return err
				}
				return tx.PutTags(f.ID(), kept.Tags)
			},
		},
	}
}

// known makes of the error of a look for a row whether it is there.
func known(err error) (bool, error) {
	if missing(err) {
		return false, nil
	}
	return err == nil, err
}

// keptStore is what the sidecar of a store keeps.
type keptStore struct {
	Region       string            `json:"region"`
	Name         string            `json:"name"`
	Description  string            `json:"description,omitempty"`
	Tags         map[string]string `json:"tags,omitempty"`
	CreationTime time.Time         `json:"creationTime"`
}

// keepStore gives it from the rows.
func keepStore(r *catalog.Reader, store catalog.ReferenceStore) (keptStore, error) {
	tags, err := r.Tags(store.ID)
	return keptStore{Region: store.Region, Name: store.Name, Description: store.Description, Tags: tags, CreationTime: store.CreationTime}, err
}

func (k *keptStore) row(f vault.Folder) catalog.ReferenceStore {
	return catalog.ReferenceStore{
		ID: f.ID(), Scope: catalog.Scope{Account: f.Account(), Region: k.Region}, Name: k.Name, Description: k.Description,
		CreationTime: k.CreationTime, UpdateTime: k.CreationTime,
	}
}

// keptReference is what the sidecar of a reference keeps.
type keptReference struct {
	Name          string            `json:"name"`
	Description   string            `json:"description,omitempty"`
	Tags          map[string]string `json:"tags,omitempty"`
	MD5           string            `json:"md5"` // of the decompressed FASTA
	CreationJobID catalog.ID        `json:"creationJobId"`
	CreationTime  time.Time         `json:"creationTime"`

	// Sequences are in the order of the file: the text of each, as sequenceText
	// gives it. Sidecars are written without them, and then have their sequenceList.
	Sequences []string `json:"sequences,omitempty"`
}

// keepReference gives it from the rows.
func keepReference(r *catalog.Reader, ref catalog.Reference) (*referenceResource, error) {
	kept := keptReference{
		Name: ref.Name, Description: ref.Description, MD5: ref.MD5, CreationJobID: ref.CreationJobID, CreationTime: ref.CreationTime,
	}
	var err error
	if kept.Tags, err = r.Tags(ref.ID); err != nil {
		return nil, err
	}
	rows, err := r.ReferenceSequences(ref.ID)
	var list sequenceList
	for _, row := range rows {
		list = list.add(Contig{Name: row.Name, Length: row.Length, M5: row.M5})
	}
	return &referenceResource{kept, list}, err
}

func (k *keptReference) row(f vault.Folder) catalog.Reference {
	return catalog.Reference{
		ID: f.ID(), StoreID: f.StoreID(), Name: k.Name, Description: k.Description, MD5: k.MD5, Status: catalog.ReferenceActive,
		CreationType: catalog.ByImport, CreationJobID: k.CreationJobID, CreationTime: k.CreationTime, UpdateTime: k.CreationTime,
	}
}
