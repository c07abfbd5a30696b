// Package sqlite keeps a catalog in one SQLite file, which any number of
// processes on one machine may have open.
//
// The file is in WAL mode with full synchronous commits: what Update returned nil
// for survives a power cut. Each process has one connection that writes, in
// immediate transactions, and several that read.
package sqlite
