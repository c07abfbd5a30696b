package codec

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/errs"
)

func TestSizes(t *testing.T) {
	d := Decoder{Limit: 10}
	got, err := d.Decode(make([]byte, 3, 20), Raw, []byte("abc"), 3)
	require.NoError(t, err)
	require.Equal(t, "abc", string(got))

	got, err = d.Decode(nil, RANS4x8, []byte("not rANS"), 0)
	require.NoError(t, err)
	require.Empty(t, got)

	for name, c := range map[string]struct {
		method Method
		src    string
		size   int
		want   error
	}{
		"raw, more bytes":  {Raw, "abcd", 3, errs.ErrCorrupt},
		"raw, fewer bytes": {Raw, "ab", 3, errs.ErrCorrupt},
		"above the limit":  {Raw, "ab", 11, errs.ErrLimitExceeded},
		"negative":         {Raw, "ab", -1, errs.ErrCorrupt},
		"no such method":   {9, "ab", 2, errs.ErrNotSupported},
	} {
		_, err := d.Decode(nil, c.method, []byte(c.src), c.size)
		require.ErrorIs(t, err, c.want, name)
	}
}
