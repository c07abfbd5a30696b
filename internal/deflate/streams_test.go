package deflate

import (
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	kflate "github.com/klauspost/compress/flate"
	"github.com/stretchr/testify/require"
)

// stream is a good stream and its text.
type stream struct {
	name       string
	data, text []byte
}

// handMade are streams that no encoder is sure to write.
var handMade = map[string]func(w *streamWriter){
	"stored":       func(w *streamWriter) { w.stored(true, "stored text") },
	"stored empty": func(w *streamWriter) { w.stored(true, "") },
	"stored largest": func(w *streamWriter) {
		w.stored(false, strings.Repeat("0123456789abcde", 65535/15))
		w.stored(true, "behind")
	},
	"fixed empty": func(w *streamWriter) { w.fixed(true); w.end() },
	"fixed literals": func(w *streamWriter) {
		w.fixed(true)
		w.literals("plain ASCII and \x00\x8f\x90\xff")
		w.end()
	},
	"all kinds and empty blocks": func(w *streamWriter) {
		for range 3 {
			w.stored(false, "")
			w.fixed(false)
			w.end()
			w.fixed(false)
			w.literals("abc")
			w.match(4, 2)
			w.end()
			w.stored(false, "xyz")
			w.dynamic(false, comb(258, 'q', 'r', 's', endOfBlock, 257), comb(2, 0, 1))
			w.literals("qrs")
			w.match(3, 2)
			w.end()
		}
		w.stored(true, "")
	},
	"length 258, both forms": func(w *streamWriter) {
		w.fixed(true)
		w.literals("ab")
		w.litSymbol(285)
		w.distSymbol(1)
		w.repeat(258, 2)
		w.litSymbol(284)
		w.bits(31, 5)
		w.distSymbol(0)
		w.repeat(258, 1)
		w.end()
	},
	"every length": func(w *streamWriter) {
		w.fixed(true)
		w.literals("The quick brown fox jumps over the lazy dog")
		for n := 3; n < 258; n++ {
			w.match(n, 1+n*n%len(w.text))
		}
		w.end()
	},
	"distances 1 to 40, overlapped": func(w *streamWriter) {
		w.fixed(true)
		w.literals("0123456789abcdefghijklmnopqrstuvwxyzABCD")
		for distance := 1; distance <= 40; distance++ {
			for _, n := range []int{3, 4, 5, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 47, 48, 63, 64, 65, 100, 255} {
				w.match(n, distance)
				w.literals("#")
			}
			w.literals(fmt.Sprintf("<%d.%d.%d>", distance, distance*7, distance*13))
		}
		w.end()
	},
	"distance 32768": func(w *streamWriter) {
		w.stored(false, noise(32768))
		w.fixed(true)
		for range 3 {
			w.match(200, 32768)
		}
		w.match(3, 32767)
		w.end()
	},
	"one distance code": func(w *streamWriter) {
		w.dynamic(true, comb(260, 'x', 'y', endOfBlock, 259), []uint8{0, 0, 0, 1})
		w.literals("xxyyx")
		w.match(5, 4)
		w.literals("y")
		w.match(5, 4)
		w.end()
	},
	"no distance code": func(w *streamWriter) {
		w.dynamic(true, comb(257, 'x', 'y', endOfBlock), []uint8{0})
		w.literals("xyxxy")
		w.end()
	},
	"end of block alone": func(w *streamWriter) {
		lens := make([]uint8, 257)
		lens[endOfBlock] = 1
		w.dynamic(true, lens, []uint8{0})
		w.end()
	},
	"codes of 15 bits": func(w *streamWriter) {
		lit := comb(286, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 284, 283, 'm', 'n', 285, endOfBlock)
		w.dynamic(true, lit, comb(30, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 28, 29))
		w.literals(strings.Repeat("abcdefghijmn", 10))
		w.match(250, 100)
		for len(w.text) < 32768 {
			w.match(257, 65+len(w.text)%64)
			w.literals("nnnm")
		}
		for i := range 100 {
			w.match(230+i%27, 20000+i*100)
			w.litSymbol(285)
			w.distSymbol(29)
			w.bits(uint64(i), 13)
			w.repeat(258, 24577+i)
			w.literals("nn")
		}
		w.end()
	},
	"all codes used": func(w *streamWriter) {
		// 286 codes: 226 of 8 bits, 60 of 9; 30 codes: 2 of 4, 28 of 5.
		lit, dist := bytes.Repeat([]byte{8}, 286), bytes.Repeat([]byte{5}, 30)
		copy(lit[226:], bytes.Repeat([]byte{9}, 60))
		dist[7], dist[22] = 4, 4
		w.dynamic(true, lit, dist)
		for i := range 256 {
			w.literals(string([]byte{byte(i)}))
		}
		for n := range 255 {
			w.match(n+3, 1+n*127)
			for len(w.text) < n*127+128 {
				w.match(257, len(w.text)/2)
			}
		}
		w.end()
	},
	"repeated code lengths": func(w *streamWriter) {
		w.dynamicCounts(true, 258, 9, preLens)
		pre := canonical(preLens)
		put := func(s int, extra uint64, n uint) {
			w.bits(pre[s].bits, pre[s].length)
			w.bits(extra, n)
		}
		put(18, 127, 7) // 138 zeros
		put(17, 0, 3)   // 3
		put(18, 0, 7)   // 11
		put(17, 7, 3)   // 10
		put(3, 0, 0)    // symbol 162
		put(16, 2, 2)   // 5 more
		put(18, 77, 7)  // 88 zeros, to symbol 255
		put(3, 0, 0)    // the end of block
		put(16, 3, 2)   // symbol 257 and 5 distances, across the border
		put(16, 0, 2)   // 3 more
		put(0, 0, 0)
		lit := make([]uint8, 258)
		for _, s := range []int{162, 163, 164, 165, 166, 167, 256, 257} {
			lit[s] = 3
		}
		w.lit, w.dist = canonical(lit), canonical([]uint8{3, 3, 3, 3, 3, 3, 3, 3, 0})
		w.literals("\xa2\xa3\xa4\xa5\xa6\xa7")
		w.match(3, 6)
		w.end()
	},
}

