package service

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/errs"
)

func TestTagResource(t *testing.T) {
	const arn = "arn:aws:omics:local:000000000000:sequenceStore/1000000001"
	have := map[string]string{"a": "1"}
	change, err := TagResource(arn, map[string]string{"a": "2", "b": ""})
	require.NoError(t, err)
	require.NoError(t, change(have))
	require.Equal(t, map[string]string{"a": "2", "b": ""}, have)
	change, err = UntagResource(arn, []string{"a", "never", "A"})
	require.NoError(t, err)
	require.NoError(t, change(have))
	require.Equal(t, map[string]string{"b": ""}, have)
	change, err = UntagResource(arn, nil)
	require.NoError(t, err)
	require.NoError(t, change(have))

	// Fifty at most, of which one is there.
	many := map[string]string{}
	for i := range 49 {
		many[fmt.Sprint("k", i)] = ""
	}
	change, err = TagResource(arn, many)
	require.NoError(t, err)
	require.NoError(t, change(have))
	require.Len(t, have, 50)
	change, err = TagResource(arn, map[string]string{"k0": "again"})
	require.NoError(t, err)
	require.NoError(t, change(have))
	change, err = TagResource(arn, map[string]string{"one more": ""})
	require.NoError(t, err)
	require.ErrorIs(t, change(have), errs.ErrValidation)
	many["x"], many["y"] = "", ""
	_, err = TagResource(arn, many)
	require.ErrorIs(t, err, errs.ErrValidation)

	for _, bad := range []error{
		second(TagResource("x", nil)), second(UntagResource("x", nil)), second(UntagResource(arn, []string{""})),
		second(UntagResource(arn, []string{strings.Repeat("x", 129)})), second(UntagResource(arn, make([]string, 51))),
	} {
		require.ErrorIs(t, bad, errs.ErrValidation)
	}
}

func second[A any](_ A, err error) error { return err }

// TestCode: every kind has its name.
func TestCode(t *testing.T) {
	for kind := errs.Internal; kind.Sentinel() != errs.ErrInternal || kind == errs.Internal; kind++ {
		require.NotEmpty(t, Code(&errs.Error{Kind: kind}), kind)
	}
	require.Equal(t, "ServiceQuotaExceededException", Code(fmt.Errorf("start: %w", errs.At(errs.QuotaExceeded, errs.Pos{}, "no more"))))
	require.Equal(t, "InternalServerException", Code(fmt.Errorf("odd")))
}
