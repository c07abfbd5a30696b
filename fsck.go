package seqlode

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/catalog/sqlite"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/vault"
	"github.com/seqlode/seqlode/internal/vfs"
)

// FsckOptions say whether Fsck repairs what it can, and who is told meanwhile.
type FsckOptions = vault.CheckOptions

// FsckReport is what Fsck or Rebuild saw.
type FsckReport = vault.Report

// FsckProblem is one thing that is wrong.
type FsckProblem = vault.Problem

// The types of problems.
const (
	Orphan     = vault.Orphan     // an object without a row, and nobody is about to write one; repaired by removal
	Missing    = vault.Missing    // a row without its object
	WrongSize  = vault.WrongSize  // an object of another size than its row says
	NoSidecar  = vault.NoSidecar  // a thing that no rebuild would find; repaired by writing it
	BadSidecar = vault.BadSidecar // a sidecar that can't be read, or tells of files that are not there
	Staging    = vault.Staging    // work in progress that nobody goes on with; repaired by removal
	Unknown    = vault.Unknown    // no object of a vault, as far as this seqlode knows
)

// Fsck holds every object against the catalog and back, by key and size. Other
// processes may work on the vault meanwhile. With Repair it takes away what a
// crash left behind, orphans and work in progress that nobody goes on with, and
// writes sidecars that are missing. The report is good as far as it goes when
// there is an error.
func (v *Vault) Fsck(ctx context.Context, o FsckOptions) (*FsckReport, error) {
	return v.core.Check(ctx, o)
}

// Rebuild makes the catalog of a vault anew, from the sidecars of its objects. What
// is only in the catalog is lost: jobs, events, settings, tags and names that were
// given later. The old catalog stays as catalog.db.old. ErrConflict: the vault is
// open, here or elsewhere.
func Rebuild(ctx context.Context, o Options, f FsckOptions) (*FsckReport, error) {
	o, err := o.complete()
	if err != nil {
		return nil, opening(o, err)
	}
	report, err := rebuild(ctx, o, f)
	if err != nil {
		return report, opening(o, err)
	}
	return report, nil
}

func rebuild(ctx context.Context, o Options, f FsckOptions) (_ *FsckReport, err error) {
	if err := o.isFolder(); err != nil {
		return nil, err
	}
	info, err := vault.ReadInfo(ctx, o.Bucket)
	if errors.Is(err, errs.ErrNotFound) {
		return nil, errs.At(errs.NotFound, errs.Pos{}, "there is no vault")
	}
	if err != nil {
		return nil, err
	}
	if err := o.agrees(info); err != nil {
		return nil, err
	}
	lock := newLock(o.Dir)
	alone, err := lock.TryLock()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	if !alone {
		return nil, errs.At(errs.Conflict, errs.Pos{}, "it is open; a rebuild needs it for itself")
	}
	folder := vfs.Dir(o.Dir)
	if err := away(folder, newCatalog); err != nil { // of a rebuild that was stopped
		return nil, err
	}
	report, err := refill(ctx, o, info, f)
	if err != nil {
		return report, err
	}
	// The old database goes before what SQLite keeps beside it: from then on there is
	// no catalog, until there is the new one.
	if err := away(folder, oldCatalog); err != nil {
		return report, err
	}
	for _, beside := range append([]string{""}, besides...) {
		if err := folder.Rename(catalogName+beside, oldCatalog+beside); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return report, err
		}
	}
	if err := folder.SyncDir("."); err != nil {
		return report, err
	}
	if err := folder.Rename(newCatalog, catalogName); err != nil {
		return report, err
	}
	return report, folder.SyncDir(".")
}

// away removes a database and what SQLite keeps beside it.
func away(folder vfs.FS, name string) error {
	for _, beside := range append([]string{""}, besides...) {
		if err := folder.Remove(name + beside); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// refill makes the new catalog, and closes it: all of it is in one file then.
func refill(ctx context.Context, o Options, info Info, f FsckOptions) (_ *FsckReport, err error) {
	c, err := sqlite.Open(ctx, filepath.Join(o.Dir, newCatalog), catalog.Options{Now: o.Clock})
	if err != nil {
		return nil, err
	}
	defer func() {
		err = errors.Join(err, c.Close())
	}()
	core := &vault.Vault{Info: info, Objects: o.Bucket, Catalog: c, Kinds: o.kindsOf(info), Log: o.Logger}
	report, err := core.Rebuild(ctx, f)
	if err != nil {
		return report, err
	}
	_, err = vault.ClaimCatalog(ctx, c, info.ID)
	return report, err
}
