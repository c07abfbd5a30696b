package seqlode

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/catalog/sqlite"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/job"
	"github.com/seqlode/seqlode/internal/vault"
	"github.com/seqlode/seqlode/internal/vfs"
	"github.com/seqlode/seqlode/readset"
	"github.com/seqlode/seqlode/reference"
)

// Info is what a vault is, from when it was made.
type Info = vault.Info

// Vault is an open vault. It may be used by several goroutines at once; Close it.
type Vault struct {
	References *reference.Service // reference stores and references
	ReadSets   *readset.Service   // sequence stores and read sets

	core  *vault.Vault
	close func() error
}

// Open opens the vault in a folder; without one it makes one, in a folder that is
// empty or not there.
//
// ErrNotFound: there is none, and Options.MustExist is set. ErrNotSupported: a
// newer seqlode made it. ErrConflict: it is another account's or region's, or is
// being rebuilt. ErrCorrupt: its catalog is not there or not its own; [Rebuild]
// makes it anew. ErrValidation: the options are wrong, the folder has other
// files, or is a file.
func Open(ctx context.Context, o Options) (*Vault, error) {
	o, err := o.complete()
	if err != nil {
		return nil, opening(o, err)
	}
	v, err := open(ctx, o)
	if err != nil {
		return nil, opening(o, err)
	}
	return v, nil
}

// opening says of an error that it stopped Open.
func opening(o Options, err error) error {
	var e *errs.Error
	if !errors.As(err, &e) {
		return &errs.Error{Op: "open vault " + o.Dir, Err: err}
	}
	return &errs.Error{Op: "open vault " + o.Dir, Kind: e.Kind, Err: err}
}

func open(ctx context.Context, o Options) (_ *Vault, err error) {
	if err := o.isFolder(); err != nil {
		return nil, err
	}
	if o.MustExist {
		if _, err := vault.ReadInfo(ctx, o.Bucket); err != nil {
			if errors.Is(err, errs.ErrNotFound) {
				return nil, errs.At(errs.NotFound, errs.Pos{}, "there is no vault")
			}
			return nil, err
		}
	}
	if err := vfs.MakeRoot(o.Dir); err != nil {
		return nil, err
	}
	lock, err := share(ctx, o.Dir)
	if err != nil {
		return nil, err
	}
	undo := []func() error{lock.Close}
	defer func() {
		if err != nil {
			err = errors.Join(err, backwards(undo))
		}
	}()
	info, c, err := connect(ctx, o)
	if err != nil {
		return nil, err
	}
	undo = append(undo, c.Close)
	if err := o.agrees(info); err != nil {
		return nil, err
	}
	v := &Vault{core: &vault.Vault{
		Info:    info,
		Objects: o.Bucket,
		Catalog: c,
		Kinds:   o.kindsOf(info),
		Log:     o.Logger,
		Threads: o.Threads,
		Limiter: o.Limiter,
	}}
	works := v.serve(o)
	undo = append(undo, v.References.Close)
	v.core.Works = slices.Sorted(maps.Keys(works))
	workers := o.Workers
	if workers == 0 {
		workers = o.Threads
	}
	v.core.Jobs = job.New(c, job.Options{Kinds: works, Concurrency: workers, Lease: o.lease, Poll: o.poll, MaxAttempts: o.attempts, Log: o.Logger})
	if _, err := v.core.Sweep(ctx, false); err != nil {
		o.Logger.LogAttrs(ctx, slog.LevelWarn, "work in progress that nobody goes on with was not taken away", slog.Any("error", err))
	}
	if o.Workers >= 0 {
		undo = append(undo, work(v.core.Jobs))
	}
	v.close = sync.OnceValue(func() error { return backwards(undo) })
	return v, nil
}

// work runs jobs; what it gives ends that, and waits.
func work(jobs *job.Runner) func() error {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { jobs.Run(ctx) })
	return func() error {
		cancel()
		running.Wait()
		return nil
	}
}