func noise(n int) string {
	b := make([]byte, n)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return string(b)
}

// texts are what the encoders are given.
var texts = sync.OnceValue(func() map[string][]byte {
	r := rand.New(rand.NewPCG(3, 4))
	var words strings.Builder
	for words.Len() < 40000 {
		words.WriteString([]string{"the ", "read ", "of ", "a genome ", "is ", "stored, ", "and ", "counted\n"}[r.IntN(8)])
	}
	var runs strings.Builder
	for runs.Len() < 100000 {
		period := noise(20)[r.IntN(8):][:1+r.IntN(12)]
		runs.WriteString(strings.Repeat(period, 1+r.IntN(200)))
	}
	return map[string][]byte{
		"empty":    nil,
		"one byte": []byte("x"),
		"words":    []byte(words.String()),
		"fastq 40": fastqLike(65280, 40),
		"fastq 4":  fastqLike(65280, 4),
		"noise":    []byte(noise(70000)),
		"runs":     []byte(runs.String()),
		"zeros":    make([]byte, 300000),
		"period 3": bytes.Repeat([]byte("abc"), 10000),
	}
})

// fastqLike makes about n bytes of FASTQ text with so many quality values.
func fastqLike(n, qualities int) []byte {
	r := rand.New(rand.NewPCG(uint64(n), uint64(qualities)))
	b := make([]byte, 0, n+1000)
	for i := 0; len(b) < n; i++ {
		b = fmt.Appendf(b, "@A00123:45:HXXXXDSXX:1:1101:%d:%d 1:N:0:ACGT\n", 1000+r.IntN(30000), 1000+i/7)
		for range 150 {
			b = append(b, "ACGT"[r.IntN(4)])
		}
		b = append(b, "\n+\n"...)
		q := qualities - 1
		for range 150 {
			switch r.IntN(8) { // good and steady, with dips
			case 0:
				q = max(0, q-r.IntN(qualities))
			case 1, 2, 3:
				q = min(qualities-1, q+1+r.IntN(3))
			}
			b = append(b, '#'+byte(q*40/qualities))
		}
		b = append(b, '\n')
	}
	return b
}

