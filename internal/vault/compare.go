package vault

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"path"
	"slices"

	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
)

// batch is how many objects are held against the catalog at a time.
const batch = 1000

// area goes through the objects and rows of an area, both in the order of keys.
//
// Objects are listed before the catalog is asked about them. Who publishes an
// object has its ID in an open item before that and a row after it: at the
// catalog's time one of the two is there, unless the object is an orphan for good.
func (c *check) area(ctx context.Context, area catalog.Area) error {
	prefix := string(area) + "/"
	next, stop := iter.Pull2(c.Objects.List(ctx, prefix, ""))
	defer stop()
	after := ""
	for more := true; more; {
		var objects []blob.Info
		for len(objects) < batch {
			info, err, ok := next()
			if !ok {
				more = false
				break
			}
			if err != nil {
				return err
			}
			info.Key = info.Key[len(prefix):]
			objects = append(objects, info)
			c.report.Objects++
			c.report.Bytes += info.Size
		}
		last := ""
		if more {
			last = objects[len(objects)-1].Key
		}
		if err := c.compare(ctx, area, objects, after, last); err != nil {
			return err
		}
		after = last
	}
	return c.leave(ctx, area, "")
}

// compare holds objects, by their keys below the area, against the rows of the
// keys after one and up to last; "" for no end.
func (c *check) compare(ctx context.Context, area catalog.Area, objects []blob.Info, after, last string) error {
	for done := false; !done; {
		var rows []catalog.File
		err := c.Catalog.View(ctx, func(r *catalog.Reader) (err error) {
			rows, err = r.FilesFrom("", after, batch)
			return err
		})
		if err != nil {
			return err
		}
		done = len(rows) < batch
		end := last
		if !done && (last == "" || rows[batch-1].Key < last) {
			end = rows[batch-1].Key
		} else {
			done = true
		}
		for len(rows) > 0 || len(objects) > 0 {
			var row *catalog.File
			var object *blob.Info
			if len(rows) > 0 {
				row = &rows[0]
			}
			if len(objects) > 0 {
				object = &objects[0]
			}
			if row != nil && object != nil && row.Key != object.Key {
				if row.Key < object.Key {
					object = nil
				} else {
					row = nil
				}
			}
			key := ""
			if row != nil {
				key = row.Key
			} else {
				key = object.Key
			}
			if end != "" && key > end {
				break
			}
			if row != nil {
				rows = rows[1:]
				if row.Area != area {
					row = nil
				}
			}
			if object != nil {
				objects = objects[1:]
			}
			if row != nil || object != nil {
				if err := c.pair(ctx, area, key, row, object); err != nil {
					return err
				}
			}
		}
		after = end
	}
	return nil
}

// pair looks at one key; row or object may be nil. Where they disagree, both are
// looked up again, since somebody may have changed them meanwhile.
func (c *check) pair(ctx context.Context, area catalog.Area, key string, row *catalog.File, object *blob.Info) error {
	folder := Folder(path.Dir(key))
	if err := c.leave(ctx, area, folder); err != nil {
		return err
	}
	kind, known := c.kindOf(folder)
	if row != nil {
		c.report.Files++
		c.thing.row = true
	}
	if object != nil && known && path.Base(key) == kind.Sidecar {
		c.thing.sidecar = true
	}
	if row != nil && object != nil && row.StoredSize == object.Size {
		return nil
	}
	info, err := c.Objects.Stat(ctx, Object(area, key))
	if err != nil && !errors.Is(err, errs.ErrNotFound) {
		return err
	}
	k := contested{area: area, key: key, there: err == nil, size: info.Size}
	var problem Problem
	err = c.Catalog.View(ctx, func(r *catalog.Reader) (err error) {
		problem, err = c.judge(r, k)
		return err
	})
	if err == nil && problem.Type == Orphan {
		problem, err = c.orphan(ctx, k, problem)
	}
	if err == nil && problem.Type != "" {
		c.report.found(c.o, problem)
	}
	return err
}

// orphan looks once more, where nobody else writes: some write an object and its
// row in one transaction. It removes what is still an orphan then.
func (c *check) orphan(ctx context.Context, k contested, problem Problem) (Problem, error) {
	folder := Folder(path.Dir(k.key))
	if !c.thing.judged {
		keep, err := c.damaged(ctx, k.area, folder)
		if err != nil {
			return problem, err
		}
		c.thing.judged, c.thing.keep = true, keep
	}
	if c.thing.keep != "" {
		problem.Message = "stays, since the sidecar of its thing is damaged: " + c.thing.keep
		if kind, ok := c.kindOf(folder); ok && path.Base(k.key) == kind.Sidecar {
			problem.Type, problem.Message = BadSidecar, c.thing.keep
		}
		return problem, nil
	}
	err := c.Catalog.Update(ctx, func(tx *catalog.Tx) (err error) {
		if problem, err = c.judge(&tx.Reader, k); err != nil || problem.Type != Orphan || !c.o.Repair {
			return err
		}
		problem.Fixed = true
		return c.Objects.Delete(ctx, problem.Key)
	})
	return problem, err
}

