package catalog

import (
	"encoding/json"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/seqlode/seqlode/internal/errs"
)

// table binds the columns of a table to the fields of a row type.
type table[T any] struct {
	name    string
	thing   string   // what a row is to people: "readSet"
	columns []string // the first key ones name a row, the first fixed ones are never updated
	key     int
	fixed   int
	fields  func(*T) []any // pointers in the order of columns
}

// columnList splits "id, name".
func columnList(s string) []string { return strings.Split(s, ", ") }

func (t table[T]) selection() string {
	return "SELECT " + strings.Join(t.columns, ", ") + " FROM " + t.name
}

// where is the condition on the key columns.
func (t table[T]) where() string { return strings.Join(t.columns[:t.key], " = ? AND ") + " = ?" }

// all gives the rows that a query's tail ("WHERE …") selects, in its order.
func (t table[T]) all(r *Reader, tail string, args ...any) (out []T, err error) {
	err = r.each(t.selection()+" "+tail, args, func(rows Rows) error {
		var row T
		if err := rows.Scan(t.fields(&row)...); err != nil {
			return err
		}
		out = append(out, row)
		return nil
	})
	return out, err
}

// get gives the one row with these key values; NotFound where there is none.
func (t table[T]) get(r *Reader, key ...any) (T, error) { return t.one(r, key[0], t.where(), key...) }

// one gives the first row that a condition holds for; named is what the caller
// asked for, for the error of kind NotFound.
func (t table[T]) one(r *Reader, named any, where string, args ...any) (row T, err error) {
	rows, err := t.all(r, "WHERE "+where+" LIMIT 1", args...)
	if err != nil {
		return row, err
	}
	if len(rows) == 0 {
		return row, t.missing(named)
	}
	return rows[0], nil
}

func (t table[T]) missing(named any) error {
	return &errs.Error{Resource: fmt.Sprintf("%s %v", t.thing, named), Kind: errs.NotFound}
}

func (t table[T]) insert(tx *Tx, row *T) error {
	return t.about(row, t.insertAll(tx, slices.Values([]T{*row})))
}

// insertAll adds rows, many with one statement: parsing one costs more than
// running it.
func (t table[T]) insertAll(tx *Tx, rows iter.Seq[T]) error {
	const arguments = 500 // of a statement, about
	most := max(1, arguments/len(t.columns))
	head := "INSERT INTO " + t.name + " (" + strings.Join(t.columns, ", ") + ") VALUES "
	marks := ", (" + strings.Repeat(", ?", len(t.columns))[2:] + ")"
	full := head + strings.Repeat(marks, most)[2:]
	args := make([]any, 0, most*len(t.columns))
	n := 0
	for row := range rows {
		args = append(args, values(t.fields(&row))...)
		if n++; n == most {
			if _, err := tx.conn.Exec(tx.ctx, full, args...); err != nil {
				return err
			}
			args, n = args[:0], 0
		}
	}
	if n == 0 {
		return nil
	}
	_, err := tx.conn.Exec(tx.ctx, head+strings.Repeat(marks, n)[2:], args...)
	return err
}

// update writes all columns that are not fixed; NotFound where the row is gone.
func (t table[T]) update(tx *Tx, row *T) error {
	args := values(t.fields(row))
	n, err := tx.conn.Exec(tx.ctx, "UPDATE "+t.name+" SET "+strings.Join(t.columns[t.fixed:], " = ?, ")+" = ? WHERE "+t.where(),
		append(args[t.fixed:], args[:t.key]...)...)
	if err == nil && n == 0 {
		err = t.missing(args[0])
	}
	return t.about(row, err)
}

// remove deletes the row with these key values; NotFound where there is none.
func (t table[T]) remove(tx *Tx, key ...any) error {
	n, err := tx.conn.Exec(tx.ctx, "DELETE FROM "+t.name+" WHERE "+t.where(), values(key)...)
	if err == nil && n == 0 {
		err = t.missing(key[0])
	}
	return err
}

// about names the row in an error that names no thing.
func (t table[T]) about(row *T, err error) error {
	if e, ok := err.(*errs.Error); ok && e.Resource == "" { //nolint:errorlint // only a bare error of the driver gets the name
		named := *e
		named.Resource = fmt.Sprintf("%s %v", t.thing, values(t.fields(row)[:1])[0])
		return &named
	}
	return err
}

// each calls fn at every row of a query.
func (r *Reader) each(query string, args []any, fn func(Rows) error) (err error) {
	rows, err := r.conn.Query(r.ctx, query, values(args)...)
	if err != nil {
		return err
	}
	defer func() {
		if closed := rows.Close(); err == nil {
			err = closed
		}
	}()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// number gives the one number that a query answers with.
func (r *Reader) number(query string, args ...any) (n int64, err error) {
	found := false
	err = r.each(query, args, func(rows Rows) error {
		found = true
		return rows.Scan(&n)
	})
	if err == nil && !found {
		err = errs.At(errs.Internal, errs.Pos{}, "catalog: no row from %q", query)
	}
	return n, err
}

// values turns fields, or plain values, into what a [Conn] takes.
func values(fields []any) []any {
	out := make([]any, len(fields))
	for i, f := range fields {
		switch f := f.(type) {
		case interface{ stored() any }:
			out[i] = f.stored()
			continue
		case time.Time:
			out[i] = micros(f)
			continue
		}
		v := reflect.Indirect(reflect.ValueOf(f))
		switch {
		case v.CanInt():
			out[i] = v.Int()
		default:
			out[i] = v.String()
		}
	}
	return out
}

// micros is how a time is stored: microseconds since 1970, 0 for none.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// timeColumn is a time field.
type timeColumn struct{ t *time.Time }

func (c timeColumn) stored() any { return micros(*c.t) }

// Scan takes what stored gives.
func (c timeColumn) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return fmt.Errorf("a time column holds %T", v)
	}
	*c.t = time.Time{}
	if n != 0 {
		*c.t = time.UnixMicro(n).UTC()
	}
	return nil
}

// listColumn is a field of strings, stored as JSON.
type listColumn struct{ list *[]string }

func (c listColumn) stored() any {
	if len(*c.list) == 0 {
		return "[]"
	}
	text, _ := json.Marshal(*c.list) // strings always marshal
	return string(text)
}

// Scan takes what stored gives.
func (c listColumn) Scan(v any) error {
	text, ok := v.(string)
	if !ok {
		return fmt.Errorf("a list column holds %T", v)
	}
	*c.list = nil
	if text == "[]" {
		return nil
	}
	return json.Unmarshal([]byte(text), c.list)
}

// jsonColumn is a field of raw JSON, stored as it is; nil as ”.
type jsonColumn struct{ raw *json.RawMessage }

func (c jsonColumn) stored() any { return string(*c.raw) }

// Scan takes what stored gives.
func (c jsonColumn) Scan(v any) error {
	text, ok := v.(string)
	if !ok {
		return fmt.Errorf("a JSON column holds %T", v)
	}
	*c.raw = nil
	if text != "" {
		*c.raw = json.RawMessage(text)
	}
	return nil
}
