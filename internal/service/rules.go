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

// Err is the first fault, of kind Validation, or nil.
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
	if !strings.HasPrefix(value, "arn:") {
		r.Fail("roleArn is %q, want an ARN", value)
	}
}

// Token judges a client token, which may be empty.
func (r *Rules) Token(value string) { r.Optional("clientToken", value, 1, 127) }

// Tags judges the tags of a resource (sharing-tags-permissions.md §2.1).
func (r *Rules) Tags(tags map[string]string) {
	r.Count("tags", len(tags), 0, 50)
	for key, value := range tags {
		r.TagKey(key)
		if n := utf8.RuneCountInString(value); n > 256 || !tagText(value) {
			r.Fail("the value of tag %q has %d characters, want up to 256 of letters, digits, white space and _.:/=+-@", key, n)
		}
	}
}

// TagKey judges the key of a tag that a user sets.
func (r *Rules) TagKey(key string) {
	switch n := utf8.RuneCountInString(key); {
	case n < 1 || n > 128 || !tagText(key):
		r.Fail("tag key %q has %d characters, want 1 to 128 of letters, digits, white space and _.:/=+-@", key, n)
	case strings.HasPrefix(strings.ToLower(key), "aws:"), strings.HasPrefix(key, "omics:"):
		r.Fail("tag key %q begins with a prefix that is kept for the service", key)
	}
}

func tagText(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.IsDigit(c) && !unicode.IsSpace(c) && !strings.ContainsRune("_.:/=+-@", c)
	})
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

// Page judges the fields by which a list is paged: maxResults 1 to 100, 0 for
// 100, and the token of the page before.
func Page(maxResults int, nextToken string) (catalog.PageRequest, error) {
	if maxResults < 0 || maxResults > 100 {
		return catalog.PageRequest{}, errs.At(errs.Validation, errs.Pos{}, "maxResults is %d, want 1 to 100", maxResults)
	}
	return catalog.PageRequest{Limit: maxResults, Token: nextToken}, nil
}

// s3URI is an S3 URI of a bucket and what is in it.
var s3URI = regexp.MustCompile(`^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:/.*)?$`)

// S3Prefix judges an S3 URI of a bucket or of a folder in it; it may be empty.
func (r *Rules) S3Prefix(field, value string) {
	if value != "" && (len(value) > 1100 || !s3URI.MatchString(value)) {
		r.Fail("%s is %q, want s3://bucket/folder/", field, value)
	}
}
