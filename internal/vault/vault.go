package vault

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/job"
	"github.com/seqlode/seqlode/internal/pipeline"
)

// Vault is an open vault, as the services work with it. All fields are set, apart
// from Limiter, which may be nil.
type Vault struct {
	Info    Info
	Objects blob.Bucket
	Catalog *catalog.Catalog
	Jobs    *job.Runner
	Kinds   []Kind   // those that others refer to come first
	Works   []string // kinds of jobs that make things

	Log     *slog.Logger
	Threads int // as everywhere: 0 is GOMAXPROCS, 1 is no goroutines
	Limiter *pipeline.Limiter
}

// Scope is the account and region of the vault's things.
func (v *Vault) Scope() catalog.Scope {
	return catalog.Scope{Account: v.Info.Account, Region: v.Info.Region}
}

// CallLease names work in progress that is no job's: an object that is written
// within one call. What such a call leaves behind is swept a day after it was last
// written to.
const CallLease = "call"

// NotWritten says of the failure to write an object, met while its source was read,
// that the vault is to blame and not the source. The end of a context stays as it
// is.
func NotWritten(err error) error {
	if e, ok := errors.AsType[*errs.Error](err); ok {
		return errs.At(e.Kind, errs.Pos{}, "the vault could not be written: %w", err)
	}
	return err
}

// callLife is how long work in progress that is no job's may rest.
const callLife = 24 * time.Hour

// Sweep takes away the work in progress that nobody goes on with: of items of jobs
// whose lease has ended, and of calls that rest for a day. It gives what it took
// away; with dry it gives what it would.
func (v *Vault) Sweep(ctx context.Context, dry bool) (gone []blob.Staged, err error) {
	dead := map[string]bool{}
	err = v.Objects.Sweep(ctx, func(s blob.Staged) (bool, error) {
		live, err := v.live(ctx, s)
		if err == nil && !live {
			dead[s.Name] = true
		}
		return false, err
	})
	if err != nil || len(dead) == 0 {
		return nil, err
	}
	// Between the listing and the question a lease may have ended well, its work being
	// done: what is still there now was left behind.
	err = v.Objects.Sweep(ctx, func(s blob.Staged) (bool, error) {
		if !dead[s.Name] {
			return false, nil
		}
		gone = append(gone, s)
		return !dry, nil
	})
	return gone, err
}

// live says whether somebody may still go on with a piece of work.
func (v *Vault) live(ctx context.Context, s blob.Staged) (live bool, err error) {
	var id catalog.ID
	var ordinal int
	var epoch int64
	if n, _ := fmt.Sscanf(s.Lease, "%d-%d-%d", &id, &ordinal, &epoch); n < 3 { // not as job.Lease.Name has it
		return v.Catalog.Now().Before(s.ModTime.Add(callLife)), nil
	}
	err = v.Catalog.View(ctx, func(r *catalog.Reader) error {
		item, err := r.JobItem(id, ordinal)
		if errors.Is(err, errs.ErrNotFound) {
			return nil
		}
		live = item.Epoch == epoch && item.Status == catalog.ItemInProgress && r.Now().Before(item.LeaseUntil)
		return err
	})
	return live, err
}
