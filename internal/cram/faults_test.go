package cram

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/gzip"
)

func TestReferenceMissing(t *testing.T) {
	files, _, _ := golden(t)
	_, _, err := textOf(t, files["v30"], Options{})
	require.ErrorIs(t, err, errs.ErrNotFound)
	require.ErrorContains(t, err, `"c0"`)
	require.ErrorContains(t, err, "8d107ae8bcbbe8ca342672a0b89ad0c5")
	require.ErrorContains(t, err, "byte 4") // the container's

	bases := oddBases(t)
	delete(bases, "c2")
	text, _, err := textOf(t, files["v30"], Options{Bases: bases})
	require.ErrorIs(t, err, errs.ErrNotFound)
	require.ErrorContains(t, err, `"c2"`)
	require.Contains(t, string(text), "\tc1\t")
	require.NotContains(t, string(text), "\tc2\t1", "no record of c2 comes out")

	for _, name := range []string{"noref", "embed"} {
		_, _, err := textOf(t, files[name], Options{})
		require.NoError(t, err, name)
	}
}

func TestReferenceWrong(t *testing.T) {
	files, _, _ := golden(t)
	bases := oddBases(t)
	seq := bytes.Clone(bases["c1"])
	if seq[1000] == 'A' {
		seq[1000] = 'C'
	} else {
		seq[1000] = 'A'
	}
	bases["c1"] = seq
	text, _, err := textOf(t, files["v30"], Options{Bases: bases})
	require.ErrorIs(t, err, errs.ErrValidation)
	for _, told := range []string{`"c1"`, "wrong reference", "14d1dd77c1238550940f78a24912e614", "byte "} {
		require.ErrorContains(t, err, told)
	}
	for line := range strings.Lines(string(text)) {
		require.NotEqual(t, "c1", strings.Split(line, "\t")[2])
	}
}

// TestCut cuts files at every byte: what is left is an error, or reads with a
// warning where a container ends.
func TestCut(t *testing.T) {
	files, _, _ := golden(t)
	bases := oddBases(t)
	for _, name := range []string{"v21", "v30", "multi"} {
		file := files[name]
		whole, warned := 0, 0
		for n := 0; n < len(file); n += 1 + n/150 {
			_, r, err := textOf(t, file[:n], Options{Threads: 1, Bases: bases})
			if err != nil {
				require.ErrorIs(t, err, errs.ErrCorrupt, "%s at %d", name, n)
				continue
			}
			whole++
			if w := r.Warnings(); len(w) == 1 && w[0].Code == gzip.MissingEOFBlock {
				warned++
			}
		}
		require.Equal(t, whole, warned)
	}
	for _, name := range []string{"v21", "v30"} {
		size := map[string]int{"v21": 30, "v30": 38}[name]
		_, r, err := textOf(t, files[name][:len(files[name])-size], Options{Bases: bases})
		require.NoError(t, err)
		require.Len(t, r.Warnings(), 1)
	}
}

// TestFlipped changes every byte of a file with checksums: none may pass
// unseen, but for the id in its head and what lies behind the SAM header.
func TestFlipped(t *testing.T) {
	files, _, _ := golden(t)
	bases := oddBases(t)
	file := bytes.Clone(files["v31"])
	want, _, err := textOf(t, file, Options{Threads: 1, Bases: bases})
	require.NoError(t, err)
	for i := 4; i < len(file); i += 1 + i/200 {
		file[i] ^= 0x10
		text, _, err := textOf(t, file, Options{Threads: 1, Bases: bases})
		if err == nil {
			require.Equal(t, string(want), string(text), "byte %d", i)
		} else {
			var e *errs.Error
			require.True(t, errors.As(err, &e))
			require.NotEqual(t, errs.Internal, e.Kind, "byte %d: %v", i, err)
		}
		file[i] ^= 0x10
	}
}

func TestLimit(t *testing.T) {
	files, _, _ := golden(t)
	for name, file := range files {
		for _, limit := range []int{100, 3000, 15_000} {
			_, _, err := textOf(t, file, Options{Threads: 1, Bases: oddBases(t), MaxSlice: limit})
			require.ErrorIs(t, err, errs.ErrLimitExceeded, "%s with %d", name, limit)
		}
	}
}

func TestVersions(t *testing.T) {
	for head, want := range map[string]error{
		"":                        errs.ErrCorrupt,
		"CRAX\x03\x00":            errs.ErrCorrupt,
		"CRAM\x03\x00":            errs.ErrCorrupt,
		"CRAM\x01\x00" + padded(): errs.ErrNotSupported,
		"CRAM\x04\x00" + padded(): errs.ErrNotSupported,
		"CRAM\x03\x00" + padded(): errs.ErrCorrupt, // no header
	} {
		_, err := NewReader(strings.NewReader(head), Options{})
		require.ErrorIs(t, err, want, "%q", head)
	}
}

func padded() string { return strings.Repeat("\x00", fileID) }

// failing gives an error of its own in place of the end.
type failing struct {
	io.Reader
	err error
}

func (f failing) Read(p []byte) (int, error) {
	n, err := f.Reader.Read(p)
	if err == io.EOF {
		err = f.err
	}
	return n, err
}

func TestSourceFails(t *testing.T) {
	files, _, _ := golden(t)
	own := errors.New("the line is cut")
	for n := range 60 {
		file := files["v30"][:n*len(files["v30"])/60]
		r, err := NewReader(failing{bytes.NewReader(file), own}, Options{Threads: 2, Bases: oddBases(t)})
		if err == nil {
			text := NewText(t.Context(), r)
			for err == nil {
				slot, e := text.Next()
				if err = e; err == nil {
					slot.Release()
				}
			}
			text.Close()
		}
		require.ErrorIs(t, err, own)
	}
}

// TestEndsEarly closes and cancels amid the file, with slots held.
func TestEndsEarly(t *testing.T) {
	files, _, _ := golden(t)
	for _, threads := range []int{1, 2, 4} {
		for n := range 6 {
			ctx, cancel := context.WithCancel(t.Context())
			r, err := NewReader(bytes.NewReader(files["v30"]), Options{Threads: threads, Bases: oddBases(t)})
			require.NoError(t, err)
			text := NewText(ctx, r)
			for i := range n {
				slot, err := text.Next()
				require.NoError(t, err)
				if i < n-1 { // one is held
					slot.Release()
				}
			}
			if n%2 == 0 {
				cancel()
				_, err := text.Next()
				require.ErrorIs(t, err, context.Canceled)
			}
			text.Close()
			cancel()
		}
	}
}
