package reference

import (
	"bufio"
	"context"
	"errors"
	"io"
	"path"
	"runtime/debug"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/event"
	"github.com/seqlode/seqlode/internal/job"
	"github.com/seqlode/seqlode/internal/source"
	"github.com/seqlode/seqlode/internal/vault"
)

const (
	maxSource    = 15 << 30 // bytes of a source (storage.md §3)
	maxSequences = 1 << 19  // of a reference: each is a row of the catalog
)

// manySequences is the size, in bytes, of a list of sequences whose index is worth
// a collection of garbage of its own.
const manySequences = 4 << 20

// extensions are those of files that are taken (storage.md §3); each may have one
// of zipped behind it. What is in a file counts, not what it is called.
var (
	extensions = []string{".fasta", ".fa", ".fas", ".fsa", ".faa", ".fna", ".ffn", ".frn", ".mpfa", ".seq", ".txt"}
	zipped     = []string{".gz", ".bgz", ".bgzf"}
)

// checkName refuses the name of a file that no reference has.
func checkName(name string) error {
	bare := strings.ToLower(name)
	for _, z := range zipped {
		if rest, ok := strings.CutSuffix(bare, z); ok {
			bare = rest
			break
		}
	}
	if !slices.Contains(extensions, path.Ext(bare)) {
		return errs.At(errs.Validation, errs.Pos{File: name}, "a reference is a file with one of the extensions %s, or with one of them and .gz where bgzip has compressed it",
			strings.Join(extensions, " "))
	}
	if err := blob.CheckKey(name + gziSuffix); err != nil {
		return errs.At(errs.Validation, errs.Pos{File: name}, "the file's name can't be that of an object: %w", err)
	}
	return nil
}

// The names of index files, behind that of the FASTA file.
const (
	faiSuffix = ".fai"
	gziSuffix = ".gzi"
)

// partSize is that of the parts in which files are given out (storage.md §4).
const partSize = 100 << 20

// importing is one source on its way into the store.
type importing struct {
	*Service
	lease  *job.Lease
	from   ImportSource
	id     catalog.ID
	folder vault.Folder
	files  []catalog.File

	kept     referenceResource
	warnings []Warning
}

// importSource imports one source: its FASTA file, indexes and sidecar are in
// their place when it returns, and its rows are written by what it returns.
func (s *Service) importSource(ctx context.Context, l *job.Lease) (job.Outcome, error) {
	i := &importing{Service: s, lease: l}
	if err := unkeep(l.Item.Request, &i.from, errs.Internal); err != nil {
		return job.Outcome{}, err
	}
	stale, err := i.reserve(ctx)
	if err == nil && stale != "" {
		err = s.vault.RemoveFolder(ctx, catalog.InObjects, stale)
	}
	if err == nil {
		err = i.bring(ctx)
	}
	if err != nil {
		return job.Outcome{Done: i.done}, err
	}
	return i.outcome(), nil
}

// reserve gives the reference its id, and with it its place in the store. Each hold
// on the item has an id, and so a folder, of its own: what a worker that stalled
// still does to its own harms nobody. It gives the folder of the hold before.
func (i *importing) reserve(ctx context.Context) (stale vault.Folder, err error) {
	err = i.lease.Update(ctx, func(tx *catalog.Tx, item *catalog.JobItem) error {
		store, err := tx.ReferenceStore(i.lease.Job.StoreID)
		if err != nil {
			return err
		}
		stale = ""
		if item.ResultID != 0 {
			stale = vault.ReferenceFolder(store.Scope, store.ID, item.ResultID)
		} else if err := admitComing(&tx.Reader, store); err != nil {
			return err
		}
		if i.id, err = tx.NewID(); err != nil {
			return err
		}
		item.ResultID = i.id
		i.folder = vault.ReferenceFolder(store.Scope, store.ID, i.id)
		return nil
	})
	return stale, err
}

