package cram

import (
	"bytes"
	"context"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/fasta"
)

// fewBases is a source of bases in memory, by name.
type fewBases map[string][]byte

func (b fewBases) Find(_ context.Context, c fasta.Contig) (fasta.Contig, error) {
	seq, ok := b[c.Name]
	if !ok {
		return fasta.Contig{}, errs.At(errs.NotFound, errs.Pos{}, "no sequence %q", c.Name)
	}
	return fasta.Contig{Name: c.Name, Length: int64(len(seq))}, nil
}

func (b fewBases) AppendBases(_ context.Context, dst []byte, c fasta.Contig, beg, end int64) ([]byte, error) {
	seq := b[c.Name]
	if beg < 0 || beg > end || end > int64(len(seq)) {
		return dst, errs.At(errs.RangeNotSatisfiable, errs.Pos{}, "%s has no bases %d to %d", c.Name, beg, end)
	}
	return append(dst, seq[beg:end]...), nil
}

// readFasta reads a FASTA file as a whole.
func readFasta(t testing.TB, path string) fewBases {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	b := fewBases{}
	for entry := range strings.SplitSeq(string(text), ">") {
		head, seq, ok := strings.Cut(entry, "\n")
		if ok {
			b[strings.Fields(head)[0]] = []byte(strings.ToUpper(strings.ReplaceAll(seq, "\n", "")))
		}
	}
	return b
}

// textOf gives the SAM text of a file, and what ended it if that is a fault.
func textOf(t testing.TB, file []byte, opt Options) ([]byte, *Reader, error) {
	t.Helper()
	r, err := NewReader(bytes.NewReader(file), opt)
	if err != nil {
		return nil, nil, err
	}
	text := NewText(t.Context(), r)
	defer text.Close()
	var out []byte
	for {
		slot, err := text.Next()
		if err == io.EOF {
			return out, r, nil
		}
		if err != nil {
			return out, r, err
		}
		out = append(out, slot.Unit.Text...)
		slot.Release()
	}
}

// sameLines compares two texts line by line.
func sameLines(t testing.TB, want, got []byte, what string) {
	t.Helper()
	if bytes.Equal(want, got) {
		return
	}
	w, g := strings.Split(string(want), "\n"), strings.Split(string(got), "\n")
	for i := range min(len(w), len(g)) {
		if w[i] != g[i] {
			wf, gf := strings.Split(w[i], "\t"), strings.Split(g[i], "\t")
			for k := range min(len(wf), len(gf)) {
				require.Equal(t, wf[k], gf[k], "%s: line %d, column %d, of %s", what, i+1, k+1, wf[0])
			}
			require.Equal(t, w[i], g[i], "%s: line %d", what, i+1)
		}
	}
	t.Fatalf("%s: %d lines for %d", what, len(g), len(w))
}

// withoutHeader leaves out the lines of a header.
func withoutHeader(text []byte) []byte {
	lines := bytes.SplitAfter(text, []byte("\n"))
	return bytes.Join(slices.DeleteFunc(lines, func(l []byte) bool { return len(l) > 0 && l[0] == '@' }), nil)
}
