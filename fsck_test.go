package seqlode

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/blob/mem"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/vault"
)

// filled is a vault with read sets of some names, by name.
func filled(t *testing.T, o Options, names ...string) (*demo, catalog.ID, map[string]catalog.ID) {
	t.Helper()
	d, store := mustDemo(t, o)
	id, err := d.submit(t.Context(), store, names...)
	require.NoError(t, err)
	d.done(t, id)
	ids := map[string]catalog.ID{}
	for id, set := range d.sets(t) {
		ids[set.Name] = id
	}
	return d, store, ids
}

// path is where a file of a read set lies.
func (d *demo) path(dir string, store, id catalog.ID, file string) string {
	return filepath.Join(dir, "objects", filepath.FromSlash(vault.ReadSetFolder(d.core.Scope(), store, id).File(file)))
}

func TestFsckFinds(t *testing.T) {
	dir := t.TempDir()
	d, store, ids := filled(t, Options{Dir: dir}, "a", "b", "c", "d", "e")
	write := func(path, text string) {
		t.Helper()
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
	}
	require.NoError(t, os.Remove(d.path(dir, store, ids["a"], "reads.fastq.gz")))
	require.NoError(t, os.Truncate(d.path(dir, store, ids["b"], "reads.fastq.gz"), 17))
	require.NoError(t, os.Remove(d.path(dir, store, ids["c"], "readset.json")))
	require.NoError(t, os.Remove(filepath.Join(dir, "objects", filepath.FromSlash(vault.SequenceStoreFolder(d.core.Scope(), store).File("sequencestore.json")))))
	write(d.path(dir, store, ids["d"], "old.index"), "left behind")
	write(d.path(dir, store, 1999999996, "reads.fastq.gz"), "of an import that was stopped")
	whole := d.path(dir, store, 1999999997, "x") // of one that was stopped later
	require.NoError(t, d.core.PutSidecar(t.Context(), catalog.InObjects, vault.ReadSetFolder(d.core.Scope(), store, 1999999997),
		[]catalog.File{{Key: "a", StoredSize: 1}, {Key: "x", StoredSize: 1}}, struct{}{}, blob.CreateOptions{Lease: "x"}))
	write(whole, "1")
	write(d.path(dir, store, 1999999997, "a"), "1")
	write(d.path(dir, store, 1999999998, "readset.json"), "damaged")
	write(d.path(dir, store, 1999999998, "reads.fastq.gz"), "all that is left")
	archived := strings.Replace(d.path(dir, store, ids["e"], "reads.fastq.gz"), "objects", "archive", 1)
	write(archived, "its place is objects")
	write(filepath.Join(dir, "notes.txt"), "mine")
	write(filepath.Join(dir, "objects", "000000000000", "runs", "1"), "of a kind to come")
	write(filepath.Join(dir, "uploads", "1", "SOURCE1", "1"), "of an upload to come")

	var told []FsckProblem
	report, err := d.Fsck(t.Context(), FsckOptions{Found: func(p FsckProblem) { told = append(told, p) }})
	require.NoError(t, err)
	require.Equal(t, told, report.Problems)
	require.False(t, report.Clean())
	var found []string
	for _, p := range report.Problems {
		require.False(t, p.Fixed)
		require.NotEmpty(t, p.Message)
		found = append(found, string(p.Type)+" "+p.Key)
	}
	key := func(id catalog.ID, file string) string {
		return vault.Object(catalog.InObjects, vault.ReadSetFolder(d.core.Scope(), store, id).File(file))
	}
	require.ElementsMatch(t, []string{
		"MISSING " + key(ids["a"], "reads.fastq.gz"),
		"NO_SIDECAR " + vault.Object(catalog.InObjects, vault.SequenceStoreFolder(d.core.Scope(), store).File("sequencestore.json")),
		"NO_SIDECAR " + key(ids["c"], "readset.json"),
		"ORPHAN archive" + strings.TrimPrefix(key(ids["e"], "reads.fastq.gz"), "objects"),
		"ORPHAN " + key(ids["d"], "old.index"),
		"ORPHAN " + key(1999999996, "reads.fastq.gz"),
		"ORPHAN " + key(1999999997, "a"),
		"ORPHAN " + key(1999999997, "readset.json"),
		"ORPHAN " + key(1999999997, "x"),
		"ORPHAN " + key(1999999998, "reads.fastq.gz"),
		"BAD_SIDECAR " + key(1999999998, "readset.json"),
		"UNKNOWN notes.txt",
		"UNKNOWN objects/000000000000/runs/1",
		"UNKNOWN uploads/1/SOURCE1/1",
		"WRONG_SIZE " + key(ids["b"], "reads.fastq.gz"),
	}, found)

	report, err = d.Fsck(t.Context(), FsckOptions{Repair: true})
	require.NoError(t, err)
	require.Len(t, report.Problems, len(found))
	report, err = d.Fsck(t.Context(), FsckOptions{Repair: true})
	require.NoError(t, err)
	var left []string
	for _, p := range report.Problems {
		require.False(t, p.Fixed)
		left = append(left, string(p.Type)+" "+p.Key)
	}
	require.ElementsMatch(t, []string{
		"MISSING " + key(ids["a"], "reads.fastq.gz"),
		"WRONG_SIZE " + key(ids["b"], "reads.fastq.gz"),
		"BAD_SIDECAR " + key(1999999998, "readset.json"),
		"ORPHAN " + key(1999999998, "reads.fastq.gz"),
		"UNKNOWN notes.txt",
		"UNKNOWN objects/000000000000/runs/1",
		"UNKNOWN uploads/1/SOURCE1/1",
	}, left)
	require.FileExists(t, d.path(dir, store, 1999999998, "reads.fastq.gz"))
	require.NoFileExists(t, whole)
	require.FileExists(t, filepath.Join(dir, "notes.txt"))
	require.NoFileExists(t, archived)

	// The sidecar that was written anew is the one that was there.
	wrote, err := os.ReadFile(d.path(dir, store, ids["c"], "readset.json"))
	require.NoError(t, err)
	first, err := os.ReadFile(d.path(dir, store, ids["e"], "readset.json"))
	require.NoError(t, err)
	var c, e map[string]any
	require.NoError(t, json.Unmarshal(wrote, &c))
	require.NoError(t, json.Unmarshal(first, &e))
	require.Equal(t, e["kind"], c["kind"])
	require.ElementsMatch(t, names(e["files"]), names(c["files"]))
}

