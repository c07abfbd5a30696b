package vault

import (
	"context"
	"errors"
	"slices"

	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
)

// leave goes on to another folder and says what the one before lacks.
func (c *check) leave(ctx context.Context, area catalog.Area, to Folder) error {
	left := c.thing
	if left.folder == to {
		return nil
	}
	c.thing = thing{folder: to}
	kind, known := c.kindOf(left.folder)
	if !left.row || left.sidecar || !known || kind.Sidecar == "" {
		return nil
	}
	return c.lacks(ctx, kind, area, left.folder)
}

// things looks for the sidecars of things that have no files.
func (c *check) things(ctx context.Context, kind Kind) error {
	if kind.List == nil {
		return nil
	}
	for token := ""; ; {
		var folders []Folder
		err := c.Catalog.View(ctx, func(r *catalog.Reader) (err error) {
			folders, token, err = kind.List(r, token)
			return err
		})
		if err != nil {
			return err
		}
		for _, f := range folders {
			if err := c.lacks(ctx, kind, catalog.InObjects, f); err != nil {
				return err
			}
		}
		if token == "" {
			return nil
		}
	}
}

// lacks looks for the sidecar of a thing that has a row, and writes it at need.
func (c *check) lacks(ctx context.Context, kind Kind, area catalog.Area, f Folder) error {
	key := Object(area, f.File(kind.Sidecar))
	_, err := c.Objects.Stat(ctx, key)
	if err == nil || !errors.Is(err, errs.ErrNotFound) {
		return err
	}
	var resource any
	var files []catalog.File
	var there bool // it may have been deleted meanwhile
	look := func(r *catalog.Reader) (err error) {
		if there, err = kind.Known(r, f); err != nil || !there {
			return err
		}
		rows, err := r.Files(f.ID())
		if err != nil {
			return err
		}
		files = slices.DeleteFunc(rows, func(row catalog.File) bool { return row.Area != area })
		there = len(files) > 0 || kind.List != nil
		if there && kind.Describe != nil {
			resource, err = kind.Describe(r, f)
		}
		return err
	}
	if err := c.Catalog.View(ctx, look); err != nil || !there {
		return err
	}
	problem := Problem{Type: NoSidecar, Key: key, Message: "a rebuild of the catalog would not find " + kind.Name + " " + f.ID().String()}
	if c.o.Repair && kind.Describe != nil {
		if err := c.PutSidecar(ctx, area, f, files, resource, blob.CreateOptions{Lease: CallLease}); err != nil {
			return err
		}
		if err := c.Catalog.View(ctx, look); err != nil {
			return err
		}
		if !there {
			return c.Objects.Delete(ctx, key)
		}
		problem.Fixed = true
	}
	c.report.found(c.o, problem)
	return nil
}
