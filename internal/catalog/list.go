package catalog

import (
	"math"
	"slices"
	"strings"
	"time"
)

// PageRequest says which page of a list is wanted.
type PageRequest struct {
	Limit int    // rows at most: 1 to MaxPage; 0 is DefaultPage
	Token string // Next of the page before; "" for the first
}

// Bounds of a page, in rows.
const (
	DefaultPage = 100
	MaxPage     = 1000
)

// Page is one page of a list, oldest first. It may hold fewer rows than asked
// for, even none, and still not be the last.
type Page[T any] struct {
	Items []T
	Next  string // token of the next page; "" on the last
}

// Created bounds a list by the time of creation, both ends excluded; a zero
// time bounds nothing.
type Created struct{ After, Before time.Time }

// scanned is how many index entries a page may look at for each of its filters.
// It bounds the work where several filters have many rows each and few in common.
const scanned = 500

// cond is a condition column = value.
type cond struct {
	column string
	value  any
}

// given keeps the conditions whose value is not empty: a filter that is not set
// does not filter.
func given(conds ...cond) (out []cond) {
	for _, c := range conds {
		if values([]any{c.value})[0] != "" {
			out = append(out, c)
		}
	}
	return out
}

// span bounds a column of time, both ends excluded.
type span struct {
	column string
	within Created
}

// place is where a row stands in a list.
type place struct{ time, id int64 }

func (p place) before(q place) bool { return p.time < q.time || p.time == q.time && p.id < q.id }

// listing is a list of a table's rows. For scope alone, and for scope with each
// of filters, the table has an index that ends with (creation_time, id).
type listing[T any] struct {
	table   table[T]
	where   func(*T) place // of a row
	scope   []cond
	filters []cond
	created Created
	spans   []span // with no index of their own
}

// page reads one page.
//
// With at most one filter a page is a stretch of that filter's index. With more,
// one of them is walked and the others are checked at its rows: the walk is over
// the filter that has the fewest rows in the next stretch, and ends after scanned
// of them, whether or not the page is full.
func (l listing[T]) page(r *Reader, req PageRequest) (Page[T], error) {
	limit := DefaultPage
	if req.Limit > 0 {
		limit = min(req.Limit, MaxPage)
	}
	from, to, err := l.bounds(req.Token)
	if err != nil {
		return Page[T]{}, err
	}
	walked := slices.Concat(l.scope, l.filters)
	var checked []cond
	cut := false // whether the walk ends before the list does
	if len(l.filters) > 1 || len(l.spans) > 0 {
		var end place
		if walked, checked, end, cut, err = l.walk(r, from, to); err != nil {
			return Page[T]{}, err
		}
		if cut {
			to = place{end.time, end.id + 1}
		}
	}

	where, args := l.stretch(walked, from, to)
	for _, c := range checked {
		where = append(where, c.column+" || '' = ?") // no bare column: the index is chosen here, not by the database
		args = append(args, c.value)
	}
	for _, s := range l.spans {
		if !s.within.After.IsZero() {
			where, args = append(where, s.column+" > ?"), append(args, s.within.After)
		}
		if !s.within.Before.IsZero() {
			where, args = append(where, s.column+" < ?"), append(args, s.within.Before)
		}
	}
	rows, err := l.table.all(r, "WHERE "+strings.Join(where, " AND ")+" ORDER BY creation_time, id LIMIT ?", append(args, limit+1)...)
	if err != nil {
		return Page[T]{}, err
	}
	switch {
	case len(rows) > limit:
		return Page[T]{rows[:limit], l.token(l.where(&rows[limit-1]))}, nil
	case cut:
		return Page[T]{rows, l.token(place{to.time, to.id - 1})}, nil
	}
	return Page[T]{Items: rows}, nil
}

// walk chooses the filter to walk along, and the place where a page's walk ends
// where that is before the end of the list.
func (l listing[T]) walk(r *Reader, from, to place) (walked, checked []cond, end place, cut bool, err error) {
	if len(l.filters) == 0 {
		end, cut, err = l.probe(r, l.scope, from, to)
		return l.scope, nil, end, cut, err
	}
	best := 0
	for i, f := range l.filters {
		reached, more, err := l.probe(r, slices.Concat(l.scope, []cond{f}), from, to)
		if err != nil {
			return nil, nil, end, false, err
		}
		if !more {
			best, cut = i, false
			break
		}
		if i == 0 || end.before(reached) {
			best, end, cut = i, reached, true
		}
	}
	walked = slices.Concat(l.scope, l.filters[best:best+1])
	checked = slices.Concat(l.filters[:best], l.filters[best+1:])
	return walked, checked, end, cut, nil
}

// probe gives the place of the last of the next scanned entries of an index, or
// false where fewer are left.
func (l listing[T]) probe(r *Reader, conds []cond, from, to place) (end place, more bool, err error) {
	where, args := l.stretch(conds, from, to)
	err = r.each("SELECT creation_time, id FROM "+l.table.name+" WHERE "+strings.Join(where, " AND ")+
		" ORDER BY creation_time, id LIMIT 1 OFFSET ?", append(args, scanned-1), func(rows Rows) error {
		more = true
		return rows.Scan(&end.time, &end.id)
	})
	return end, more, err
}

// stretch is the condition for a stretch of an index, both ends excluded.
func (l listing[T]) stretch(conds []cond, from, to place) (where []string, args []any) {
	for _, c := range conds {
		where, args = append(where, c.column+" = ?"), append(args, c.value)
	}
	where = append(where, "(creation_time, id) > (?, ?)", "(creation_time, id) < (?, ?)")
	return where, append(args, from.time, from.id, to.time, to.id)
}

// bounds are the places between which the page lies, both excluded.
func (l listing[T]) bounds(token string) (from, to place, err error) {
	from, to = place{math.MinInt64, 0}, place{math.MaxInt64, 0}
	if !l.created.After.IsZero() {
		from = place{micros(l.created.After), math.MaxInt64}
	}
	if !l.created.Before.IsZero() {
		to = place{micros(l.created.Before), 0}
	}
	if token != "" {
		at, err := l.open(token)
		if err != nil {
			return from, to, err
		}
		if from.before(at) {
			from = at
		}
	}
	return from, to, nil
}