// damaged says what is wrong with the sidecar of a thing without a row, "" for
// nothing. A sidecar is the last that is written of a thing and the first that is
// taken away: no crash leaves one that can't be read or lacks files. There the
// files may be all that is left of something of worth. One that is whole is of an
// import that did not come to its end, and goes before the files do.
func (c *check) damaged(ctx context.Context, area catalog.Area, f Folder) (string, error) {
	kind, ok := c.kindOf(f)
	if !ok || kind.Sidecar == "" {
		return "", nil
	}
	there := false
	err := c.Catalog.View(ctx, func(r *catalog.Reader) (err error) {
		there, err = kind.Known(r, f)
		return err
	})
	if err != nil || there {
		return "", err
	}
	_, err = c.whole(ctx, area, f, kind)
	switch {
	case errors.Is(err, errs.ErrNotFound):
		return "", nil
	case errors.Is(err, errs.ErrCorrupt) || errors.Is(err, errs.ErrNotSupported):
		// Somebody who takes the thing away meanwhile has removed the sidecar before the
		// files that it told of.
		if _, gone := c.Objects.Stat(ctx, Object(area, f.File(kind.Sidecar))); gone != nil {
			if errors.Is(gone, errs.ErrNotFound) {
				return "", nil
			}
			return "", gone
		}
		return why(err), nil
	case err != nil || !c.o.Repair:
		return "", err
	}
	k := contested{area: area, key: f.File(kind.Sidecar), there: true}
	var problem Problem
	err = c.Catalog.Update(ctx, func(tx *catalog.Tx) error {
		problem, err = c.judge(&tx.Reader, k)
		if err != nil || problem.Type != Orphan {
			return err
		}
		problem.Fixed = true
		return c.Objects.Delete(ctx, problem.Key)
	})
	if err == nil && problem.Fixed {
		c.report.found(c.o, problem)
	}
	return "", err
}

// contested is a key about which objects and catalog may disagree.
type contested struct {
	area  catalog.Area
	key   string
	there bool // the object
	size  int64
}

// judge says what is wrong with a key; the zero Problem for nothing.
func (c *check) judge(r *catalog.Reader, k contested) (Problem, error) {
	problem := func(typ ProblemType, format string, args ...any) (Problem, error) {
		return Problem{Type: typ, Key: Object(k.area, k.key), Size: k.size, Message: fmt.Sprintf(format, args...)}, nil
	}
	row, err := r.FileByKey(k.key)
	if err != nil && !errors.Is(err, errs.ErrNotFound) {
		return Problem{}, err
	}
	known := err == nil && row.Area == k.area
	switch {
	case known && !k.there:
		return problem(Missing, "the catalog has it as a file of %s, with %d bytes", row.OwnerID, row.StoredSize)
	case known && row.StoredSize != k.size:
		return problem(WrongSize, "has %d bytes; the catalog says %d", k.size, row.StoredSize)
	case known || !k.there:
		return Problem{}, nil
	}
	folder := Folder(path.Dir(k.key))
	kind, ok := c.kindOf(folder)
	if !ok && k.area == Uploads {
		return problem(Unknown, "is part of a direct upload, of which this seqlode knows nothing")
	}
	if !ok || !kind.lies(k.area) {
		return problem(Unknown, "is of no kind of thing that this seqlode knows")
	}
	if path.Base(k.key) == kind.Sidecar || kind.Area == Uploads {
		there, err := kind.Known(r, folder)
		if err == nil && there {
			there, err = home(r, folder, k.area)
		}
		if err != nil || there {
			return Problem{}, err
		}
	}
	if busy, err := c.busy(r, folder.ID()); err != nil || busy {
		return Problem{}, err
	}
	return problem(Orphan, "the catalog has no such file")
}

// home says whether a thing that there is lies in an area: with its files, where it
// has any.
func home(r *catalog.Reader, f Folder, area catalog.Area) (bool, error) {
	files, err := r.Files(f.ID())
	if err != nil || len(files) == 0 {
		return true, err
	}
	return slices.ContainsFunc(files, func(file catalog.File) bool { return file.Area == area }), nil
}

// busy says whether an open item is at work on a thing.
func (c *check) busy(r *catalog.Reader, id catalog.ID) (bool, error) {
	for _, kind := range c.Works {
		for _, items := range []func(string, int) ([]catalog.JobItem, error){r.LeasedItems, r.LostItems} {
			open, err := items(kind, 1<<20)
			if err != nil {
				return false, err
			}
			for _, item := range open {
				if item.ResultID == id {
					return true, nil
				}
			}
		}
	}
	return false, nil
}
