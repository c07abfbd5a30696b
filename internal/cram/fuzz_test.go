package cram

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/errs"
)

// fuzzLimit is what a slice may have while fuzzing.
const fuzzLimit = 1 << 20

// openFuzzed reads a file whose checksums mean nothing.
func openFuzzed(file []byte, opt Options) (*Reader, error) {
	r := &Reader{in: newInput(bytes.NewReader(file)), opt: opt, open: true}
	return r, r.begin()
}

// blame fails where an error is a fault of ours, and not of the file.
func blame(t *testing.T, err error) {
	t.Helper()
	var e *errs.Error
	if err != nil && err != io.EOF && (!errors.As(err, &e) || e.Kind == errs.Internal) {
		t.Fatalf("an error that does not blame the file: %v", err)
	}
}

func addFiles(f *testing.F) {
	f.Helper()
	names, err := filepath.Glob(filepath.Join("testdata", "few*.cram"))
	require.NoError(f, err)
	require.NotEmpty(f, names)
	for _, name := range names {
		file, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add(file)
	}
}

// FuzzFile makes text, records and an index of a file.
func FuzzFile(f *testing.F) {
	addFiles(f)
	bases := oddBases(f)
	f.Fuzz(func(t *testing.T, file []byte) {
		opt := Options{Threads: 1, Bases: bases, NamePrefix: "p", MaxSlice: fuzzLimit}
		r, err := openFuzzed(file, opt)
		if blame(t, err); err != nil {
			return
		}
		text := NewText(t.Context(), r)
		for range 50 {
			slot, err := text.Next()
			if err != nil {
				blame(t, err)
				break
			}
			slot.Release()
		}
		text.Close()

		if r, err = openFuzzed(file, opt); err != nil {
			t.Fatal(err)
		}
		index, err := MakeIndex(t.Context(), r, nil)
		blame(t, err)
		if r, err = openFuzzed(file, opt); err != nil {
			t.Fatal(err)
		}
		if r.fault != nil || len(r.names) == 0 {
			return
		}
		blame(t, r.Restrict(index, 0, 100, 200))
		records := NewRecords(t.Context(), r)
		defer records.Close()
		for range 1000 {
			if _, err := records.Next(); err != nil {
				blame(t, err)
				return
			}
		}
	})
}

// FuzzContainers walks over containers and slices and decodes nothing.
func FuzzContainers(f *testing.F) {
	addFiles(f)
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := openFuzzed(file, Options{MaxSlice: fuzzLimit})
		blame(t, err)
		var s Slice
		for err == nil {
			err = r.Next(&s)
		}
		blame(t, err)
		if r.in.Offset() > int64(len(file)) {
			t.Fatalf("%d bytes consumed of %d", r.in.Offset(), len(file))
		}
	})
}

// FuzzCompression reads compression headers, and what they say of places.
func FuzzCompression(f *testing.F) {
	files, _, _ := golden(f)
	for _, file := range files {
		f.Add(headerOf(f, file))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := parseCompression(data)
		blame(t, err)
		if err == nil {
			h.placesOnly()
		}
	})
}

// headerOf gives the first compression header of a file.
func headerOf(t testing.TB, file []byte) []byte {
	t.Helper()
	r, err := NewReader(bytes.NewReader(file), Options{})
	require.NoError(t, err)
	require.NoError(t, r.readContainer(&r.current))
	buf, at, err := r.readBlock(nil)
	require.NoError(t, err)
	b := at.in(buf)
	data, err := b.decode(&r.codec, nil)
	require.NoError(t, err)
	return bytes.Clone(data)
}

func FuzzReadIndex(f *testing.F) {
	f.Add([]byte("0\t1\t100\t26\t200\t3000\n-1\t0\t0\t1099511627776\t7\t8\n"))
	f.Add([]byte("1\t2\t-3\t4\t5\t6"))
	f.Fuzz(func(t *testing.T, file []byte) {
		x, err := ReadIndex(bytes.NewReader(file))
		blame(t, err)
		if err != nil {
			return
		}
		again, err := ReadIndex(bytes.NewReader(x.AppendText(nil)))
		require.NoError(t, err)
		require.Equal(t, x, again)
		x.first(&region{0, 5, 10})
	})
}
