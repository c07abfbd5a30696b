package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/catalog/sqldb"
	"github.com/seqlode/seqlode/internal/errs"
)

// Waits for a lock: of one statement inside SQLite, which no context ends, and of
// all tries together.
const (
	busyTimeout = 100 * time.Millisecond
	patience    = 25 * time.Second
)

// dialect is SQLite's.
var dialect = sqldb.Dialect{
	Name:     "SQLite",
	Goose:    goose.DialectSQLite3,
	Patience: patience,
	Busy: func(err error) bool {
		code := codeOf(err) & 0xff
		return code == sqlite3.SQLITE_BUSY || code == sqlite3.SQLITE_LOCKED
	},
	Conflict: func(err error) bool { return codeOf(err)&0xff == sqlite3.SQLITE_CONSTRAINT },
}

// codeOf is SQLite's extended result code, 0 where err has none.
func codeOf(err error) int {
	if e := (*sqlite.Error)(nil); errors.As(err, &e) {
		return e.Code()
	}
	return 0
}

// Open opens the catalog in a file, or makes it. Its folder must be there. A file
// of a newer format is NotSupported, one that is no catalog is Corrupt, one that
// this user can't write AccessDenied, and none of them is changed.
func Open(ctx context.Context, path string, o catalog.Options) (*catalog.Catalog, error) {
	abs, err := filepath.Abs(path)
	if err == nil {
		_, err = os.Stat(filepath.Dir(abs))
	}
	if err != nil {
		return nil, errs.InFile(err, path, errs.NotFound)
	}
	write, err := pool(abs, "_txlock=immediate", 1)
	if err != nil {
		return nil, err
	}
	read, err := pool(abs, "_query_only=1", max(4, runtime.GOMAXPROCS(0)))
	if err != nil {
		return nil, errors.Join(err, write.Close())
	}
	d := dialect
	d.Fault = func(err error) *errs.Error { return fault(path, err) }
	db, err := sqldb.Open(ctx, d, read, write)
	if err != nil {
		return nil, errs.InFile(err, path, errs.Internal)
	}
	return catalog.New(db, o), nil
}

// pool gives connections to a file.
func pool(abs, mode string, conns int) (*sql.DB, error) {
	name := filepath.ToSlash(abs)
	if !strings.HasPrefix(name, "/") {
		name = "/" + name // C:/… of Windows
	}
	options := []string{
		mode,
		"_busy_timeout=" + strconv.FormatInt(busyTimeout.Milliseconds(), 10),
		"_journal_mode=WAL",
		"_synchronous=FULL",
		"_foreign_keys=1",
		"_pragma=" + url.QueryEscape("cache_size(-16384)"), // KiB a connection
	}
	db, err := sql.Open("sqlite", "file://"+(&url.URL{Path: name}).EscapedPath()+"?"+strings.Join(options, "&"))
	if err != nil {
		return nil, &errs.Error{Op: "catalog", Pos: errs.Pos{File: abs}, Err: err}
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return db, nil
}
