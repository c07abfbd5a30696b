package service

import (
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seqlode/seqlode/internal/errs"
)

// mostTags is how many tags a resource may have (sharing-tags-permissions.md
// §2.1).
const mostTags = 50

// Tags judges the tags of a resource.
func (r *Rules) Tags(tags map[string]string) {
	r.Count("tags", len(tags), 0, mostTags)
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		value := tags[key]
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

// TagResource judges a call of that operation, and gives what it does to the tags
// that the resource has.
func TagResource(arn string, tags map[string]string) (change func(have map[string]string) error, err error) {
	var rules Rules
	rules.ResourceARN(arn)
	rules.Tags(tags)
	return func(have map[string]string) error {
		maps.Copy(have, tags)
		if len(have) > mostTags {
			return errs.At(errs.Validation, errs.Pos{}, "%s would have %d tags, and may have %d", arn, len(have), mostTags)
		}
		return nil
	}, rules.Err()
}

// UntagResource is the like of TagResource. A key that the resource lacks is
// passed over.
func UntagResource(arn string, keys []string) (change func(have map[string]string) error, err error) {
	var rules Rules
	rules.ResourceARN(arn)
	rules.Count("tagKeys", len(keys), 0, mostTags)
	for _, key := range keys {
		if n := utf8.RuneCountInString(key); n < 1 || n > 128 {
			rules.Fail("tagKeys has %q with %d characters, want 1 to 128", key, n)
		}
	}
	return func(have map[string]string) error {
		for _, key := range keys {
			delete(have, key)
		}
		return nil
	}, rules.Err()
}
