package sqldb

import (
	"context"
	"embed"
	"errors"
	"io/fs"
	"time"

	"github.com/pressly/goose/v3"

	"github.com/seqlode/seqlode/internal/errs"
)

//go:embed migrations/*.sql
var migrations embed.FS

// versionTable is where goose keeps the format of a catalog: the number of its
// last migration.
const versionTable = "schema_version"

// Migrations are the SQL files that make the schema, in the order of their names.
func Migrations() (fs.FS, error) { return fs.Sub(migrations, "migrations") }

// migrate brings the schema to the newest format.
//
// Processes that open a vault at the same time may all try. Each migration is one
// transaction together with its version number, so one of them makes it and the
// others fail whole, see on their next try that it is made, and go on.
func (db *DB) migrate(ctx context.Context) error {
	// What can't be opened at all is not tried again.
	if err := db.patiently(ctx, func() error { return db.wrap(db.write.PingContext(ctx)) }); err != nil {
		return err
	}
	files, err := Migrations()
	if err != nil {
		return db.wrap(err)
	}
	const tries = 20
	for try := 1; ; try++ {
		// A try that finds the database busy is none: how long another one's migrations
		// take is up to its disk.
		err := db.patiently(ctx, func() error { return db.migrateOnce(ctx, files) })
		if err == nil || errors.Is(err, errs.ErrNotSupported) || try == tries || ctx.Err() != nil {
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(try) * 5 * time.Millisecond):
		}
	}
}

func (db *DB) migrateOnce(ctx context.Context, files fs.FS) error {
	p, err := goose.NewProvider(db.dialect.Goose, db.write, files, goose.WithTableName(versionTable), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return db.wrap(err)
	}
	sources := p.ListSources()
	newest := sources[len(sources)-1].Version
	found, err := p.GetDBVersion(ctx)
	if err != nil {
		return db.wrap(err)
	}
	if found > newest {
		return errs.At(errs.NotSupported, errs.Pos{}, "catalog: the %s database has format %d; this seqlode knows formats up to %d: use a newer seqlode", db.dialect.Name, found, newest)
	}
	if found == newest {
		return nil
	}
	_, err = p.Up(ctx)
	return db.wrap(err)
}
