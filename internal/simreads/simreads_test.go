package simreads

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/errs"
)

// records splits FASTQ text and checks its outer form.
func records(t *testing.T, text, eol string) [][4]string {
	t.Helper()
	require.True(t, strings.HasSuffix(text, eol))
	lines := strings.Split(strings.TrimSuffix(text, eol), eol)
	require.Zero(t, len(lines)%4)
	var out [][4]string
	for i := 0; i < len(lines); i += 4 {
		r := [4]string(lines[i : i+4])
		require.Equal(t, "@", r[0][:1])
		require.Equal(t, "+", r[2])
		require.Equal(t, len(r[1]), len(r[3]))
		out = append(out, r)
	}
	return out
}

func write(t *testing.T, opt Options) (string, Stats) {
	t.Helper()
	var b bytes.Buffer
	st, err := Write(&b, opt)
	require.NoError(t, err)
	require.EqualValues(t, b.Len(), st.Bytes)
	return b.String(), st
}

func TestProfiles(t *testing.T) {
	for name, c := range map[string]struct {
		opt       Options
		qualities int // different values, at most
	}{
		"4 bins":    {Options{Seed: 7, Profile: Illumina4, Reads: 2000}, 4},
		"40 values": {Options{Seed: 7, Profile: Illumina40, Reads: 2000}, 40},
		"long":      {Options{Seed: 7, Profile: Nanopore, Reads: 20}, 50},
		"CRLF":      {Options{Seed: 7, Profile: Illumina4, Reads: 100, CRLF: true}, 4},
	} {
		t.Run(name, func(t *testing.T) {
			eol := "\n"
			if c.opt.CRLF {
				eol = "\r\n"
			}
			text, st := write(t, c.opt)
			again, _ := write(t, c.opt)
			require.Equal(t, text, again)
			rs := records(t, text, eol)
			require.Len(t, rs, int(c.opt.Reads))
			require.Equal(t, c.opt.Reads, st.Reads)
			var bases int
			names := map[string]bool{}
			var values strings.Builder
			for _, r := range rs {
				bases += len(r[1])
				names[r[0]] = true
				require.Empty(t, strings.Trim(r[1], "ACGTN"))
				values.WriteString(r[3])
			}
			require.EqualValues(t, bases, st.Bases)
			require.Len(t, names, len(rs), "names are unique")
			different := 0
			for v := range 128 {
				different += min(1, strings.Count(values.String(), string(rune(v))))
			}
			require.LessOrEqual(t, different, c.qualities)
			require.Greater(t, different, c.qualities*3/4)
		})
	}
}

func TestMates(t *testing.T) {
	for _, p := range []Profile{Illumina4, Illumina40} {
		opt := Options{Seed: 5, Profile: p, Bytes: 200_000}
		opt.Mate = 1
		one, st1 := write(t, opt)
		opt.Mate = 2
		two, st2 := write(t, opt)
		require.Equal(t, st1, st2)
		opt.Mate = 0
		single, _ := write(t, opt)
		require.Equal(t, one, single)
		r1, r2 := records(t, one, "\n"), records(t, two, "\n")
		g := string(genome(5))
		found := 0
		for i := range r1 {
			n1, n2 := r1[i][0], r2[i][0]
			require.NotEqual(t, n1, n2)
			require.Equal(t, strings.NewReplacer(" 1:", " 2:", "/1", "/2").Replace(n1), n2)
			if i >= 8 { // the search below is slow
				continue
			}
			// Opposite strands, not more than a fragment apart.
			for _, pair := range [][2]string{{r1[i][1], reversed(r2[i][1])}, {r2[i][1], reversed(r1[i][1])}} {
				left, right := strings.Index(g, pair[0][:30]), strings.Index(g, pair[1][len(pair[1])-30:])
				if left >= 0 && right >= 0 && right+30-left >= minFragment && right+30-left <= maxFragment {
					found++
				}
			}
		}
		require.Greater(t, found, 4, "most fragments are read at both ends")
	}
}

func reversed(s string) string {
	out := make([]byte, len(s))
	for i := range len(s) {
		if out[len(s)-1-i] = complement[s[i]]; s[i] == 'N' {
			out[len(s)-1-i] = 'N'
		}
	}
	return string(out)
}

func TestLongLengths(t *testing.T) {
	m := newMaker(Options{Seed: 1, Profile: Nanopore})
	below8k, top := 0, 0
	const n = 200_000
	for range n {
		l := m.longLen()
		if l < 200 || l > longest {
			t.Fatalf("a read of %d bases", l)
		}
		if l < 8192 {
			below8k++
		}
		top = max(top, l)
	}
	require.InDelta(t, 0.5, float64(below8k)/n, 0.01)
	require.Greater(t, top, 400_000)
}

func TestBadOptions(t *testing.T) {
	for _, opt := range []Options{{}, {Reads: 1, Mate: 3}, {Reads: 1, Mate: -1}, {Reads: 1, Mate: 2, Profile: Nanopore}} {
		_, err := Write(io.Discard, opt)
		require.ErrorIs(t, err, errs.ErrValidation)
	}
}

type full struct{}

var errFull = errors.New("full")

func (full) Write(p []byte) (int, error) { return 0, errFull }

func TestWriteErrors(t *testing.T) {
	_, err := Write(full{}, Options{Bytes: 1 << 20})
	require.ErrorIs(t, err, errFull)
	for _, c := range []Container{Gzip, MultiMember, BGZF, BGZFNoEOF} {
		require.ErrorIs(t, c.put(full{}, make([]byte, 100_000)), errFull)
	}
}

func BenchmarkWrite(b *testing.B) {
	for _, c := range []struct {
		name    string
		profile Profile
	}{{"Illumina4", Illumina4}, {"Illumina40", Illumina40}, {"Nanopore", Nanopore}} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(64 << 20)
			for range b.N {
				if _, err := Write(io.Discard, Options{Seed: 1, Profile: c.profile, Bytes: 64 << 20}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