// admitComing refuses one more reference where the store will be full once the
// imports that are under way and have a place are done.
func admitComing(r *catalog.Reader, store catalog.ReferenceStore) error {
	coming, err := comingReferences(r)
	if err != nil {
		return err
	}
	return admitReference(r, store, coming)
}

// comingReferences counts the imports that are under way and have a place.
func comingReferences(r *catalog.Reader) (n int, err error) {
	for _, items := range []func(string, int) ([]catalog.JobItem, error){r.LeasedItems, r.LostItems} {
		some, err := items(event.ReferenceImport, maxItems)
		if err != nil {
			return 0, err
		}
		for _, item := range some {
			if item.ResultID != 0 {
				n++
			}
		}
	}
	return n, nil
}

// maxItems is more than can be under way at once.
const maxItems = 1 << 20

// bring puts the files and the sidecar into their place: with that, the reference
// can be found again.
func (i *importing) bring(ctx context.Context) error {
	name := source.Name(i.from.SourceFile)
	if err := checkName(name); err != nil {
		return err
	}
	if err := i.bringFiles(ctx, name); err != nil {
		return err
	}
	if len(i.kept.sequences) > manySequences {
		debug.FreeOSMemory() // the index of many sequences is garbage now, and takes more than all that comes
	}
	return i.vault.PutSidecar(ctx, catalog.InObjects, i.folder, i.files, &i.kept, i.staged())
}

// bringFiles puts the files into their place, and keeps what is known of them
// then. The index is too large to be kept longer than need be.
func (i *importing) bringFiles(ctx context.Context, name string) error {
	sum, err := i.sequence(ctx, name)
	if err != nil {
		return err
	}
	if err := i.put(ctx, catalog.Index, name+faiSuffix, func(w io.Writer) error {
		_, err := sum.Index.WriteTo(w)
		return err
	}); err != nil {
		return err
	}
	if sum.Bgzipped {
		if err := i.put(ctx, catalog.GZI, name+gziSuffix, sum.WriteGZI); err != nil {
			return err
		}
	}
	i.warnings = sum.Warnings
	i.kept = referenceResource{keptReference{
		Name: i.from.Name, Description: i.from.Description, Tags: i.from.Tags, MD5: sum.MD5,
		CreationJobID: i.lease.Job.ID, CreationTime: i.vault.Catalog.Now(),
	}, listOf(sum.Index)}
	return nil
}

func (i *importing) staged() blob.CreateOptions { return blob.CreateOptions{Lease: i.lease.Name()} }

// sequence copies the source to its place and computes all that is to be known of
// it on the way.
func (i *importing) sequence(ctx context.Context, name string) (Summary, error) {
	from, err := i.opt.Sources.Open(ctx, i.from.SourceFile)
	if err != nil {
		return Summary{}, err
	}
	defer from.Close()
	if err := from.Limit(maxSource); err != nil {
		return Summary{}, err
	}
	w, err := i.vault.Objects.Create(ctx, i.object(name), i.staged())
	if err != nil {
		return Summary{}, err
	}
	in := &tee{r: from, w: w}
	sum, err := Scan(ctx, in, Options{Threads: i.vault.Threads, Limiter: i.vault.Limiter, Strict: true, Sums: true})
	if in.failed != nil {
		err = in.failed // the scan may have taken it for the end, or for a fault of the file
	}
	if err == nil {
		err = in.whole(from.Size, sum.StoredBytes)
	}
	if err == nil {
		err = checkSequences(sum.Index)
	}
	if err != nil {
		if !in.full {
			err = errs.InFile(err, name, errs.Internal)
		}
		if failed := w.Abort(); failed != nil {
			err = errors.Join(err, failed)
		}
		return Summary{}, err
	}
	return sum, i.publish(w, catalog.Source, name)
}

// object is the key of a file's object.
func (i *importing) object(name string) string {
	return vault.Object(catalog.InObjects, i.folder.File(name))
}

