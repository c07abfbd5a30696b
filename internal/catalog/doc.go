// Package catalog is the table of contents of a vault: stores, references, read
// sets, their files and tags, jobs, events and settings, as rows.
//
// All access is inside a transaction: [Catalog.View] gives a [Reader] over one
// snapshot, [Catalog.Update] a [Tx] that reads and writes. What belongs together,
// a row and the event that tells of it, is written in one Update.
//
// The queries are portable SQL and stand here once. The package links no
// database: a [Driver] runs them (internal/catalog/sqlite). The schema is
// internal/catalog/sqldb/migrations.
//
// Errors are of package errs: NotFound for a row that is not there, Conflict for
// one that is there already or is still in use, Validation for a token of
// another list, Timeout for a database that stayed locked, Internal for the rest.
//
// Times are UTC, to the microsecond; the zero time stands for none.
package catalog
