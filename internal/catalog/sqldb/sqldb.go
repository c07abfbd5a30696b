package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/pressly/goose/v3"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
)

// Dialect is what a database has of its own.
type Dialect struct {
	Name     string        // of the database, for messages
	Goose    goose.Dialect // how goose keeps the version
	Dollars  bool          // arguments are $1, $2 and not ?
	Patience time.Duration // how long a busy database is asked again, with what the driver itself waits
	Busy     func(error) bool
	Conflict func(error) bool // a row exists already, or another refers to it
	// Fault words what is wrong with the database or its machine, for the person who
	// can mend it, and wraps the error; nil where it is something else.
	Fault func(error) *errs.Error
}

// DB is a [catalog.Driver].
type DB struct {
	dialect Dialect
	read    *sql.DB
	write   *sql.DB
}

// Open migrates the database and gives a driver on it, which closes read and
// write. They may be the same; transactions of write wait for each other or fail
// as Busy. A database of a newer format is NotSupported and left as it is.
func Open(ctx context.Context, d Dialect, read, write *sql.DB) (*DB, error) {
	db := &DB{dialect: d, read: read, write: write}
	if err := db.migrate(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// Close closes both pools of connections.
func (db *DB) Close() error {
	err := db.read.Close()
	if db.write != db.read {
		err = errors.Join(err, db.write.Close())
	}
	return db.wrap(err)
}

// Read calls fn in a transaction that only reads.
func (db *DB) Read(ctx context.Context, fn func(catalog.Conn) error) error {
	return db.patiently(ctx, func() error { return db.once(ctx, db.read, &sql.TxOptions{ReadOnly: true}, fn) })
}

// Write calls fn in a transaction, again while the database is busy.
func (db *DB) Write(ctx context.Context, fn func(catalog.Conn) error) error {
	return db.patiently(ctx, func() error { return db.once(ctx, db.write, &sql.TxOptions{Isolation: sql.LevelSerializable}, fn) })
}

// once runs one transaction. When it returns, no connection of it is in use any
// more, so that a Close after it closes all of them. A transaction that ends with
// its context rolls back beside the caller, where nobody can wait for it: so the
// context ends the wait for a connection, the statements and the commit, and not
// the transaction.
func (db *DB) once(ctx context.Context, pool *sql.DB, o *sql.TxOptions, fn func(catalog.Conn) error) error {
	c, err := pool.Conn(ctx)
	if err != nil {
		return db.wrap(err)
	}
	defer func() {
		_ = c.Close() // back to the pool; what is committed stays so whatever becomes of its connection
	}()
	tx, err := c.BeginTx(context.WithoutCancel(ctx), o)
	if err != nil {
		return db.wrap(err)
	}
	defer func() {
		// After a commit this does nothing; after an error the transaction is gone in any case.
		_ = tx.Rollback()
	}()
	if err := fn(conn{db, tx}); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return db.wrap(err)
	}
	return db.wrap(tx.Commit())
}

// patiently calls try until it is not Busy, for the dialect's patience.
func (db *DB) patiently(ctx context.Context, try func() error) error {
	var giveUp <-chan time.Time
	for pause := time.Millisecond; ; pause = min(2*pause, 100*time.Millisecond) {
		err := try()
		if err == nil || !db.dialect.Busy(err) {
			return err
		}
		if giveUp == nil {
			giveUp = time.After(db.dialect.Patience)
		}
		select {
		case <-ctx.Done():
			return db.wrap(ctx.Err())
		case <-giveUp:
			return errs.At(errs.Timeout, errs.Pos{}, "catalog: %s stayed locked by others: %w", db.dialect.Name, err)
		case <-time.After(pause):
		}
	}
}

// wrap gives an error of the database its kind.
func (db *DB) wrap(err error) error {
	if err == nil {
		return nil
	}
	if db.dialect.Fault != nil {
		if fault := db.dialect.Fault(err); fault != nil {
			return fault
		}
	}
	kind := errs.Internal
	switch {
	case db.dialect.Conflict(err):
		kind = errs.Conflict
	case errors.Is(err, context.DeadlineExceeded):
		kind = errs.Timeout
	}
	return &errs.Error{Op: "catalog", Kind: kind, Err: err}
}

// conn is one transaction.
type conn struct {
	db *DB
	tx *sql.Tx
}

// Exec runs a statement and gives how many rows it changed.
func (c conn) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	done, err := c.tx.ExecContext(ctx, c.db.placed(query), args...)
	if err != nil {
		return 0, c.db.wrap(err)
	}
	n, err := done.RowsAffected()
	return n, c.db.wrap(err)
}

// Query runs a query.
func (c conn) Query(ctx context.Context, query string, args ...any) (catalog.Rows, error) {
	found, err := c.tx.QueryContext(ctx, c.db.placed(query), args...) //nolint:rowserrcheck // the catalog closes and checks its Rows
	if err != nil {
		return nil, c.db.wrap(err)
	}
	return rows{found, c.db}, nil
}

// rows gives errors their kinds.
type rows struct {
	*sql.Rows
	db *DB
}

// Scan is that of [sql.Rows].
func (r rows) Scan(dest ...any) error { return r.db.wrap(r.Rows.Scan(dest...)) }

// Err is that of [sql.Rows].
func (r rows) Err() error { return r.db.wrap(r.Rows.Err()) }

// Close is that of [sql.Rows].
func (r rows) Close() error { return r.db.wrap(r.Rows.Close()) }

// placed writes the arguments of a query as the database has them. No query of
// the catalog has a ? within a literal.
func (db *DB) placed(query string) string {
	if !db.dialect.Dollars {
		return query
	}
	var b strings.Builder
	for n := 1; ; n++ {
		head, tail, found := strings.Cut(query, "?")
		b.WriteString(head)
		if !found {
			return b.String()
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(n))
		query = tail
	}
}
