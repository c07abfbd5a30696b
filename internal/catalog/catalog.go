package catalog

import (
	"context"
	"crypto/rand"
	"io"
	"time"
)

// Driver runs transactions on one database.
type Driver interface {
	// Read calls fn with one snapshot of the database, again while it is busy.
	Read(ctx context.Context, fn func(Conn) error) error
	// Write calls fn inside a transaction that is alone in writing or fails as if
	// it were, and commits it where fn returns nil. While the database is busy it
	// tries again: fn may be called several times.
	Write(ctx context.Context, fn func(Conn) error) error
	// Close waits for transactions under way.
	Close() error
}

// Conn is one transaction of a driver. Queries have ? for their arguments,
// which are int64 or string. Errors are of package errs, with kind Conflict where
// the row exists already or another refers to it.
type Conn interface {
	Exec(ctx context.Context, query string, args ...any) (rows int64, err error)
	Query(ctx context.Context, query string, args ...any) (Rows, error)
}

// Rows are the rows of a query; Scan takes pointers as database/sql does.
type Rows interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
	Close() error
}

// Options of a catalog; the zero value is good.
type Options struct {
	Now    func() time.Time // the clock; nil is the machine's
	Random io.Reader        // where ids of events come from; nil is crypto/rand; must take concurrent calls
}

// Catalog is safe for concurrent use.
type Catalog struct {
	driver Driver
	now    func() time.Time
	random io.Reader
}

// New gives the catalog on a driver whose database has the present schema.
func New(d Driver, o Options) *Catalog {
	c := &Catalog{driver: d, now: o.Now, random: o.Random}
	if c.now == nil {
		c.now = time.Now
	}
	if c.random == nil {
		c.random = rand.Reader
	}
	return c
}

// Close closes the database.
func (c *Catalog) Close() error { return c.driver.Close() }

// Now is the catalog's clock, as Tx.Now gives it.
func (c *Catalog) Now() time.Time { return c.now().UTC().Truncate(time.Microsecond) }

// View calls fn with one snapshot; its Reader is good until fn returns. fn may be
// called several times.
func (c *Catalog) View(ctx context.Context, fn func(*Reader) error) error {
	return c.driver.Read(ctx, func(conn Conn) error {
		return fn(&Reader{ctx: ctx, conn: conn, now: c.Now()})
	})
}

// Update calls fn in a transaction and commits it where fn returns nil; any
// error undoes all of it and is returned. fn may be called several times, so it
// must do nothing but use its Tx. One Update at a time runs: keep it short, and
// never begin one inside another.
func (c *Catalog) Update(ctx context.Context, fn func(*Tx) error) error {
	return c.driver.Write(ctx, func(conn Conn) error {
		return fn(&Tx{Reader: Reader{ctx: ctx, conn: conn, now: c.Now()}, random: c.random})
	})
}

// Reader reads one snapshot. It carries the context of its View or Update, and
// is not for use by several goroutines at once.
type Reader struct {
	ctx  context.Context
	conn Conn
	now  time.Time
}

// Now is the time of the transaction: the same for all rows that it writes.
func (r *Reader) Now() time.Time { return r.now }

// Tx reads and writes in one transaction.
type Tx struct {
	Reader
	random io.Reader
}
