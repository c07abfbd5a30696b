package blob_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/errs"
)

// TestSum: the check value of CRC-32C is that of "123456789" (RFC 3720 and the
// catalogue of parametrised CRCs).
func TestSum(t *testing.T) {
	sum := blob.SumOf([]byte("123456789"))
	require.Equal(t, blob.Sum{Size: 9, CRC32C: 0xe3069283}, sum)
	require.Equal(t, sum, blob.Sum{}.Add([]byte("1234")).Add(nil).Add([]byte("56789")))

	text, err := json.Marshal(sum)
	require.NoError(t, err)
	require.JSONEq(t, `{"size":9,"crc32c":"e3069283"}`, string(text))
	var back blob.Sum
	require.NoError(t, json.Unmarshal(text, &back))
	require.Equal(t, sum, back)
	for _, bad := range []string{`"e306928"`, `"e30692833"`, `"g3069283"`, `""`} {
		var c blob.CRC
		require.ErrorIs(t, json.Unmarshal([]byte(bad), &c), errs.ErrCorrupt, bad)
	}
}
