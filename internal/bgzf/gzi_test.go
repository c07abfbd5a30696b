package bgzf

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/errs"
)

// gzi makes the bytes of an index.
func gzi(numbers ...uint64) []byte {
	var b []byte
	for _, n := range numbers {
		b = binary.LittleEndian.AppendUint64(b, n)
	}
	return b
}

func TestReadIndex(t *testing.T) {
	for _, c := range []struct {
		name string
		in   []byte
		want Index
		err  string
	}{
		{"none", gzi(0), nil, ""},
		{"none, as bgzip writes it", gzi(1<<64 - 1), nil, ""},
		{"none, as bgzip's threads write it", gzi(1<<64 - 2), nil, ""},
		{"two", gzi(2, 100, 65280, 300, 70000), Index{{100, 65280}, {300, 70000}}, ""},
		{"empty file", nil, nil, "byte 0: truncated: the file ends inside a GZI index"},
		{"cut in the number", gzi(2)[:5], nil, "byte 5: truncated: the file ends inside a GZI index"},
		{"cut between entries", gzi(2, 100, 65280), nil, "byte 24: truncated: the file ends inside a GZI index"},
		{"cut in an entry", gzi(2, 100, 65280, 300), nil, "byte 32: truncated: the file ends inside a GZI index"},
		{"endless", gzi(1<<62, 1, 1, 2, 2), nil, "byte 40: truncated: the file ends inside a GZI index"},
		{"more behind", gzi(1, 100, 65280, 1), nil, "byte 24: GZI index: bytes behind its 1 entries"},
		{"stored backwards", gzi(2, 100, 10, 99, 20), nil, "byte 24: GZI index: block at byte 99 with text from 20, after one at 100 with text from 10"},
		{"text backwards", gzi(2, 100, 10, 101, 10), nil, "byte 24: GZI index: block at byte 101 with text from 10, after one at 100 with text from 10"},
		{"first block at 0", gzi(1, 0, 10), nil, "byte 8: GZI index: block at byte 0 with text from 10, after one at 0 with text from 0"},
		{"beyond virtual offsets", gzi(1, 1<<48, 10), nil, "byte 8: GZI index: block at byte 281474976710656 with text from 10, after one at 0 with text from 0"},
		{"negative", gzi(1, 1<<63, 1<<63), nil, "byte 8: GZI index: block at byte 9223372036854775808 with text from 9223372036854775808, after one at 0 with text from 0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := ReadIndex(iotest.OneByteReader(bytes.NewReader(c.in)))
			require.Equal(t, c.want, got)
			if c.err == "" {
				require.NoError(t, err)
				if !strings.HasPrefix(c.name, "none,") {
					var b bytes.Buffer
					n, err := got.WriteTo(&b)
					require.NoError(t, err)
					require.EqualValues(t, len(c.in), n)
					require.Equal(t, c.in, b.Bytes())
				}
				return
			}
			require.EqualError(t, err, c.err)
			require.ErrorIs(t, err, errs.ErrCorrupt)
		})
	}
	whole := gzi(2, 100, 65280, 300, 70000)
	for cut := range len(whole) + 1 {
		_, err := ReadIndex(broken(whole[:cut]))
		require.ErrorIs(t, err, errBroken)
	}
}

func TestIndexVirtual(t *testing.T) {
	x := Index{{100, 65280}, {300, 70000}}
	for _, c := range []struct {
		text int64
		want uint64
	}{
		{0, 0}, {1, 1}, {65279, 65279}, {65280, 100 << 16}, {69999, 100<<16 | 4719}, {70000, 300 << 16}, {70000 + 65535, 300<<16 | 65535},
	} {
		got, err := x.Virtual(c.text)
		require.NoError(t, err)
		require.Equal(t, c.want, got, "%d", c.text)
	}
	for _, text := range []int64{-1, 70000 + 65536, 1 << 60} {
		_, err := x.Virtual(text)
		require.ErrorIs(t, err, errs.ErrRangeNotSatisfiable)
	}
	// A place behind the text of the last block is found by reading.
	f := fileOf([]byte("abc"))
	r := newLimited(t, bytes.NewReader(f.stored), Options{Threads: 1})
	v, err := Index(nil).Virtual(4)
	require.NoError(t, err)
	require.NoError(t, r.Seek(v))
	_, err = io.ReadAll(r)
	require.ErrorIs(t, err, errs.ErrRangeNotSatisfiable)
}
