package vault

import (
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/blob/mem"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
)

// large is a resource of a size.
type large int

func (l large) WriteJSON(w io.Writer) error {
	text := append(append([]byte{'"'}, bytes.Repeat([]byte("x"), int(l)-2)...), '"')
	_, err := w.Write(text)
	return err
}

// TestSidecarSize: what would not be read is not written.
func TestSidecarSize(t *testing.T) {
	v := &Vault{Objects: mem.New(), Kinds: []Kind{{Name: "readSet", Folder: "*/sequenceStore/*/readSet/*", Sidecar: "readset.json"}}}
	f := ReadSetFolder(catalog.Scope{Account: "000000000000"}, 1000000001, 1000000002)
	put := func(l large) error {
		return v.PutSidecar(t.Context(), catalog.InObjects, f, nil, l, blob.CreateOptions{Lease: CallLease})
	}
	require.NoError(t, put(10))
	small, err := v.sidecar(t.Context(), catalog.InObjects, f, v.Kinds[0])
	require.NoError(t, err)
	require.Equal(t, `"xxxxxxxx"`, string(small.Resource))
	info, err := v.Objects.Stat(t.Context(), Object(catalog.InObjects, f.File("readset.json")))
	require.NoError(t, err)

	most := maxSidecar - large(info.Size) + 10
	require.NoError(t, put(most))
	_, err = v.sidecar(t.Context(), catalog.InObjects, f, v.Kinds[0])
	require.NoError(t, err)
	require.ErrorIs(t, put(most+1), errs.ErrLimitExceeded)
	staged := 0
	require.NoError(t, v.Objects.Sweep(t.Context(), func(blob.Staged) (bool, error) {
		staged++
		return false, nil
	}))
	require.Zero(t, staged)
}
