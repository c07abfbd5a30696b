package vault

import (
	"context"
	"strings"

	"github.com/seqlode/seqlode/internal/catalog"
)

// ProblemType is what is wrong with an object or row.
type ProblemType string

// The types of problems. Repair takes away Orphan and Staging, and writes what
// NoSidecar lacks.
const (
	Orphan     ProblemType = "ORPHAN"      // an object without a row, and nobody is about to write one; it stays where its sidecar is damaged
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
	judged       bool   // whether its orphans may go
	keep         string // why not; "" where they may
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
