package codec

import (
	"bytes"
	"compress/bzip2"
	"io"
	"math/bits"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/oracle"
)

// bzWriter writes bits, the highest of a byte first.
type bzWriter struct {
	out []byte
	n   int // bits of the last byte that are free
}

func (w *bzWriter) put(v uint64, k int) {
	for k--; k >= 0; k-- {
		if w.n == 0 {
			w.out, w.n = append(w.out, 0), 8
		}
		w.n--
		w.out[len(w.out)-1] |= byte(v>>k&1) << w.n
	}
}

// flatLengths are the lengths of a code of n symbols that differ by one at most,
// each more by a number.
func flatLengths(n, more int) []int {
	k := bits.Len(uint(n - 1))
	out := make([]int, n)
	for i := range out {
		if out[i] = more + k; i < 1<<k-n {
			out[i]--
		}
	}
	return out
}

// steepLengths are those of a code whose first symbols have ever longer ones.
func steepLengths(n int) []int {
	steps := min(n-2, 11)
	var out []int
	for i := range steps {
		out = append(out, i+1)
	}
	return append(out, flatLengths(n-steps, steps)...)
}

// canonical gives the codes of lengths.
func canonical(lengths []int) []uint64 {
	out, code := make([]uint64, len(lengths)), uint64(0)
	for l := 1; l <= bzMaxLen; l++ {
		for i := range lengths {
			if lengths[i] == l {
				out[i] = code
				code++
			}
		}
		code <<= 1
	}
	return out
}

// bzEncode compresses p as bzip2 with blocks of size bytes, by codes that r
// chooses.
func bzEncode(p []byte, size int, r *rand.Rand) []byte {
	var w bzWriter
	w.put('B'<<24|'Z'<<16|'h'<<8|'1', 32)
	all := uint32(0)
	for part := range slices.Chunk(p, size) {
		sum := bzSum(part)
		all = bits.RotateLeft32(all, 1) ^ sum
		w.put(bzBlock, 48)
		w.put(uint64(sum), 32)
		w.block(part, r)
	}
	w.put(bzEnd, 48)
	w.put(uint64(all), 32)
	return w.out
}

func (w *bzWriter) block(part []byte, r *rand.Rand) {
	var text []byte
	for i := 0; i < len(part); {
		n := 1
		for n < 4+255 && i+n < len(part) && part[i+n] == part[i] {
			n++
		}
		text = append(text, part[i:i+min(n, 4)]...)
		if n >= 4 {
			text = append(text, byte(n-4))
		}
		i += n
	}
	rotations := make([]int, len(text))
	for i := range rotations {
		rotations[i] = i
	}
	twice := append(text[:len(text):len(text)], text...)
	slices.SortFunc(rotations, func(a, b int) int {
		return bytes.Compare(twice[a:a+len(text)], twice[b:b+len(text)])
	})
	w.put(0, 1)
	w.put(uint64(slices.Index(rotations, 0)), 24)

	present := slices.Compact(slices.Sorted(slices.Values(text)))
	has := func(b int) uint64 {
		if slices.Contains(present, byte(b)) {
			return 1
		}
		return 0
	}
	rows := [16]uint64{}
	for b := range 256 {
		rows[b/16] |= has(b)
	}
	for _, row := range rows {
		w.put(row, 1)
	}
	for b := range 256 {
		if rows[b/16] != 0 {
			w.put(has(b), 1)
		}
	}

	order := slices.Clone(present)
	var symbols []int
	run := 0
	flush := func() {
		for ; run > 0; run = (run - 1) / 2 {
			symbols = append(symbols, (run-1)%2)
		}
	}
	for _, at := range rotations {
		b := twice[at+len(text)-1]
		k := slices.Index(order, b)
		if k == 0 {
			run++
			continue
		}
		flush()
		symbols = append(symbols, k+1)
		copy(order[1:k+1], order[:k])
		order[0] = b
	}
	flush()
	n := len(present) + 2
	symbols = append(symbols, n-1)

	codes := 2 + r.IntN(bzMaxCodes-1)
	var lengths [][]int
	for i := range codes {
		lengths = append(lengths, [][]int{flatLengths(n, 0), steepLengths(n)}[i%2])
		r.Shuffle(n, func(a, b int) { lengths[i][a], lengths[i][b] = lengths[i][b], lengths[i][a] })
	}
	w.put(uint64(codes), 3)
	groups := (len(symbols) + bzGroup - 1) / bzGroup
	w.put(uint64(groups), 15)
	which := make([]int, groups)
	recent := []int{0, 1, 2, 3, 4, 5}
	for i := range which {
		which[i] = r.IntN(codes)
		k := slices.Index(recent, which[i])
		w.put(1<<(k+1)-2, k+1)
		copy(recent[1:k+1], recent[:k])
		recent[0] = which[i]
	}
	for _, l := range lengths {
		length := l[0]
		w.put(uint64(length), 5)
		for _, want := range l {
			for ; length < want; length++ {
				w.put(2, 2)
			}
			for ; length > want; length-- {
				w.put(3, 2)
			}
			w.put(0, 1)
		}
	}
	words := make([][]uint64, codes)
	for i, l := range lengths {
		words[i] = canonical(l)
	}
	for i, symbol := range symbols {
		code := which[i/bzGroup]
		w.put(words[code][symbol], lengths[code][symbol])
	}
}

