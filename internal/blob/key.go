package blob

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seqlode/seqlode/internal/errs"
)

// The longest key and the longest part of one between slashes, in bytes: those of
// S3 and of common file systems.
const (
	MaxKey  = 1024
	MaxPart = 255
)

// CheckKey refuses, as Validation, what is no key: a key is UTF-8 without control
// characters and backslashes, at most MaxKey bytes; its parts between slashes are
// not empty, "." or "..", and at most MaxPart bytes.
//
// Callers do not rely on more: two keys that differ in case alone may name one
// object, a key that is the folder of another may be refused, and a driver may
// refuse what its system reserves.
func CheckKey(key string) error {
	bad := func(why string) error {
		return errs.At(errs.Validation, errs.Pos{}, "object key %q: %s", key, why)
	}
	switch {
	case key == "":
		return bad("is empty")
	case len(key) > MaxKey:
		return bad("is longer than 1024 bytes")
	case !utf8.ValidString(key):
		return bad("is not UTF-8")
	case strings.ContainsFunc(key, unicode.IsControl):
		return bad("has a control character")
	case strings.Contains(key, `\`):
		return bad("has a backslash")
	}
	for part := range strings.SplitSeq(key, "/") {
		switch {
		case part == "":
			return bad("has an empty part")
		case part == "." || part == "..":
			return bad("has a part " + part)
		case len(part) > MaxPart:
			return bad("has a part longer than 255 bytes")
		}
	}
	return nil
}

// CheckLease refuses, as Validation, what can't name a lease: 1 to 64 letters,
// digits, "-" and "_".
func CheckLease(lease string) error {
	for _, c := range []byte(lease) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_':
		default:
			return errs.At(errs.Validation, errs.Pos{}, "lease %q: may have letters, digits, - and _ only", lease)
		}
	}
	if lease == "" || len(lease) > 64 {
		return errs.At(errs.Validation, errs.Pos{}, "lease %q: must have 1 to 64 characters", lease)
	}
	return nil
}
