// Package errs is the one error type of seqlode: what was being done, to what,
// which kind of failure it is, and where in the input it lies.
//
// Public packages export these names as aliases; code inside the module builds
// errors with them directly. A kind is tested with [errors.Is] against its
// sentinel, a position read with [errors.As].
package errs

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Error says what failed. Its text is Op, Pos and Err in one line; Resource
// names a stored thing ("readSet 1234567890") where there is one.
type Error struct {
	Op       string // what was being done: "etag", "import"; may be empty
	Resource string // the stored thing concerned; may be empty
	Kind     Kind
	Pos      Pos
	Err      error // the cause; nil stands for the kind itself
}

// Error gives one line that a user can act on.
func (e *Error) Error() string {
	var b strings.Builder
	for _, part := range [...]string{e.Op, e.Resource, e.Pos.String()} {
		if part != "" {
			b.WriteString(part)
			b.WriteString(": ")
		}
	}
	if e.Err != nil {
		b.WriteString(e.Err.Error())
	} else {
		b.WriteString(e.Kind.String())
	}
	return b.String()
}

// Unwrap gives the cause and the sentinel of the kind, so that [errors.Is]
// finds both.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind.Sentinel()}
	}
	return []error{e.Err, e.Kind.Sentinel()}
}

// At makes an error of a kind at a position; format and args are those of
// [fmt.Errorf].
func At(kind Kind, pos Pos, format string, args ...any) *Error {
	return &Error{Kind: kind, Pos: pos, Err: fmt.Errorf(format, args...)}
}

// In gives err, which says no place within its file, at pos; an err that is no
// *Error becomes an internal one.
func In(err error, pos Pos) error {
	var e *Error
	if !errors.As(err, &e) {
		return &Error{Kind: Internal, Pos: pos, Err: err}
	}
	placed := *e
	placed.Pos = pos
	return &placed
}

// InFile gives err with the file's name filled in where its position has none.
// An err that carries no position becomes one of the given kind.
func InFile(err error, file string, kind Kind) error {
	if err == nil {
		return nil
	}
	var e *Error
	if !errors.As(err, &e) {
		return &Error{Kind: kind, Pos: Pos{File: file}, Err: err}
	}
	if e.Pos.File != "" {
		return err
	}
	named := *e
	named.Pos.File = file
	return &named
}

// Pos is a place in an input. Unknown parts are left at zero.
type Pos struct {
	File   string // as the caller named it
	Record int64  // 1-based
	Line   int64  // 1-based, in the decompressed text
	Offset Offset // in the stored bytes
}

// String gives the known parts: "r1.fq.gz: record 3, line 12, byte 4096".
func (p Pos) String() string {
	var parts []string
	if p.Record > 0 {
		parts = append(parts, "record "+strconv.FormatInt(p.Record, 10))
	}
	if p.Line > 0 {
		parts = append(parts, "line "+strconv.FormatInt(p.Line, 10))
	}
	if s := p.Offset.String(); s != "" {
		parts = append(parts, s)
	}
	where := strings.Join(parts, ", ")
	switch {
	case p.File == "":
		return where
	case where == "":
		return p.File
	}
	return p.File + ": " + where
}

// Offset is a place in stored bytes: none, a byte, or a BGZF virtual offset
// (SAMv1 §4.1.1). The zero value is none.
type Offset struct {
	form  uint8 // 0 none, 1 byte, 2 virtual
	value uint64
}

// Byte is the offset of the n-th stored byte, from 0.
func Byte(n int64) Offset { return Offset{1, uint64(n)} }

// Virtual is the BGZF virtual offset v: block start << 16 | offset in block.
func Virtual(v uint64) Offset { return Offset{2, v} }

// Value gives the byte or virtual offset, and false for none.
func (o Offset) Value() (v uint64, virtual, ok bool) { return o.value, o.form == 2, o.form != 0 }

// String gives "byte N", "virtual offset BLOCK:IN" or nothing.
func (o Offset) String() string {
	switch o.form {
	case 1:
		return "byte " + strconv.FormatUint(o.value, 10)
	case 2:
		return "virtual offset " + strconv.FormatUint(o.value>>16, 10) + ":" + strconv.FormatUint(o.value&0xffff, 10)
	}
	return ""
}
