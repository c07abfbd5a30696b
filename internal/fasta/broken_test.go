package fasta

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/errs"
)

// TestSourceThatBreaksOff: whatever a source fails with, io.ErrUnexpectedEOF too, is
// not taken for the end of the file.
func TestSourceThatBreaksOff(t *testing.T) {
	for _, text := range []string{"", ">", ">a\nACGT\n", ">a\n" + strings.Repeat("ACGT\n", 1<<20)} {
		for _, failure := range []error{io.ErrUnexpectedEOF, io.ErrClosedPipe} {
			_, err := Scan(t.Context(), io.MultiReader(strings.NewReader(text), iotest.ErrReader(failure)), Options{})
			require.ErrorIs(t, err, failure)
			require.ErrorIs(t, err, errs.ErrInternal)
		}
	}
}
