package cram

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/sam"
)

// TestHeaderPastItsContainer reads headers whose block runs two bytes past the end
// that its container states, as htslib writes CRAM 2 where the padding lengthens the
// block's sizes: text of less than 124 and of 6,380 to 16,379 bytes.
func TestHeaderPastItsContainer(t *testing.T) {
	file, err := os.ReadFile("testdata/few21.cram")
	require.NoError(t, err)
	bases := readFasta(t, "testdata/odd.fa")
	want, r, err := textOf(t, file, Options{Bases: bases})
	require.NoError(t, err)
	text := string(r.Header().Text) + "@CO\t" + strings.Repeat("x", 8000) + "\n"
	head := headContainer(bytes.Clone(file[:len(Magic)+2+fileID]), 2, []byte(text))
	at := len(Magic) + 2 + fileID
	length := le.Uint32(head[at:])
	for short, good := range map[uint32]bool{0: true, 2: true, 3: false} {
		t.Run(fmt.Sprint(short), func(t *testing.T) {
			le.PutUint32(head[at:], length-short)
			file := append(bytes.Clone(head), file[r.first:]...)
			got, made, err := textOf(t, file, Options{Bases: bases})
			if !good {
				require.ErrorIs(t, err, errs.ErrCorrupt)
				return
			}
			require.NoError(t, err)
			require.Equal(t, text, string(made.Header().Text))
			require.Equal(t, string(want), string(got))
			reheaded, err := Rehead(bytes.NewReader(file), func(*sam.Header) (*sam.Header, error) { return r.Header(), nil })
			require.NoError(t, err)
			var out bytes.Buffer
			_, err = out.ReadFrom(reheaded)
			require.NoError(t, err)
			got, _, err = textOf(t, out.Bytes(), Options{Bases: bases})
			require.NoError(t, err)
			require.Equal(t, string(want), string(got))
		})
	}
}
