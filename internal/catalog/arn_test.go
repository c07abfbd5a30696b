package catalog

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestARN(t *testing.T) {
	s := Scope{Account: "000000000000", Region: "local"}
	for arn, ids := range map[string][2]ID{
		s.ReferenceStoreARN(1000000001):        {1000000001, 0},
		s.ReferenceARN(1000000001, 1000000002): {1000000001, 1000000002},
	} {
		store, id, ok := s.ParseReferenceARN(arn)
		require.True(t, ok, arn)
		require.Equal(t, ids, [2]ID{store, id})
		_, _, ok = s.ParseReadSetARN(arn)
		require.False(t, ok, arn)
		_, _, ok = Scope{Account: "000000000001", Region: "local"}.ParseReferenceARN(arn)
		require.False(t, ok, arn)
	}
	require.Equal(t, "arn:aws:omics:local:000000000000:sequenceStore/1000000001/readSet/1000000002", s.ReadSetARN(1000000001, 1000000002))
	store, id, ok := s.ParseReadSetARN(s.ReadSetARN(1000000001, 1000000002))
	require.True(t, ok)
	require.Equal(t, [2]ID{1000000001, 1000000002}, [2]ID{store, id})
	for _, arn := range []string{"", "x", s.SequenceStoreARN(0), s.SequenceStoreARN(1), s.ReadSetARN(1000000001, 0), s.ReadSetARN(1000000001, 1000000002) + "/x", s.SequenceStoreARN(1000000001) + "/"} {
		_, _, ok := s.ParseReadSetARN(arn)
		require.False(t, ok, arn)
	}
}
