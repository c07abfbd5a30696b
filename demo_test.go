package seqlode

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/event"
	"github.com/seqlode/seqlode/internal/job"
	"github.com/seqlode/seqlode/internal/vault"
)

// The demonstration: a service as the services of a vault are, in small. Its jobs
// make read sets of a few bytes, in the order that the vault asks for.

const demoWork = "demo-import"

// demoItem is what one item of a job is to do.
type demoItem struct {
	Store catalog.ID `json:"store"`
	Name  string     `json:"name"`
}

// demoKinds are read sets and their stores.
func demoKinds() []vault.Kind {
	known := func(err error) (bool, error) {
		if errors.Is(err, errs.ErrNotFound) {
			return false, nil
		}
		return err == nil, err
	}
	return []vault.Kind{
		{
			Name: "sequenceStore", Folder: "*/sequenceStore/*", Sidecar: "sequencestore.json",
			Known: func(r *catalog.Reader, f vault.Folder) (bool, error) {
				_, err := r.SequenceStore(f.ID())
				return known(err)
			},
			Describe: func(r *catalog.Reader, f vault.Folder) (any, error) { return r.SequenceStore(f.ID()) },
			List: func(r *catalog.Reader, token string) (folders []vault.Folder, next string, err error) {
				scope := catalog.Scope{Account: "000000000000", Region: "local"}
				page, err := r.ListSequenceStores(scope, catalog.SequenceStoreFilter{}, catalog.PageRequest{Token: token})
				for _, store := range page.Items {
					folders = append(folders, vault.SequenceStoreFolder(scope, store.ID))
				}
				return folders, page.Next, err
			},
			Restore: func(tx *catalog.Tx, _ vault.Folder, s *vault.Sidecar) error {
				var store catalog.SequenceStore
				if err := json.Unmarshal(s.Resource, &store); err != nil {
					return errs.At(errs.Corrupt, errs.Pos{}, "%w", err)
				}
				return tx.InsertSequenceStore(store)
			},
		},
		{
			Name: "readSet", Folder: "*/sequenceStore/*/readSet/*", Sidecar: "readset.json",
			Known: func(r *catalog.Reader, f vault.Folder) (bool, error) {
				_, err := r.ReadSet(f.StoreID(), f.ID())
				return known(err)
			},
			Describe: func(r *catalog.Reader, f vault.Folder) (any, error) { return r.ReadSet(f.StoreID(), f.ID()) },
			Restore: func(tx *catalog.Tx, _ vault.Folder, s *vault.Sidecar) error {
				var set catalog.ReadSet
				if err := json.Unmarshal(s.Resource, &set); err != nil {
					return errs.At(errs.Corrupt, errs.Pos{}, "%w", err)
				}
				return tx.InsertReadSet(set)
			},
		},
	}
}

// demo is a vault with the demonstration.
type demo struct {
	*Vault
	core *vault.Vault
	// note is told of steps that no file operation shows; may be nil.
	note func(step string)
}

// openDemo opens a vault with the demonstration in it.
func openDemo(ctx context.Context, o Options) (*demo, error) {
	d := &demo{note: func(string) {}}
	o.kinds = demoKinds()
	o.works = map[string]job.Kind{demoWork: {Run: d.run}}
	ready := make(chan struct{})
	defer close(ready)
	o.works[demoWork] = job.Kind{Run: func(ctx context.Context, l *job.Lease) (job.Outcome, error) {
		<-ready // the runner may be quicker than the lines below
		return d.run(ctx, l)
	}}
	v, err := Open(ctx, o)
	if err != nil {
		return nil, err
	}
	d.Vault, d.core = v, v.core
	return d, nil
}

// demoFile is the text of a file of a read set.
func demoFile(name, file string) string { return strings.Repeat(name+"/"+file+"\n", 500) }

