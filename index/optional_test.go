package index

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/etag"
)

// TestOptional: what cannot be indexed has its ETag and no index.
func TestOptional(t *testing.T) {
	for _, c := range oddFiles {
		t.Run(c.name, func(t *testing.T) {
			file := bamFile(t, c.lengths, c.records)
			want, wantErr := etag.Compute(t.Context(), bytes.NewReader(file), etag.Options{})
			for _, threads := range []int{1, 3} {
				var x bytes.Buffer
				res, err := Build(t.Context(), bytes.NewReader(file), &x, BAI, &Options{ETag: etag.MD5up, Optional: true, Threads: threads})
				if wantErr != nil {
					require.EqualError(t, err, wantErr.Error())
					continue
				}
				require.NoError(t, err)
				require.Equal(t, want, *res.ETag)
				require.Equal(t, c.bad != "", res.NoIndex != nil)
				require.Equal(t, c.bad != "", x.Len() == 0)
			}
		})
	}
}
