package catalog

import (
	"strconv"

	"github.com/seqlode/seqlode/internal/errs"
)

// ID names a stored thing within its vault: a decimal number of ten digits or
// more, unique over all kinds of things and never given out twice. 0 is none.
type ID int64

// FirstID is the lowest ID.
const FirstID ID = 1_000_000_001

// String gives the decimal digits, and "" for none.
func (id ID) String() string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(int64(id), 10)
}

// MarshalText gives what String gives.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText takes what MarshalText gives.
func (id *ID) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*id = 0
		return nil
	}
	v, err := ParseID(string(text))
	*id = v
	return err
}

// ParseID reads an ID of the wire. Digits that can be no ID here are Validation
// errors.
func ParseID(s string) (ID, error) {
	v, err := strconv.ParseInt(s, 10, 64)
	if err != nil || ID(v) < FirstID || strconv.FormatInt(v, 10) != s {
		return 0, errs.At(errs.Validation, errs.Pos{}, "id %q is not a number of ten digits or more", s)
	}
	return ID(v), nil
}

// NewID gives out the next ID.
func (tx *Tx) NewID() (ID, error) {
	id, err := tx.count("id")
	return ID(id), err
}

// RaiseIDs makes sure that no ID up to and with this one is given out from now
// on: for a catalog that is made anew beside things that have IDs.
func (tx *Tx) RaiseIDs(to ID) error {
	_, err := tx.conn.Exec(tx.ctx, "UPDATE id_counter SET value = ? WHERE name = 'id' AND value < ?", int64(to), int64(to))
	return err
}

// count raises a counter by one and gives its new value.
func (tx *Tx) count(name string) (int64, error) {
	return tx.number("UPDATE id_counter SET value = value + 1 WHERE name = ? RETURNING value", name)
}
