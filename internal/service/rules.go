package service

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
)

// Rules gathers what is wrong with the fields of a request: the first fault
// stands. Lengths are in characters.
type Rules struct{ err error }

// Err is the first fault, or nil: of kind Validation, unless the rule says
// otherwise.
func (r *Rules) Err() error { return r.err }

// Fail notes a fault.
func (r *Rules) Fail(format string, args ...any) {
	if r.err == nil {
		r.err = errs.At(errs.Validation, errs.Pos{}, format, args...)
	}
}

// Text judges a field that must be there: text without control characters.
func (r *Rules) Text(field, value string, least, most int) {
	n := utf8.RuneCountInString(value)
	switch {
	case n == 0 && least > 0:
		r.Fail("%s is missing", field)
	case n < least || n > most:
		r.Fail("%s has %d characters, want %d to %d", field, n, least, most)
	case !utf8.ValidString(value) || strings.ContainsFunc(value, isControl):
		r.Fail("%s has control characters", field)
	}
}

// isControl reports what the API's pattern of texts leaves out: all but letters,
// marks, separators, symbols, numbers and punctuation.
func isControl(c rune) bool {
	return !unicode.In(c, unicode.L, unicode.M, unicode.Z, unicode.S, unicode.N, unicode.P)
}

// Optional judges a field that may be empty.
func (r *Rules) Optional(field, value string, least, most int) {
	if value != "" {
		r.Text(field, value, least, most)
	}
}

// OneOf judges a field with a set of values; empty is good where optional.
func OneOf[T ~string](r *Rules, field string, value T, optional bool, values ...T) {
	if value == "" && optional {
		return
	}
	if slices.Contains(values, value) {
		return
	}
	if value == "" {
		r.Fail("%s is missing: want one of %q", field, values)
		return
	}
	r.Fail("%s is %q, want one of %q", field, value, values)
}

// Count judges the length of a list.
func (r *Rules) Count(field string, n, least, most int) {
	if n < least || n > most {
		r.Fail("%s has %d entries, want %d to %d", field, n, least, most)
	}
}

// RoleARN judges the ARN of a role, which the API demands and a vault by itself
// has no use for.
func (r *Rules) RoleARN(value string) {
	r.Text("roleArn", value, 20, 2048)
	r.ARN("roleArn", value)
}

// Token judges a client token, which may be empty.
func (r *Rules) Token(value string) { r.Optional("clientToken", value, 1, 127) }

// ResourceARN judges the ARN of a resource that has tags.
func (r *Rules) ResourceARN(value string) {
	r.Text("resourceArn", value, 1, 150)
	r.ARN("resourceArn", value)
}

// ARN judges the form of an ARN, which may be empty.
func (r *Rules) ARN(field, value string) {
	if value != "" && !strings.HasPrefix(value, "arn:") {
		r.Fail("%s is %q, want an ARN", field, value)
	}
}

// SSEConfig asks for encryption. Without a KeyARN, the vault's own is meant.
type SSEConfig struct {
	Type   string `json:"type"` // KMS
	KeyARN string `json:"keyArn,omitempty"`
}

// SSEConfig judges it; nil is good. A customer's key is not taken, and so not
// passed over either: it is NotSupported (storage.md §5).
func (r *Rules) SSEConfig(c *SSEConfig) {
	if c == nil {
		return
	}
	OneOf(r, "sseConfig.type", c.Type, false, "KMS")
	r.Optional("sseConfig.keyArn", c.KeyARN, 20, 2048)
	if c.KeyARN != "" && r.err == nil {
		r.err = errs.At(errs.NotSupported, errs.Pos{}, "sseConfig: encryption with a customer's key is not supported by this version")
	}
}

// Within judges a part of the request, which faults name.
func (r *Rules) Within(part string, judge func(*Rules)) {
	var one Rules
	if judge(&one); one.err != nil {
		r.Fail("%s: %w", part, one.err)
	}
}

// ID reads an id of the wire: 10 to 36 digits. One that can be no id of this
// vault is of kind NotFound, for it may be one of another's.
func ID(field, value string) (catalog.ID, error) {
	if len(value) < 10 || len(value) > 36 || strings.Trim(value, "0123456789") != "" {
		return 0, errs.At(errs.Validation, errs.Pos{}, "%s is %q, want 10 to 36 digits", field, value)
	}
	id, err := catalog.ParseID(value)
	if err != nil {
		return 0, &errs.Error{Resource: field + " " + value, Kind: errs.NotFound, Err: errs.ErrNotFound}
	}
	return id, nil
}

// s3Folder is the form of an S3 URI of a bucket or of a folder in it.
var s3Folder = regexp.MustCompile(`^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:/|/(.+)/)?$`)

// S3Folder judges an S3 URI of a bucket, or of a folder in it with a name up to
// most characters; it may be empty.
func (r *Rules) S3Folder(field, value string, most int) {
	if value == "" {
		return
	}
	parts := s3Folder.FindStringSubmatch(value)
	if parts == nil || utf8.RuneCountInString(parts[1]) > most {
		r.Fail("%s is %q, want s3://bucket/folder/ with a folder of up to %d characters, or s3://bucket/", field, value, most)
	}
}