// names are those of a sidecar's files.
func names(files any) (out []string) {
	list, _ := files.([]any)
	for _, f := range list {
		fields, _ := f.(map[string]any)
		name, _ := fields["name"].(string)
		out = append(out, name)
	}
	return out
}

// TestFsckLeavesWorkAlone: what a job is about to finish is no orphan.
func TestFsckLeavesWorkAlone(t *testing.T) {
	d, store := mustDemo(t, Options{Dir: t.TempDir()})
	publishing := make(chan struct{})
	goOn := make(chan struct{})
	d.note = func(string) {
		publishing <- struct{}{}
		<-goOn
	}
	// The note comes within a transaction that writes; the check only reads.
	id, err := d.submit(t.Context(), store, "one")
	require.NoError(t, err)
	<-publishing
	report, err := d.Fsck(t.Context(), FsckOptions{})
	require.NoError(t, err)
	require.Empty(t, report.Problems)
	require.EqualValues(t, 4, report.Objects)
	require.Zero(t, report.Files)
	close(goOn)
	d.done(t, id)
	d.clean(t)
}

// TestFsckManyPages: more objects and rows than are looked at in one go.
func TestFsckManyPages(t *testing.T) {
	const n = 2500
	d, store := mustDemo(t, Options{Dir: t.TempDir(), Workers: -1, Bucket: mem.New()})
	opts := blob.CreateOptions{Lease: "x"}
	put := func(area catalog.Area, key string) {
		require.NoError(t, blob.Put(t.Context(), d.core.Objects, vault.Object(area, key), []byte("x"), opts))
	}
	var folder vault.Folder
	var files []catalog.File
	require.NoError(t, d.core.Catalog.Update(t.Context(), func(tx *catalog.Tx) error {
		id, err := tx.NewID()
		require.NoError(t, err)
		require.NoError(t, tx.InsertReadSet(catalog.ReadSet{ID: id, StoreID: store, Status: catalog.ReadSetActive}))
		folder = vault.ReadSetFolder(d.core.Scope(), store, id)
		files = nil
		for i := range n {
			name := fmt.Sprintf("file-%04d", i)
			files = append(files, catalog.File{OwnerID: id, Role: catalog.FileRole(name), Area: catalog.InObjects, Key: folder.File(name), StoredSize: 1})
			require.NoError(t, tx.InsertFile(files[i]))
		}
		return nil
	}))
	for _, file := range files {
		put(file.Area, file.Key)
	}
	require.NoError(t, d.core.PutSidecar(t.Context(), catalog.InObjects, folder, files[:1], struct{}{}, opts))
	report := d.clean(t)
	require.EqualValues(t, n, report.Files)
	require.EqualValues(t, n+2, report.Objects)

	// At the borders of what is looked at in one go.
	want := []string{}
	for _, i := range []int{0, 998, 999, 1000, 1001, 1999, 2000, n - 1} {
		gone, more := files[i].Key, files[i].Key+"-more"
		require.NoError(t, d.core.Objects.Delete(t.Context(), vault.Object(catalog.InObjects, gone)))
		put(catalog.InObjects, more)
		put(catalog.InArchive, gone)
		want = append(want, "MISSING objects/"+gone, "ORPHAN objects/"+more, "ORPHAN archive/"+gone)
	}
	report, err := d.Fsck(t.Context(), FsckOptions{})
	require.NoError(t, err)
	var found []string
	for _, p := range report.Problems {
		found = append(found, string(p.Type)+" "+p.Key)
	}
	require.ElementsMatch(t, want, found)
}

