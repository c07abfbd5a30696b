package reference

import (
	"errors"
	"strings"
	"testing"
)

func FuzzByteRange(f *testing.F) {
	for _, seed := range []string{"", "bytes=0-9", "bytes=5-", "bytes=-5", "bytes=9-1", "bytes=-", "bytes=0-1,3-4", "bytes=99999999999999999999-", "Bytes = -1"} {
		f.Add(seed, int64(10))
	}
	f.Fuzz(func(t *testing.T, header string, length int64) {
		if length < 1 {
			return
		}
		first, end, err := byteRange(header, length)
		switch {
		case err == nil && (first < 0 || first >= end || end > length):
			t.Errorf("%q of %d: [%d, %d)", header, length, first, end)
		case err != nil && !errors.Is(err, ErrValidation) && !errors.Is(err, ErrNotSupported) && !errors.Is(err, ErrRangeNotSatisfiable):
			t.Errorf("%q: %v", header, err)
		}
	})
}

func FuzzSplitRegion(f *testing.F) {
	for _, seed := range []string{"a", "a:1", "a:1-2", "a:1,000-2K", "{a:b}:5-9", "a:b", "a:1e300", "a:-", "{", "a:0.5e1-"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		known := func(name string) bool { return len(name)%2 == 1 }
		name, beg, end, err := SplitRegion(text, known)
		switch {
		case err == nil && (beg < 0 || beg >= end || !known(name) || !strings.Contains(text, name)):
			t.Errorf("%q: %q [%d, %d)", text, name, beg, end)
		case err != nil && !errors.Is(err, ErrValidation):
			t.Errorf("%q: %v", text, err)
		}
	})
}
