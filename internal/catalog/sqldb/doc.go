// Package sqldb drives a catalog through database/sql: transactions, retries,
// migrations. What differs between databases is a [Dialect].
package sqldb