// put writes a file.
func (i *importing) put(ctx context.Context, role catalog.FileRole, name string, write func(io.Writer) error) error {
	w, err := i.vault.Objects.Create(ctx, i.object(name), i.staged())
	if err != nil {
		return err
	}
	buffered := bufio.NewWriterSize(w, 256<<10)
	err = write(buffered)
	if err == nil {
		err = buffered.Flush()
	}
	if err != nil {
		return errors.Join(err, w.Abort())
	}
	return i.publish(w, role, name)
}

// publish makes a file appear.
func (i *importing) publish(w blob.Writer, role catalog.FileRole, name string) error {
	sum, err := w.Commit(nil)
	if err != nil {
		return err
	}
	i.files = append(i.files, catalog.File{
		OwnerID: i.id, Role: role, Key: i.folder.File(name), Area: catalog.InObjects,
		Size: sum.Size, PartSize: partSize, StoredSize: sum.Size, Checksum: vault.Checksum(sum),
	})
	return nil
}

// done takes the objects away where the reference did not come to be. What it can't
// is orphans, which a check of the vault finds.
func (i *importing) done(ctx context.Context, failure error) {
	if failure == nil || i.id == 0 {
		return
	}
	if err := i.vault.RemoveFolder(ctx, catalog.InObjects, i.folder); err != nil {
		i.vault.Log.WarnContext(ctx, "files of a failed import are left behind", "folder", string(i.folder), "error", err)
	}
}

// outcome gives the rows to be written.
func (i *importing) outcome() job.Outcome {
	ref := i.kept.row(i.folder)
	var said []string
	for _, w := range i.warnings {
		said = append(said, w.Message)
	}
	return job.Outcome{
		ResultID: i.id, Message: strings.Join(said, "; "), Done: i.done,
		Commit: func(tx *catalog.Tx) error {
			if err := insert(tx, ref, i.kept.sequences.texts()); err != nil {
				return err
			}
			for _, file := range i.files {
				if err := tx.InsertFile(file); err != nil {
					return err
				}
			}
			if err := tx.PutTags(i.id, i.from.Tags); err != nil {
				return err
			}
			return event.Reference(tx, i.vault.Scope(), ref)
		},
	}
}

// checkSequences refuses what the catalog does not take.
func checkSequences(x *Index) error {
	if len(x.Sequences) > maxSequences {
		return errs.At(errs.LimitExceeded, errs.Pos{}, "has %d sequences; a reference has up to %d", len(x.Sequences), maxSequences)
	}
	for n := range x.Sequences {
		if name := x.Sequences[n].Name; !utf8.ValidString(name) {
			return errs.At(errs.Corrupt, errs.Pos{}, "sequence %d has the name %q, which is not UTF-8", n+1, name)
		}
	}
	return nil
}

// tee reads a source and writes all that it reads.
type tee struct {
	r      io.Reader
	w      io.Writer
	n      int64
	failed error // of reading or writing
	full   bool  // it was of writing
}

func (t *tee) Read(p []byte) (int, error) {
	if t.failed != nil {
		return 0, t.failed
	}
	n, err := t.r.Read(p)
	t.n += int64(n)
	if _, err := t.w.Write(p[:n]); err != nil {
		t.failed, t.full = vault.NotWritten(err), true
		return 0, t.failed
	}
	if err != nil && err != io.EOF {
		if !errors.Is(err, errs.ErrLimitExceeded) {
			err = errs.At(errs.Internal, errs.Pos{Offset: errs.Byte(t.n)}, "cannot read on: %w", err)
		}
		t.failed = err
	}
	return n, err
}

// whole refuses a source that was not read as it is: size is what it was to have,
// -1 where that is not known, and used is what was read as FASTA.
func (t *tee) whole(size, used int64) error {
	switch {
	case used != t.n:
		return errs.At(errs.Internal, errs.Pos{}, "%d bytes were read and %d stored", used, t.n)
	case size >= 0 && size != t.n:
		return errs.At(errs.Corrupt, errs.Pos{}, "had %d bytes when it was opened, and %d came: it was changed meanwhile", size, t.n)
	}
	return nil
}