// encoded gives every text by every encoder and level.
var encoded = sync.OnceValue(func() (all []stream) {
	for name, text := range texts() {
		if raceDetector {
			text = text[:min(len(text), 5000)]
		}
		for level := flate.HuffmanOnly; level <= flate.BestCompression; level++ {
			var std, klauspost bytes.Buffer
			ws, err := flate.NewWriter(&std, level)
			if err != nil {
				panic(err)
			}
			wk, err := kflate.NewWriter(&klauspost, level)
			if err != nil {
				panic(err)
			}
			for _, w := range []io.WriteCloser{ws, wk} {
				// A flush in the middle gives an empty stored block.
				w.Write(text[:len(text)/3])
				if level == 4 {
					w.(interface{ Flush() error }).Flush()
				}
				w.Write(text[len(text)/3:])
				w.Close()
			}
			all = append(all,
				stream{fmt.Sprintf("%s/std/%d", name, level), std.Bytes(), text},
				stream{fmt.Sprintf("%s/klauspost/%d", name, level), klauspost.Bytes(), text})
		}
	}
	slices.SortFunc(all, func(a, b stream) int { return strings.Compare(a.name, b.name) })
	return all
})

// byHand gives the hand-made streams.
var byHand = sync.OnceValue(func() (all []stream) {
	for _, name := range slices.Sorted(maps.Keys(handMade)) {
		w := build(handMade[name])
		all = append(all, stream{name, w.data, w.text})
	}
	return all
})

// good gives all good streams.
func good() []stream { return slices.Concat(byHand(), encoded()) }

// small gives the good streams of a few hundred bytes, and cuts of a
// dynamic one: enough to try every byte of them.
func small() (all []stream) {
	for _, s := range byHand() {
		if len(s.data) < 1500 {
			all = append(all, s)
		}
	}
	for _, text := range [][]byte{fastqLike(1000, 40), texts()["words"][:2000], make([]byte, 2000)} {
		var b bytes.Buffer
		w, err := kflate.NewWriter(&b, 6)
		if err != nil {
			panic(err)
		}
		w.Write(text)
		w.Close()
		all = append(all, stream{fmt.Sprintf("small %d", len(all)), b.Bytes(), text})
	}
	return all
}

func TestHandMadeAgainstStdlib(t *testing.T) {
	for _, s := range byHand() {
		got, err := io.ReadAll(flate.NewReader(bytes.NewReader(s.data)))
		require.NoError(t, err, s.name)
		require.True(t, bytes.Equal(s.text, got), s.name)
	}
}

// slacks are the ways to hand over a buffer: capacity beyond its length.
var slacks = []struct {
	name    string
	out, in int
}{
	{"no slack", 0, 0},
	{"output slack", OutputSlack, 0},
	{"input slack", 0, InputSlack},
	{"slack", OutputSlack, InputSlack},
	{"much slack", 1000, 1000},
}

const canary = 0xa5

func fill(b []byte, c byte) {
	for i := range b {
		b[i] = c
	}
}

// filled gives b with so much capacity beyond it, filled with a canary.
func filled(b []byte, slack int) []byte {
	full := append(slices.Clone(b), bytes.Repeat([]byte{canary}, slack)...)
	return full[:len(b):len(full)]
}

func TestDecode(t *testing.T) {
	eachLoop(t, func(t *testing.T) {
		var d Decoder
		for _, s := range good() {
			for _, slack := range slacks {
				for _, room := range []int{0, 1, 1000} { // more room than text
					for _, trailer := range []string{"", "trailing bytes that are not of the stream"} {
						src := filled(append(slices.Clone(s.data), trailer...), slack.in)
						dst := filled(make([]byte, len(s.text)+room), slack.out)
						n, consumed, err := d.Decode(dst, src)
						require.NoError(t, err, "%s, %s", s.name, slack.name)
						require.Equal(t, len(s.data), consumed, "%s, %s", s.name, slack.name)
						require.True(t, bytes.Equal(s.text, dst[:n]), "%s, %s", s.name, slack.name)
						require.True(t, d.Done())
					}
				}
			}
		}
	})
}
