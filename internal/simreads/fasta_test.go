package simreads

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/errs"
)

func TestWriteFASTA(t *testing.T) {
	var b bytes.Buffer
	n, err := WriteFASTA(&b, FASTAOptions{Seed: 1, Bytes: 300_000})
	require.NoError(t, err)
	require.EqualValues(t, b.Len(), n)
	require.InEpsilon(t, 300_000, n, 0.01)
	names := 0
	for record := range strings.SplitSeq(b.String()[1:], "\n>") {
		names++
		name, bases, _ := strings.Cut(strings.TrimSuffix(record, "\n"), "\n")
		require.True(t, strings.HasPrefix(name, "chr"))
		lines := strings.Split(bases, "\n")
		for _, line := range lines[:len(lines)-1] {
			require.Len(t, line, 60)
		}
		require.Empty(t, strings.Trim(strings.Join(lines, ""), "ACGTacgtN"))
	}
	require.Equal(t, contigs, names)
	sum := md5.Sum(b.Bytes())
	require.Equal(t, "3c277c5f907587b8d4ce059b5dc1a12a", hex.EncodeToString(sum[:]))
}

func TestWriteFASTAFails(t *testing.T) {
	_, err := WriteFASTA(&bytes.Buffer{}, FASTAOptions{})
	require.ErrorIs(t, err, errs.ErrValidation)
	broken := errors.New("broken")
	_, err = WriteFASTA(failing{broken}, FASTAOptions{Bytes: 1000})
	require.ErrorIs(t, err, broken)
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