func backwards(undo []func() error) error {
	var all []error
	for _, f := range slices.Backward(undo) {
		all = append(all, f())
	}
	return errors.Join(all...)
}

// patience is how long Open waits while a rebuild has the vault for itself.
const patience = 2 * time.Second

func newLock(dir string) *flock.Flock {
	return flock.New(filepath.Join(dir, lockName), flock.SetPermissions(0o666))
}

// share holds the vault open: no rebuild can have it for itself meanwhile.
func share(ctx context.Context, dir string) (*flock.Flock, error) {
	lock := newLock(dir)
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ok, err := lock.TryRLockContext(waiting, 50*time.Millisecond)
	switch {
	case ok:
		return lock, nil
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err == nil || errors.Is(err, context.DeadlineExceeded):
		return nil, errs.At(errs.Conflict, errs.Pos{}, "its catalog is being rebuilt by another process")
	}
	return nil, err
}

// connect opens the vault's catalog, or makes the vault.
func connect(ctx context.Context, o Options) (vault.Info, *catalog.Catalog, error) {
	info, err := vault.ReadInfo(ctx, o.Bucket)
	if errors.Is(err, errs.ErrNotFound) {
		return create(ctx, o)
	}
	if err != nil {
		return info, nil, err
	}
	if _, err := os.Stat(filepath.Join(o.Dir, catalogName)); errors.Is(err, os.ErrNotExist) {
		return info, nil, errs.At(errs.Corrupt, errs.Pos{}, "%s is missing; `seqlode fsck --rebuild` makes it anew", catalogName)
	}
	c, err := sqlite.Open(ctx, filepath.Join(o.Dir, catalogName), catalog.Options{Now: o.Clock})
	if err != nil {
		return info, nil, err
	}
	id, err := vault.ClaimCatalog(ctx, c, "")
	switch {
	case err != nil:
	case id == "":
		err = errs.At(errs.Corrupt, errs.Pos{}, "%s is empty; `seqlode fsck --rebuild` makes it anew", catalogName)
	case id != info.ID:
		err = errs.At(errs.Corrupt, errs.Pos{}, "%s belongs to another vault, %s; `seqlode fsck --rebuild` makes it anew", catalogName, id)
	}
	if err != nil {
		return info, nil, errors.Join(err, c.Close())
	}
	return info, c, nil
}

// create makes a vault where there is none: first its catalog, then vault.json,
// with which it is there. Several processes may try at the same time.
func create(ctx context.Context, o Options) (vault.Info, *catalog.Catalog, error) {
	for there, err := range o.Bucket.List(ctx, "", "") {
		if err != nil {
			return vault.Info{}, nil, err
		}
		if _, err := vault.ReadInfo(ctx, o.Bucket); err == nil {
			return connect(ctx, o) // made just now
		}
		return vault.Info{}, nil, errs.At(errs.Validation, errs.Pos{}, "it has files (%s) and is no vault; a new vault wants an empty folder", there.Key)
	}
	c, err := sqlite.Open(ctx, filepath.Join(o.Dir, catalogName), catalog.Options{Now: o.Clock})
	if err != nil {
		return vault.Info{}, nil, err
	}
	info := vault.Info{Format: vault.Format, Account: o.Account, Region: o.Region, Name: o.Name, CreationTime: c.Now()}.WithDefaults()
	info.ID, err = vault.ClaimCatalog(ctx, c, rand.Text())
	if err == nil {
		if err = vault.WriteInfo(ctx, o.Bucket, info); errors.Is(err, errs.ErrConflict) {
			info, err = vault.ReadInfo(ctx, o.Bucket)
		}
	}
	if err != nil {
		return vault.Info{}, nil, errors.Join(err, c.Close())
	}
	return info, c, nil
}

// Info gives what the vault is.
func (v *Vault) Info() Info { return v.core.Info }

// Close ends the work on jobs, which others or a later Open go on with, and closes
// the vault. A second call gives what the first gave.
func (v *Vault) Close() error { return v.close() }
