package codec

import (
	"encoding/base64"
	"errors"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/errs"
)

// stream is a line of testdata/streams.txt.
type stream struct {
	name   string
	method Method
	data   []byte
	want   []byte
}

func streams(t testing.TB) []stream {
	t.Helper()
	methods := map[string]Method{
		"Gzip": Gzip, "Bzip2": Bzip2, "LZMA": LZMA, "RANS4x8": RANS4x8,
		"RANSNx16": RANSNx16, "Arith": Arith, "Fqzcomp": Fqzcomp, "Tok3": Tok3,
	}
	text, err := os.ReadFile("testdata/streams.txt")
	require.NoError(t, err)
	var all []stream
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Fields(line)
		require.Len(t, f, 4)
		method, known := methods[f[0]]
		require.True(t, known, f[0])
		data, err := base64.StdEncoding.DecodeString(f[3])
		require.NoError(t, err)
		want, err := os.ReadFile("testdata/originals/" + f[2])
		require.NoError(t, err)
		if method == Fqzcomp {
			for i := range want {
				want[i] -= '!'
			}
		}
		all = append(all, stream{strings.Join(f[:3], "/"), method, data, want})
	}
	require.Greater(t, len(all), 80)
	return all
}

// TestStreams decodes all streams, in several orders by one decoder: what a
// block decodes to does not depend on those before.
func TestStreams(t *testing.T) {
	all := streams(t)
	var d Decoder
	dst := make([]byte, 0, 4096)
	shuffle := rand.New(rand.NewPCG(1, 1))
	for range 5 {
		for _, i := range shuffle.Perm(len(all)) {
			s := all[i]
			data := append([]byte(nil), s.data...)
			got, err := d.Decode(dst, s.method, data, len(s.want))
			require.NoError(t, err, s.name)
			require.Equal(t, s.want, got, s.name)
			require.Equal(t, s.data, data, s.name)
			require.Same(t, &dst[:1][0], &got[0], s.name)
		}
	}
}

// TestSizeMustMatch: a block that states another size than its stream holds is
// corrupt.
func TestSizeMustMatch(t *testing.T) {
	var d Decoder
	for _, s := range streams(t) {
		for _, size := range []int{1, len(s.want) - 1, len(s.want) + 1, len(s.want) + 70_000} {
			_, err := d.Decode(nil, s.method, s.data, size)
			require.ErrorIs(t, err, errs.ErrCorrupt, "%s as %d bytes", s.name, size)
			require.Contains(t, err.Error(), s.method.String()+", byte ")
		}
	}
}

func TestTruncated(t *testing.T) {
	var d Decoder
	for _, s := range streams(t) {
		for n := 0; n < len(s.data); n++ {
			if n > 200 && n < len(s.data)-50 {
				n += 10 // past the tables, any place is as good
			}
			_, err := d.Decode(nil, s.method, s.data[:n:n], len(s.want))
			require.ErrorIs(t, err, errs.ErrCorrupt, "%s, %d of %d bytes", s.name, n, len(s.data))
		}
	}
}

// TestDamaged: a damaged stream decodes to the size wanted or is an error.
func TestDamaged(t *testing.T) {
	var d Decoder
	dst := make([]byte, 0, 4096)
	random := rand.New(rand.NewPCG(3, 4))
	for _, s := range streams(t) {
		data := append([]byte(nil), s.data...)
		for range 100 {
			at, by := random.IntN(min(len(data), 1+random.IntN(len(data)))), byte(1+random.IntN(255))
			data[at] ^= by
			got, err := d.Decode(dst, s.method, data, len(s.want))
			if err != nil {
				requireKind(t, err)
			} else {
				require.Len(t, got, len(s.want), s.name)
			}
			data[at] ^= by
		}
		got, err := d.Decode(dst, s.method, s.data, len(s.want))
		require.NoError(t, err, s.name)
		require.Equal(t, s.want, got, "%s, after damaged ones", s.name)
	}
}

// TestShortForLarge: of a few bytes that state a large block no more is decoded
// than they hold.
func TestShortForLarge(t *testing.T) {
	const size = 8 << 20
	var d Decoder
	dst := make([]byte, size)
	for _, c := range []struct {
		method Method
		data   string
	}{
		{RANS4x8, "\x00\x1a\x00\x00\x00\x00\x00\x80\x00a\x88\x00b\x00\x87\xff\x00" + strings.Repeat("\x00\x00\x80\x00", 4) + "\x00\x00"},
		{RANSNx16, "\x00\x84\x80\x80\x00ab\x00\x00\x01\x01" + strings.Repeat("\x00\x80\x00\x00", 4)},
		{Arith, "\x00\x84\x80\x80\x00\x00\x00\x12\x34\x56\x78"},
		{Arith, "\x01\x84\x80\x80\x00\x00\x00\x12\x34\x56\x78"},
		{Arith, "\x40\x84\x80\x80\x00\x00\x00\x12\x34\x56\x78"},
		{Fqzcomp, "\x84\x80\x80\x00\x05\x00\x00\x00\x00\x28\x00\x00\x00" + "\x00\x00\x00\x70\x00\x80\x00\x00\x00\x00"},
		{Tok3, "\x00\x00\x80\x00\xff\xff\x0f\x00\x00\x80\x01\x00"},
	} {
		dst[size-1] = 0xaa
		_, err := d.Decode(dst, c.method, []byte(c.data), size)
		require.ErrorIs(t, err, errs.ErrCorrupt, "%v", c.method)
		require.Equal(t, byte(0xaa), dst[size-1], "%v", err)
	}
}

// requireKind holds an error of a bad stream to its kinds.
func requireKind(t testing.TB, err error) {
	t.Helper()
	var e *errs.Error
	require.True(t, errors.As(err, &e), "%v", err)
	require.Contains(t, []errs.Kind{errs.Corrupt, errs.LimitExceeded, errs.NotSupported}, e.Kind, "%v", err)
}

// TestNoAllocations: a warm decoder allocates nothing.
func TestNoAllocations(t *testing.T) {
	var d Decoder
	for _, s := range streams(t) {
		if s.method == LZMA {
			continue // its reader can't be reused
		}
		dst := make([]byte, 0, len(s.want))
		allocations := testing.AllocsPerRun(3, func() {
			if _, err := d.Decode(dst, s.method, s.data, len(s.want)); err != nil {
				t.Fatal(err)
			}
		})
		require.Zero(t, allocations, s.name)
	}
}
