package catalog

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/seqlode/seqlode/internal/errs"
)

// A token is the place of the last row seen, 16 bytes, and 8 bytes of a digest
// over it, the list and its filters. It shows no secret and gives no access: the
// digest refuses one that is damaged, made up, or of another list. A place stays
// good when rows come and go.
const tokenSize = 24

// token gives the token of the page after a place.
func (l listing[T]) token(at place) string {
	b := binary.BigEndian.AppendUint64(nil, uint64(at.time))
	b = binary.BigEndian.AppendUint64(b, uint64(at.id))
	return base64.RawURLEncoding.EncodeToString(append(b, l.digest(b)...))
}

// open gives the place in a token of this list.
func (l listing[T]) open(token string) (place, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(b) != tokenSize || string(b[16:]) != string(l.digest(b[:16])) {
		return place{}, errs.At(errs.Validation, errs.Pos{}, "nextToken is not one that this list gave for these filters")
	}
	return place{int64(binary.BigEndian.Uint64(b)), int64(binary.BigEndian.Uint64(b[8:]))}, nil
}

// digest ties a place to the list and its filters.
func (l listing[T]) digest(at []byte) []byte {
	h := sha256.New()
	fmt.Fprintf(h, "seqlode page 1 %q", l.table.name)
	for _, c := range slices.Concat(l.scope, l.filters) {
		fmt.Fprintf(h, " %q %q", c.column, fmt.Sprint(values([]any{c.value})[0]))
	}
	fmt.Fprintf(h, " %d %d", micros(l.created.After), micros(l.created.Before))
	for _, s := range l.spans {
		fmt.Fprintf(h, " %q %d %d", s.column, micros(s.within.After), micros(s.within.Before))
	}
	h.Write(at)
	return h.Sum(nil)[:tokenSize-16]
}