func TestRebuild(t *testing.T) {
	dir := t.TempDir()
	d, store, ids := filled(t, Options{Dir: dir}, "a", "b", "c", "d")
	o := Options{Dir: dir, kinds: demoKinds()}
	_, err := Rebuild(t.Context(), o, FsckOptions{})
	require.ErrorIs(t, err, ErrConflict, "it is open")
	require.ErrorContains(t, err, "open")
	before := d.sets(t)
	info := d.Info()
	require.NoError(t, d.delete(t.Context(), store, ids["a"]))
	// One is archived: its files and its sidecar lie there.
	archive := func(id catalog.ID) {
		from := filepath.Dir(d.path(dir, store, id, "x"))
		to := strings.Replace(from, "objects", "archive", 1)
		require.NoError(t, os.MkdirAll(filepath.Dir(to), 0o777))
		require.NoError(t, os.Rename(from, to))
	}
	archive(ids["b"])
	require.NoError(t, d.Close())
	require.NoError(t, os.Truncate(d.path(dir, store, ids["c"], "reads.index"), 3))
	require.NoError(t, os.Remove(filepath.Join(dir, "catalog.db")))

	report, err := Rebuild(t.Context(), o, FsckOptions{})
	require.NoError(t, err)
	require.EqualValues(t, 3, report.Restored, "the store, b and d")
	require.EqualValues(t, 4, report.Files)
	require.Len(t, report.Problems, 1)
	require.Equal(t, BadSidecar, report.Problems[0].Type)
	require.Contains(t, report.Problems[0].Message, "reads.index")
	_, err = os.Stat(filepath.Join(dir, "catalog.db.new-wal"))
	require.ErrorIs(t, err, os.ErrNotExist)

	d, err = openDemo(t.Context(), Options{Dir: dir})
	require.NoError(t, err)
	defer func() { require.NoError(t, d.Close()) }()
	require.Equal(t, info, d.Info())
	got := d.sets(t)
	require.Len(t, got, 2)
	require.Equal(t, before[ids["b"]], got[ids["b"]])
	require.Equal(t, before[ids["d"]], got[ids["d"]])
	fsck, err := d.Fsck(t.Context(), FsckOptions{Repair: true})
	require.NoError(t, err)
	require.Len(t, fsck.Problems, 3)
	for _, p := range fsck.Problems { // of c, which is not whole: what is left of it stays
		require.False(t, p.Fixed)
		require.Contains(t, p.Key, ids["c"].String())
	}
	job, err := d.submit(t.Context(), store, "new")
	require.NoError(t, err)
	d.done(t, job)
	require.Greater(t, int64(job), int64(ids["d"])+900_000, "no ID is given out twice")

	// Again, with the old catalog still there, and a sidecar of a newer format.
	require.NoError(t, d.Close())
	path := strings.Replace(d.path(dir, store, ids["b"], "readset.json"), "objects", "archive", 1)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, []byte(strings.Replace(string(text), `"format": 1`, `"format": 7`, 1)), 0o666))
	report, err = Rebuild(t.Context(), o, FsckOptions{})
	require.NoError(t, err)
	require.FileExists(t, filepath.Join(dir, "catalog.db.old"))
	require.EqualValues(t, 3, report.Restored, "the store, d and the new one")
	require.Len(t, report.Problems, 2, "c, and b by now")
	require.Equal(t, "has format 7; this seqlode knows formats up to 1: use a newer seqlode", report.Problems[1].Message)
}