// bzTexts are bytes of several kinds.
func bzTexts() map[string][]byte {
	r := rand.New(rand.NewPCG(5, 6))
	texts := map[string][]byte{
		"one byte":   {7},
		"all bytes":  nil,
		"few values": sample(3000),
		"runs":       nil,
		"periods":    bytes.Repeat([]byte("ab"), 300),
	}
	for i := range 700 {
		texts["all bytes"] = append(texts["all bytes"], byte(i))
	}
	for range 60 {
		texts["runs"] = append(texts["runs"], bytes.Repeat([]byte{byte(r.IntN(3))}, 1+r.IntN(600))...)
	}
	for _, n := range []int{3, 4, 5, 258, 259, 260, 263} {
		texts["a run of "+strconv.Itoa(n)] = bytes.Repeat([]byte{'x'}, n)
	}
	return texts
}

// TestBzip2 decodes streams of one block and of several by codes of all lengths,
// after larger and smaller ones.
func TestBzip2(t *testing.T) {
	var d Decoder
	r := rand.New(rand.NewPCG(7, 8))
	for range 3 {
		for name, text := range bzTexts() {
			for _, size := range []int{len(text), len(text)/3 + 1} {
				requireBzip2(t, &d, text, bzEncode(text, size, r), name)
			}
		}
	}
	require.Zero(t, d.SecondLooks())
}

// requireBzip2 holds a decoder, and the standard library's, to the text of a
// stream.
func requireBzip2(t testing.TB, d *Decoder, text, stream []byte, name string) {
	t.Helper()
	got, err := d.Decode(nil, Bzip2, append(stream, "what follows"...), len(text))
	require.NoError(t, err, name)
	require.True(t, bytes.Equal(text, got), name)
	got, err = io.ReadAll(bzip2.NewReader(bytes.NewReader(stream)))
	require.NoError(t, err, name)
	require.True(t, bytes.Equal(text, got), name)
}

// TestBzip2Damaged: what is taken of a damaged stream is what it held.
func TestBzip2Damaged(t *testing.T) {
	var d Decoder
	r := rand.New(rand.NewPCG(9, 10))
	for name, text := range bzTexts() {
		stream := bzEncode(text, len(text)/2+1, r)
		for range 30 {
			at, by := r.IntN(len(stream)), byte(1+r.IntN(255))
			stream[at] ^= by
			got, err := d.Decode(nil, Bzip2, stream, len(text))
			if err == nil {
				require.True(t, bytes.Equal(text, got), name)
			} else {
				requireKind(t, err)
			}
			stream[at] ^= by
			_, err = d.Decode(nil, Bzip2, stream[:at:at], len(text))
			requireKind(t, err)
		}
		for _, size := range []int{len(text) - 1, len(text) + 1, 2 * len(text)} {
			if size > 0 {
				_, err := d.Decode(nil, Bzip2, stream, size)
				requireKind(t, err)
			}
		}
	}
}

// TestBzip2Levels decodes what bzip2 makes in blocks of all sizes.
func TestBzip2Levels(t *testing.T) {
	oracle.Needs(t, "bzip2")
	var d Decoder
	text := append(sample(1_100_000), bytes.Repeat([]byte("ab\x00"), 200_000)...)
	text = append(text, bytes.Repeat([]byte{9}, 300_000)...)
	for _, level := range []string{"-1", "-2", "-5", "-9"} {
		requireBzip2(t, &d, text, oracle.Run(t, text, "bzip2", level, "-c"), level)
	}
	require.Zero(t, d.SecondLooks())
}

// FuzzBzip2Text compresses any bytes in any blocks by any codes.
func FuzzBzip2Text(f *testing.F) {
	for _, text := range bzTexts() {
		f.Add(text, uint16(500), uint64(1))
	}
	var d Decoder
	f.Fuzz(func(t *testing.T, text []byte, size uint16, seed uint64) {
		if len(text) == 0 || len(text) > 1000 {
			return
		}
		requireBzip2(t, &d, text, bzEncode(text, int(size)+1, rand.New(rand.NewPCG(seed, 1))), "")
		require.Zero(t, d.SecondLooks())
	})
}

// FuzzBzip2Library holds our decoder's word on any stream against the standard
// library's.
func FuzzBzip2Library(f *testing.F) {
	r := rand.New(rand.NewPCG(11, 12))
	for _, text := range bzTexts() {
		f.Add(bzEncode(text, 500, r))
	}
	z := new(bunzip)
	f.Fuzz(func(t *testing.T, stream []byte) {
		want, err := io.ReadAll(io.LimitReader(bzip2.NewReader(bytes.NewReader(stream)), 1<<20))
		if err != nil || len(want) == 0 {
			want = make([]byte, 5000)
		}
		got := make([]byte, len(want))
		if z.stream(got, &source{method: Bzip2, data: stream}) == nil && err == nil {
			require.True(t, bytes.Equal(want, got))
		}
	})
}
