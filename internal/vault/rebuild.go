package vault

import (
	"context"
	"errors"
	"fmt"
	"path"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
)

// spareIDs is how far a rebuilt catalog sets its counter of IDs beyond the highest
// that it found: jobs and what was deleted had IDs too.
const spareIDs = 1_000_000

// Rebuild fills the vault's catalog, which is new, with what the sidecars say. Of
// a thing that is in both areas, whole, the one in objects counts. Sidecars that
// can't be read, and things that lack files, are problems of the report, and left
// out.
func (v *Vault) Rebuild(ctx context.Context, o CheckOptions) (*Report, error) {
	b := &rebuild{Vault: v, o: o, report: &Report{Problems: []Problem{}}}
	for _, kind := range v.Kinds {
		for _, area := range []catalog.Area{catalog.InObjects, catalog.InArchive} {
			if kind.Restore == nil || !kind.lies(area) {
				continue
			}
			if err := b.kind(ctx, kind, area); err != nil {
				return b.report, err
			}
		}
	}
	err := v.Catalog.Update(ctx, func(tx *catalog.Tx) error { return tx.RaiseIDs(max(b.highest, catalog.FirstID) + spareIDs) })
	return b.report, err
}

type rebuild struct {
	*Vault
	o       CheckOptions
	report  *Report
	highest catalog.ID
}

// found is a thing to restore.
type found struct {
	folder  Folder
	area    catalog.Area
	sidecar *Sidecar
}

// kind restores the things of a kind that lie in an area.
func (b *rebuild) kind(ctx context.Context, kind Kind, area catalog.Area) error {
	prefix := string(area) + "/"
	var things []found
	for info, err := range b.Objects.List(ctx, prefix, "") {
		if err != nil {
			return err
		}
		folder := Folder(path.Dir(info.Key[len(prefix):]))
		if k, ok := b.kindOf(folder); !ok || k.Name != kind.Name || path.Base(info.Key) != kind.Sidecar {
			continue
		}
		b.report.Objects++
		b.report.Bytes += info.Size
		b.highest = max(b.highest, folder.ID())
		sidecar, err := b.whole(ctx, area, folder, kind)
		if errors.Is(err, errs.ErrCorrupt) || errors.Is(err, errs.ErrNotSupported) {
			if ok, err := b.elsewhere(ctx, area, folder, kind); err != nil {
				return err
			} else if ok {
				continue
			}
			b.report.found(b.o, Problem{Type: BadSidecar, Key: info.Key, Size: info.Size, Message: why(err)})
			continue
		}
		if err != nil {
			return err
		}
		if things = append(things, found{folder, area, sidecar}); len(things) == batch {
			if err := b.restore(ctx, kind, things); err != nil {
				return err
			}
			things = things[:0]
		}
	}
	return b.restore(ctx, kind, things)
}

// elsewhere says whether a thing is whole in the other of the areas objects and
// archive: this one is what a move between them has left.
func (b *rebuild) elsewhere(ctx context.Context, area catalog.Area, f Folder, kind Kind) (bool, error) {
	other := catalog.InArchive
	if area == other {
		other = catalog.InObjects
	}
	if !kind.lies(other) {
		return false, nil
	}
	_, err := b.whole(ctx, other, f, kind)
	if errors.Is(err, errs.ErrNotFound) || errors.Is(err, errs.ErrCorrupt) || errors.Is(err, errs.ErrNotSupported) {
		return false, nil
	}
	return err == nil, err
}

// restore writes the rows of things, all in one transaction; where that fails,
// each in its own.
func (b *rebuild) restore(ctx context.Context, kind Kind, things []found) error {
	if len(things) == 0 {
		return nil
	}
	restored, files, err := b.write(ctx, kind, things)
	if err == nil {
		b.report.Restored += restored
		b.report.Files += files
		return nil
	}
	if len(things) > 1 {
		for i := range things {
			if err := b.restore(ctx, kind, things[i:i+1]); err != nil {
				return err
			}
		}
		return nil
	}
	if errors.Is(err, errs.ErrInternal) || errors.Is(err, errs.ErrTimeout) || ctx.Err() != nil {
		return err
	}
	thing := things[0]
	b.report.found(b.o, Problem{Type: BadSidecar, Key: Object(thing.area, thing.folder.File(kind.Sidecar)),
		Message: fmt.Sprintf("%s %s was not restored: %v", kind.Name, thing.folder.ID(), err)})
	return nil
}

func (b *rebuild) write(ctx context.Context, kind Kind, things []found) (restored, files int64, err error) {
	err = b.Catalog.Update(ctx, func(tx *catalog.Tx) error {
		restored, files = 0, 0
		for _, thing := range things {
			there, err := kind.Known(&tx.Reader, thing.folder)
			if err != nil {
				return err
			}
			if there {
				continue // in objects, too
			}
			if err := kind.Restore(tx, thing.folder, thing.sidecar); err != nil {
				return err
			}
			for _, file := range thing.sidecar.Files {
				if err := tx.InsertFile(file.file(thing.area, thing.folder)); err != nil {
					return err
				}
				files++
			}
			restored++
		}
		return nil
	})
	return restored, files, err
}
