package reference

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestReferenceResource: what is written piece by piece is what JSON in memory is.
func TestReferenceResource(t *testing.T) {
	kept := keptReference{Name: "a <b>", Tags: map[string]string{"sequences": "[]"}, MD5: "x", CreationTime: time.Unix(1, 0).UTC()}
	var list sequenceList
	for n, name := range []string{"chr1", `HLA-A*01:01:01:01`, `"quoted"\`, "größe", "a<b>&c", "\u2028"} {
		for range 300 {
			c := Contig{Name: name, Length: int64(n) * 1e9, M5: "0123456789abcdef0123456789abcdef"}
			list = list.add(c)
			kept.Sequences = append(kept.Sequences, string(list[len(list)-len(sequenceList(nil).add(c)):len(list)-1]))
		}
	}
	want, err := json.MarshalIndent(kept, "  ", "  ")
	require.NoError(t, err)
	written := referenceResource{kept, list}
	written.Sequences = nil
	var got bytes.Buffer
	require.NoError(t, written.WriteJSON(&got))
	require.Equal(t, string(want), got.String())
}
