package vault

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"path"
	"slices"
	"strings"

	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
)

// ProblemType is what is wrong with an object or row.
type ProblemType string

// The types of problems. Repair takes away Orphan and Staging, and writes what
// NoSidecar lacks.
const (
	Orphan     ProblemType = "ORPHAN"      // an object without a row, and nobody is about to write one
	Missing    ProblemType = "MISSING"     // a row without its object
	WrongSize  ProblemType = "WRONG_SIZE"  // an object of another size than its row says
	NoSidecar  ProblemType = "NO_SIDECAR"  // a thing that no rebuild would find
	BadSidecar ProblemType = "BAD_SIDECAR" // a sidecar that can't be read, or tells of files that are not there
	Staging    ProblemType = "STAGING"     // work in progress that nobody goes on with
	Unknown    ProblemType = "UNKNOWN"     // no object of a vault, as far as this seqlode knows
)

// Problem is one thing that is wrong.
type Problem struct {
	Type    ProblemType `json:"type"`
	Key     string      `json:"key"` // of the object
	Size    int64       `json:"size"`
	Message string      `json:"message"`
	Fixed   bool        `json:"fixed"`
}

// CheckOptions say what Check does.
type CheckOptions struct {
	Repair bool          // take away orphans and dead work in progress, write missing sidecars
	Found  func(Problem) // told each problem as it is found; may be nil
}

// Report is what a check or rebuild saw.
type Report struct {
	Objects  int64     `json:"objects"`  // looked at
	Bytes    int64     `json:"bytes"`    // of them
	Files    int64     `json:"files"`    // rows of files
	Restored int64     `json:"restored"` // things whose rows a rebuild made
	Problems []Problem `json:"problems"`
}

// Clean says that nothing is wrong any more.
func (r *Report) Clean() bool {
	for _, p := range r.Problems {
		if !p.Fixed {
			return false
		}
	}
	return true
}

// found adds a problem.
func (r *Report) found(o CheckOptions, p Problem) {
	r.Problems = append(r.Problems, p)
	if o.Found != nil {
		o.Found(p)
	}
}

// Check holds every object against the catalog and back. Others may work on the
// vault meanwhile: what they are about is not taken for wrong.
func (v *Vault) Check(ctx context.Context, o CheckOptions) (*Report, error) {
	c := &check{Vault: v, o: o, report: &Report{Problems: []Problem{}}}
	staged, err := v.Sweep(ctx, !o.Repair)
	for _, s := range staged {
		c.report.found(o, Problem{Staging, s.Name, s.Size, "work in progress of lease " + s.Lease + ", which has ended", o.Repair})
	}
	if err != nil {
		return c.report, err
	}
	for _, area := range []catalog.Area{catalog.InObjects, catalog.InArchive, Uploads} {
		if err := c.area(ctx, area); err != nil {
			return c.report, err
		}
	}
	for _, kind := range c.Kinds {
		if err := c.things(ctx, kind); err != nil {
			return c.report, err
		}
	}
	return c.report, c.strangers(ctx)
}

// check is one run of Check.
type check struct {
	*Vault
	o      CheckOptions
	report *Report
	thing  thing
}

// thing is the folder that the check has come to, and what it has seen in it.
type thing struct {
	folder       Folder
	row, sidecar bool
}

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
	problem, err := c.judge(ctx, area, key)
	if err != nil || problem == nil {
		return err
	}
	if problem.Type == Orphan && c.o.Repair {
		if err := c.Objects.Delete(ctx, problem.Key); err != nil {
			return err
		}
		problem.Fixed = true
	}
	c.report.found(c.o, *problem)
	return nil
}

// judge says what is wrong with a key, or nil.
func (c *check) judge(ctx context.Context, area catalog.Area, key string) (*Problem, error) {
	problem := &Problem{Key: Object(area, key)}
	object, err := c.Objects.Stat(ctx, problem.Key)
	there := err == nil
	if err != nil && !errors.Is(err, errs.ErrNotFound) {
		return nil, err
	}
	problem.Size = object.Size
	folder := Folder(path.Dir(key))
	kind, known := c.kindOf(folder)
	err = c.Catalog.View(ctx, func(r *catalog.Reader) error {
		row, err := r.FileByKey(key)
		switch {
		case err == nil && row.Area == area && !there:
			problem.Type, problem.Message = Missing, fmt.Sprintf("the catalog has it as a file of %s, with %d bytes", row.OwnerID, row.StoredSize)
			return nil
		case err == nil && row.Area == area && row.StoredSize != object.Size:
			problem.Type, problem.Message = WrongSize, fmt.Sprintf("has %d bytes; the catalog says %d", object.Size, row.StoredSize)
			return nil
		case err == nil && row.Area == area || !there:
			return nil
		case err != nil && !errors.Is(err, errs.ErrNotFound):
			return err
		case !known || !kind.lies(area):
			problem.Type, problem.Message = Unknown, "is of no kind of thing that this seqlode knows"
			return nil
		}
		if path.Base(key) == kind.Sidecar || kind.Area == Uploads {
			there, err := kind.Known(r, folder)
			if err != nil || there {
				return err
			}
		}
		busy, err := c.busy(r, folder.ID())
		if err == nil && !busy {
			problem.Type, problem.Message = Orphan, "the catalog has no such file"
		}
		return err
	})
	if err != nil || problem.Type == "" {
		return nil, err
	}
	return problem, nil
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

// strangers looks for objects outside of all areas. It does not list the areas
// again: it goes on behind them.
func (c *check) strangers(ctx context.Context) error {
	for after := ""; ; {
		jump := ""
		for info, err := range c.Objects.List(ctx, "", after) {
			if err != nil {
				return err
			}
			if area, _, ok := split(info.Key); ok {
				jump = string(area) + "0" // "0" comes after "/"
				break
			}
			if info.Key != infoKey {
				c.report.found(c.o, Problem{Type: Unknown, Key: info.Key, Size: info.Size, Message: "lies outside of " + areas})
			}
		}
		if jump == "" {
			return nil
		}
		after = jump
	}
}

// areas, for messages.
var areas = strings.Join([]string{string(catalog.InObjects), string(catalog.InArchive), string(Uploads)}, ", ")