// run makes a read set: reserve its ID, publish files, sidecar, and then the rows.
func (d *demo) run(ctx context.Context, l *job.Lease) (job.Outcome, error) {
	var item demoItem
	if err := json.Unmarshal(l.Item.Request, &item); err != nil {
		return job.Outcome{}, err
	}
	var id catalog.ID
	err := l.Update(ctx, func(tx *catalog.Tx, i *catalog.JobItem) (err error) {
		if i.ResultID == 0 {
			i.ResultID, err = tx.NewID()
		}
		id = i.ResultID
		return err
	})
	if err != nil {
		return job.Outcome{}, err
	}
	set := catalog.ReadSet{ID: id, StoreID: item.Store, Name: item.Name, FileType: catalog.FASTQ, Status: catalog.ReadSetActive,
		CreationType: catalog.ByImport, CreationJobID: l.Job.ID, CreationTime: l.Job.CreationTime, UpdateTime: l.Job.CreationTime, LastAccessTime: l.Job.CreationTime}
	folder := vault.ReadSetFolder(l.Job.Scope, set.StoreID, id)
	opts := blob.CreateOptions{Lease: l.Name()}
	var files []catalog.File
	for _, f := range []struct {
		role catalog.FileRole
		name string
	}{{catalog.Source1, "reads.fastq.gz"}, {catalog.Index, "reads.index"}} {
		file, err := d.publish(ctx, folder, f.name, demoFile(item.Name, f.name), opts)
		if err != nil {
			return job.Outcome{}, err
		}
		file.Role = f.role
		files = append(files, file)
	}
	if err := d.core.PutSidecar(ctx, catalog.InObjects, folder, files, set, opts); err != nil {
		return job.Outcome{}, err
	}
	return job.Outcome{ResultID: id, Commit: func(tx *catalog.Tx) error {
		d.note("rows")
		if err := tx.InsertReadSet(set); err != nil {
			return err
		}
		for _, file := range files {
			if err := tx.InsertFile(file); err != nil {
				return err
			}
		}
		return event.ReadSet(tx, l.Job.Scope, set)
	}}, nil
}

// publish writes a file of a folder.
func (d *demo) publish(ctx context.Context, f vault.Folder, name, text string, opts blob.CreateOptions) (catalog.File, error) {
	w, err := d.core.Objects.Create(ctx, vault.Object(catalog.InObjects, f.File(name)), opts)
	if err != nil {
		return catalog.File{}, err
	}
	for part := range strings.SplitAfterSeq(text, "00\n") {
		if _, err := w.Write([]byte(part)); err != nil {
			return catalog.File{}, errors.Join(err, w.Abort())
		}
	}
	want := blob.SumOf([]byte(text))
	sum, err := w.Commit(&want)
	if err != nil {
		return catalog.File{}, err
	}
	return catalog.File{OwnerID: f.ID(), Key: f.File(name), Area: catalog.InObjects, Size: sum.Size, PartSize: 104857600,
		StoredSize: sum.Size, Checksum: vault.Checksum(sum)}, nil
}

// store makes a sequence store: the row, and then the sidecar.
func (d *demo) store(ctx context.Context, name string) (catalog.ID, error) {
	var store catalog.SequenceStore
	err := d.core.Catalog.Update(ctx, func(tx *catalog.Tx) (err error) {
		store = catalog.SequenceStore{Scope: d.core.Scope(), Name: name, Status: catalog.StoreActive, ETagFamily: "MD5up", CreationTime: tx.Now(), UpdateTime: tx.Now()}
		if store.ID, err = tx.NewID(); err != nil {
			return err
		}
		return tx.InsertSequenceStore(store)
	})
	if err != nil {
		return 0, err
	}
	folder := vault.SequenceStoreFolder(store.Scope, store.ID)
	return store.ID, d.core.PutSidecar(ctx, catalog.InObjects, folder, nil, store, blob.CreateOptions{Lease: vault.CallLease})
}

// submit starts a job that makes read sets of these names.
func (d *demo) submit(ctx context.Context, store catalog.ID, names ...string) (catalog.ID, error) {
	var items []json.RawMessage
	for _, name := range names {
		item, err := json.Marshal(demoItem{store, name})
		if err != nil {
			return 0, err
		}
		items = append(items, item)
	}
	var j catalog.Job
	err := d.core.Catalog.Update(ctx, func(tx *catalog.Tx) (err error) {
		j, err = job.Submit(tx, job.Spec{Scope: d.core.Scope(), Kind: demoWork, StoreID: store, Request: json.RawMessage("{}"), Items: items})
		return err
	})
	d.core.Jobs.Wake()
	return j.ID, err
}

