package bam

import (
	"bytes"
	stdgzip "compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/bgzf"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/oracle"
	"github.com/seqlode/seqlode/internal/sam"
)

func stamped(h *sam.Header) (*sam.Header, error) { return h.WithComment("store 1") }

// headers are header texts of which each has something that is easily got wrong.
var headers = map[string]string{
	"none":         "",
	"plain":        "@HD\tVN:1.6\n@SQ\tSN:c1\tLN:1000\n",
	"no last LF":   "@HD\tVN:1.6\n@SQ\tSN:c1\tLN:1000",
	"padded":       "@HD\tVN:1.6\n@SQ\tSN:c1\tLN:1000\n\x00\x00\x00\x00",
	"padded, bare": "@HD\tVN:1.6\n@SQ\tSN:c1\tLN:1000\x00\x00",
	"only zeros":   "\x00\x00\x00",
	"long":         "@HD\tVN:1.6\n@SQ\tSN:c1\tLN:1000\n" + strings.Repeat("@CO\tsomething or other\n", 20_000),
}

func TestRehead(t *testing.T) {
	records, lines := some(1200)
	for name, headerText := range headers {
		h := &sam.Header{Text: []byte(headerText), Refs: header(t).Refs}
		want, err := stamped(h)
		require.NoError(t, err)
		for _, n := range []int{0, 1200} {
			for _, block := range []int{64, 4000, bgzf.BlockText} {
				t.Run(fmt.Sprintf("%s, %d records, blocks of %d", name, n, block), func(t *testing.T) {
					file := compressed(t, text(h, records[:n]...), block)
					for _, src := range []io.Reader{bytes.NewReader(file), iotest.OneByteReader(bytes.NewReader(file))} {
						r, err := Rehead(t.Context(), src, stamped)
						require.NoError(t, err)
						got, err := io.ReadAll(r)
						require.NoError(t, err)
						require.True(t, bytes.HasSuffix(got, []byte(bgzf.EOFBlock)))

						// All blocks behind the header's are the same bytes.
						tail := max(len(bgzf.EOFBlock), len(file)-len(compressed(t, text(h), block))-1<<16)
						require.True(t, bytes.HasSuffix(got, file[len(file)-tail:]))

						read, err := NewReader(t.Context(), bytes.NewReader(got), Options{})
						require.NoError(t, err)
						require.Equal(t, string(want.Text), string(read.Header().Text))
						require.Equal(t, want.Refs, read.Header().Refs)
						read.Close()
						gotLines, _, err := samText(t.Context(), bytes.NewReader(got), 2)
						require.NoError(t, err)
						require.True(t, gotLines == lines[:len(gotLines)])
						require.Equal(t, n, strings.Count(gotLines, "\n"))
					}
				})
			}
		}
	}
}

// TestReheadReadsNoFurther: the records are not read before they are asked for.
func TestReheadReadsNoFurther(t *testing.T) {
	records, _ := some(3000)
	file := compressed(t, text(header(t), records...), 4000)
	src := bytes.NewReader(append(file, make([]byte, 8<<20)...))
	_, err := Rehead(t.Context(), src, stamped)
	require.NoError(t, err)
	require.Greater(t, src.Len(), 7<<20)
}

func TestReheadFaults(t *testing.T) {
	file := compressed(t, text(header(t)), 4000)
	var gz bytes.Buffer
	w := stdgzip.NewWriter(&gz)
	_, _ = w.Write(text(header(t)))
	require.NoError(t, w.Close())
	for _, c := range []struct {
		name string
		file []byte
		kind error
	}{
		{"ordinary gzip", gz.Bytes(), errs.ErrValidation},
		{"bare", text(header(t)), errs.ErrValidation},
		{"no BAM", compressed(t, []byte("@r\nA\n+\nI\n"), 4000), errs.ErrCorrupt},
		{"cut", file[:20], errs.ErrCorrupt},
	} {
		_, err := Rehead(t.Context(), bytes.NewReader(c.file), stamped)
		require.ErrorIs(t, err, c.kind, c.name)
	}
	_, err := Rehead(t.Context(), bytes.NewReader(file), func(h *sam.Header) (*sam.Header, error) { return h.WithComment("\n") })
	require.ErrorIs(t, err, errs.ErrValidation)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Rehead(ctx, bytes.NewReader(file), stamped)
	require.ErrorIs(t, err, context.Canceled)
}

// TestReheadAsSamtools: samtools reads what was made, and finds only the line
// more.
func TestReheadAsSamtools(t *testing.T) {
	oracle.Needs(t, "samtools")
	path, files := filepath.Join(t.TempDir(), "stamped.bam"), 0
	oracle.ConformanceBAMs(t, func(name, bam string) {
		header, _, good := oracle.View(t, "-H", "--no-PG", bam)
		text, _, allGood := oracle.View(t, bam)
		if !good || !allGood {
			return
		}
		src, err := os.Open(bam)
		require.NoError(t, err)
		defer src.Close()
		r, err := Rehead(t.Context(), src, stamped)
		require.NoError(t, err, name)
		got, err := io.ReadAll(r)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, got, 0o600))
		oracle.Run(t, nil, "samtools", "quickcheck", "-u", path)
		newText, _, good := oracle.View(t, path)
		require.True(t, good, name)
		require.Equal(t, text, newText, name)
		newHeader, _, good := oracle.View(t, "-H", "--no-PG", path)
		require.True(t, good, name)
		require.Equal(t, strings.TrimRight(header, "\x00"), strings.TrimRight(strings.Replace(newHeader, "@CO\tstore 1\n", "", 1), "\x00"), name)
		files++
	})
	require.Greater(t, files, 80)
}
