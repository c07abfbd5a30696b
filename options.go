package seqlode

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/seqlode/seqlode/internal/blob/dir"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/job"
	"github.com/seqlode/seqlode/internal/pipeline"
	"github.com/seqlode/seqlode/internal/vault"
	"github.com/seqlode/seqlode/internal/vfs"
)

// DefaultDir is where a vault lies that is not told where.
const DefaultDir = "seqlode-vault"

// Limiter bounds how much is decoded and encoded at once by all that share it.
type Limiter = pipeline.Limiter

// NewLimiter lets n ≥ 1 units be worked on at once.
func NewLimiter(n int) *Limiter { return pipeline.NewLimiter(n) }

// Options say which vault to open, and how. The zero value is good: the vault in
// DefaultDir, made if there is none.
type Options struct {
	Dir       string // the vault's folder; "" is DefaultDir
	MustExist bool   // a vault that is not there is ErrNotFound, and is not made

	// Whose vault it is: kept when it is made, held against it later. Empty ones
	// are not held against anything.
	Account string // twelve digits; "" is 000000000000
	Region  string // lower-case letters, digits and hyphens; "" is local
	Name    string // for people; at most 127 bytes

	// Bucket keeps the objects; nil is the folder itself. The catalog is in the
	// folder in any case.
	Bucket Bucket

	// Workers is how many items of jobs are worked on at once; 0 is as many as there
	// are threads. Below 0 none are: jobs are left to other processes.
	Workers int

	// LocalSources lets imports read, and exports write, files of this machine:
	// file:///folder/name.
	LocalSources bool

	Threads int              // of one computation: 0 is GOMAXPROCS, 1 is no goroutines
	Limiter *Limiter         // shared by all computations; nil sets no bound
	Clock   func() time.Time // nil is the machine's
	Logger  *slog.Logger     // nil is silent

	// For tests of the machinery below the services.
	kinds       []vault.Kind
	works       map[string]job.Kind
	lease, poll time.Duration // of the runner of jobs
	attempts    int           // and how many leases of an item may be lost
}

// The names in the folder that are not the bucket's.
const (
	catalogName = "catalog.db"
	newCatalog  = "catalog.db.new"
	oldCatalog  = "catalog.db.old"
	lockName    = "lock"
)

// besides are the files that SQLite keeps beside a database.
var besides = []string{"-wal", "-shm", "-journal"}

// complete checks the options and fills in what is not given.
func (o Options) complete() (Options, error) {
	if o.Threads < 0 {
		return o, errs.At(errs.Validation, errs.Pos{}, "Threads %d: must be 0 (all cores) or more", o.Threads)
	}
	info := vault.Info{Account: o.Account, Region: o.Region, Name: o.Name}.WithDefaults()
	if err := info.Check(); err != nil {
		return o, err
	}
	if o.Dir == "" {
		o.Dir = DefaultDir
	}
	abs, err := filepath.Abs(o.Dir)
	if err != nil {
		return o, errs.InFile(err, o.Dir, errs.Validation)
	}
	o.Dir = abs
	if o.Bucket == nil {
		o.Bucket = objectsOf(vfs.Dir(o.Dir))
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o, nil
}

// isFolder refuses a place where no folder can be, since there is a file.
func (o Options) isFolder() error {
	info, err := os.Stat(o.Dir)
	switch {
	case err == nil && !info.IsDir():
		return errs.At(errs.Validation, errs.Pos{}, "it is a file; a vault is a folder")
	case errors.Is(err, syscall.ENOTDIR):
		return errs.At(errs.Validation, errs.Pos{}, "a part of this path is a file, not a folder")
	}
	return nil
}

// objectsOf gives the objects of a vault's folder.
func objectsOf(folder vfs.FS) Bucket {
	reserved := []string{lockName}
	for _, name := range []string{catalogName, newCatalog, oldCatalog} {
		reserved = append(reserved, name)
		for _, beside := range besides {
			reserved = append(reserved, name+beside)
		}
	}
	return dir.New(folder, dir.Options{Reserved: reserved})
}

// agrees refuses a vault that is not the one that the options tell of.
func (o Options) agrees(info vault.Info) error {
	for _, c := range []struct{ what, want, is string }{
		{"account", o.Account, info.Account}, {"region", o.Region, info.Region}, {"name", o.Name, info.Name},
	} {
		if c.want != "" && c.want != c.is {
			return errs.At(errs.Conflict, errs.Pos{}, "the vault in %s has the %s %q, not %q", o.Dir, c.what, c.is, c.want)
		}
	}
	return nil
}