// TestMoved: a move to the archive that was stopped after its rows were written.
func TestMoved(t *testing.T) {
	dir := t.TempDir()
	d, store, ids := filled(t, Options{Dir: dir}, "a")
	id := ids["a"]
	folder := vault.ReadSetFolder(d.core.Scope(), store, id)
	require.NoError(t, d.core.Catalog.Update(t.Context(), func(tx *catalog.Tx) error {
		files, err := tx.Files(id)
		require.NoError(t, err)
		for i := range files {
			from := vault.Object(catalog.InObjects, files[i].Key)
			files[i].Area = catalog.InArchive
			require.NoError(t, d.core.Objects.Copy(t.Context(), from, vault.Object(catalog.InArchive, files[i].Key), blob.CreateOptions{Lease: "x"}))
			require.NoError(t, tx.UpdateFile(files[i]))
		}
		set, err := tx.ReadSet(store, id)
		require.NoError(t, err)
		return d.core.PutSidecar(t.Context(), catalog.InArchive, folder, files, set, blob.CreateOptions{Lease: "x"})
	}))
	report, err := d.Fsck(t.Context(), FsckOptions{})
	require.NoError(t, err)
	require.Len(t, report.Problems, 3)
	for _, p := range report.Problems {
		require.Equal(t, Orphan, p.Type)
		require.Contains(t, p.Key, "objects/")
	}
	require.NoError(t, os.Remove(d.path(dir, store, id, "reads.index"))) // its removal had begun
	require.NoError(t, d.Close())
	rebuilt, err := Rebuild(t.Context(), Options{Dir: dir, kinds: demoKinds()}, FsckOptions{})
	require.NoError(t, err)
	require.Empty(t, rebuilt.Problems)
	require.EqualValues(t, 2, rebuilt.Restored)

	d, err = openDemo(t.Context(), Options{Dir: dir})
	require.NoError(t, err)
	defer func() { require.NoError(t, d.Close()) }()
	require.Len(t, d.sets(t), 1)
	report, err = d.Fsck(t.Context(), FsckOptions{Repair: true})
	require.NoError(t, err)
	require.Len(t, report.Problems, 2)
	require.True(t, report.Clean())
	d.clean(t)
	require.Len(t, d.sets(t), 1)
}

// TestSidecars: what is no sidecar of its folder is not taken for one.
func TestSidecars(t *testing.T) {
	dir := t.TempDir()
	d, store, ids := filled(t, Options{Dir: dir}, "a", "b")
	good, err := os.ReadFile(d.path(dir, store, ids["a"], "readset.json"))
	require.NoError(t, err)
	require.NoError(t, d.Close())
	for name, text := range map[string]string{
		"no JSON":       "{",
		"nothing":       "",
		"no format":     `{"kind":"readSet"}`,
		"another kind":  strings.Replace(string(good), `"readSet"`, `"reference"`, 1),
		"another's":     strings.Replace(string(good), ids["a"].String(), ids["b"].String(), 1),
		"a file above":  strings.Replace(string(good), `"reads.index"`, `"../reads.index"`, 1),
		"bad resource":  strings.Replace(string(good), `"resource": {`, `"resource": {"StoreID": "x", "x": {`, 1) + "}",
		"no such store": strings.Replace(string(good), store.String(), "1999999999", 1),
	} {
		t.Run(name, func(t *testing.T) {
			require.NotEqual(t, string(good), text)
			require.NoError(t, os.WriteFile(d.path(dir, store, ids["a"], "readset.json"), []byte(text), 0o666))
			report, err := Rebuild(t.Context(), Options{Dir: dir, kinds: demoKinds()}, FsckOptions{})
			require.NoError(t, err)
			require.EqualValues(t, 2, report.Restored, "the store and b")
			require.Len(t, report.Problems, 1)
			require.Equal(t, BadSidecar, report.Problems[0].Type)
			require.Contains(t, report.Problems[0].Key, ids["a"].String())
		})
	}
	require.Error(t, d.core.PutSidecar(t.Context(), catalog.InObjects, "x/y", nil, nil, blob.CreateOptions{Lease: "x"}))
	require.ErrorIs(t, d.core.RemoveFolder(t.Context(), catalog.InObjects, "x/y"), ErrValidation)
}
