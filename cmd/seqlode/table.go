package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"
)

// table is a table for people: a line of headings, then rows. Nothing is
// written before flush.
type table struct{ w *tabwriter.Writer }

func newTable(to io.Writer, headings ...string) table {
	t := table{tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)}
	if len(headings) > 0 {
		t.row(headings...)
	}
	return t
}

// row adds a row; what is empty is shown as "-".
func (t table) row(cells ...string) {
	for i, cell := range cells {
		cells[i] = plain(cell)
	}
	// The writer keeps its first error for flush.
	_, _ = fmt.Fprintln(t.w, strings.Join(cells, "\t"))
}

func (t table) flush() error { return t.w.Flush() }

// plain is a cell on one line, without what would break the table.
func plain(cell string) string {
	if cell == "" {
		return "-"
	}
	if strings.ContainsFunc(cell, func(r rune) bool { return !strconv.IsPrint(r) }) {
		return strconv.Quote(cell)
	}
	return cell
}

// when is a time for people: whole seconds of UTC.
func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// size is a number of bytes for people.
func size(n int64) string {
	return humanize.IBytes(uint64(max(n, 0)))
}

// count is a number of things for people.
func count(n int64) string { return strconv.FormatInt(n, 10) }

// optional adds a row unless its value is empty.
func (t table) optional(name, value string) {
	if value != "" {
		t.row(name, value)
	}
}

// tags adds a row for each tag, in the order of the keys.
func (t table) tags(tags map[string]string) {
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		t.row("tag", key+"="+tags[key])
	}
}