// delete takes a read set away: rows, sidecar, files.
func (d *demo) delete(ctx context.Context, store, id catalog.ID) error {
	err := d.core.Catalog.Update(ctx, func(tx *catalog.Tx) error {
		d.note("rows")
		return tx.DeleteReadSet(store, id)
	})
	if err != nil {
		return err
	}
	return d.core.RemoveFolder(ctx, catalog.InObjects, vault.ReadSetFolder(d.core.Scope(), store, id))
}

// sets gives all read sets by ID; the files of each must be there, whole.
func (d *demo) sets(t testing.TB) map[catalog.ID]catalog.ReadSet {
	t.Helper()
	all := map[catalog.ID]catalog.ReadSet{}
	files := map[catalog.ID][]catalog.File{}
	require.NoError(t, d.core.Catalog.View(t.Context(), func(r *catalog.Reader) error {
		stores, err := r.ListSequenceStores(d.core.Scope(), catalog.SequenceStoreFilter{}, catalog.PageRequest{Limit: 1000})
		require.NoError(t, err)
		for _, store := range stores.Items {
			for page := (catalog.PageRequest{Limit: 1000}); ; {
				got, err := r.ListReadSets(store.ID, catalog.ReadSetFilter{}, page)
				require.NoError(t, err)
				for _, set := range got.Items {
					all[set.ID] = set
					files[set.ID], err = r.Files(set.ID)
					require.NoError(t, err)
				}
				if page.Token = got.Next; page.Token == "" {
					break
				}
			}
		}
		return nil
	}))
	for id, set := range all {
		require.Len(t, files[id], 2, "read set %s", id)
		for _, file := range files[id] {
			text, err := blob.Get(t.Context(), d.core.Objects, vault.Object(file.Area, file.Key), file.StoredSize)
			require.NoError(t, err)
			require.Equal(t, demoFile(set.Name, file.Key[strings.LastIndex(file.Key, "/")+1:]), string(text))
			require.Equal(t, vault.Checksum(blob.SumOf(text)), file.Checksum)
		}
	}
	return all
}

// done waits for a job and requires that it went well.
func (d *demo) done(t testing.TB, id catalog.ID) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	j, err := d.core.Jobs.Await(ctx, id)
	require.NoError(t, err)
	var items []catalog.JobItem
	require.NoError(t, d.core.Catalog.View(ctx, func(r *catalog.Reader) error {
		items, err = r.JobItems(id)
		return err
	}))
	require.Equal(t, catalog.JobCompleted, j.Status, "%s: %+v", j.StatusMessage, items)
}

// mustDemo opens a vault with the demonstration and a store, for the test.
func mustDemo(t testing.TB, o Options) (*demo, catalog.ID) {
	t.Helper()
	d, err := openDemo(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	store, err := d.store(t.Context(), "store")
	require.NoError(t, err)
	return d, store
}

// clean requires that fsck finds nothing.
func (d *demo) clean(t testing.TB) *FsckReport {
	t.Helper()
	report, err := d.Fsck(t.Context(), FsckOptions{})
	require.NoError(t, err)
	require.Empty(t, report.Problems)
	return report
}

func TestDemo(t *testing.T) {
	d, store := mustDemo(t, Options{Dir: t.TempDir()})
	id, err := d.submit(t.Context(), store, "one", "two", "three")
	require.NoError(t, err)
	d.done(t, id)
	sets := d.sets(t)
	require.Len(t, sets, 3)
	report := d.clean(t)
	require.EqualValues(t, 3*3+1, report.Objects, "files, sidecars, the store's sidecar")
	require.EqualValues(t, 3*2, report.Files)
	require.Positive(t, report.Bytes)
	for id := range sets {
		require.NoError(t, d.delete(t.Context(), store, id))
	}
	require.Empty(t, d.sets(t))
	require.EqualValues(t, 1, d.clean(t).Objects)
}
