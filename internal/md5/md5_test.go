package md5

import (
	stdmd5 "crypto/md5"
	"encoding/hex"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// random gives n bytes, the same for the same seed.
func random(seed uint64, n int) []byte {
	p := make([]byte, n)
	var key [32]byte
	key[0], key[1] = byte(seed), byte(seed>>8)
	rand.NewChaCha8(key).Read(p)
	return p
}

// want is the oracle: the hex MD5 of p by the standard library.
func want(p []byte) string {
	sum := stdmd5.Sum(p)
	return hex.EncodeToString(sum[:])
}

func got(d *Digest) string { return hex.EncodeToString(d.Sum(nil)) }

// RFC 1321 §A.5, which holds where the kernels and the oracle are one code.
func TestRFC(t *testing.T) {
	forEachKernel(t, func(t *testing.T) {
		for text, sum := range map[string]string{
			"":                           "d41d8cd98f00b204e9800998ecf8427e",
			"a":                          "0cc175b9c0f1b6a831c399e269772661",
			"abc":                        "900150983cd24fb0d6963f7d28e17f72",
			"message digest":             "f96b697d7cb7938d525a2f31aaf161d0",
			"abcdefghijklmnopqrstuvwxyz": "c3fcd3d76192e4007dfb496cca67e13b",
			"12345678901234567890123456789012345678901234567890123456789012345678901234567890": "57edf4a22be3c955ac49da2e2107b67a",
		} {
			d := New()
			n, err := d.Write([]byte(text))
			require.NoError(t, err)
			assert.Equal(t, len(text), n)
			assert.Equal(t, sum, got(d), text)
		}
	})
}

func TestHash(t *testing.T) {
	forEachKernel(t, func(t *testing.T) {
		d := New()
		assert.Equal(t, 16, d.Size())
		assert.Equal(t, 64, d.BlockSize())
		p := random(1, 200)
		d.Write(p[:150])
		assert.Equal(t, hex.EncodeToString([]byte("ab"))+want(p[:150]), hex.EncodeToString(d.Sum([]byte("ab"))))
		d.Write(p[150:])
		assert.Equal(t, want(p), got(d), "Sum must not change the digest")
		d.Reset()
		assert.Equal(t, want(nil), got(d))
	})
}

func TestWriteLengths(t *testing.T) {
	data := random(2, 301)
	forEachKernel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		for n := 0; n <= 300; n++ {
			p := data[n&1 : n&1+n]
			whole, cut := New(), New()
			whole.Write(p)
			for rest := p; len(rest) > 0; {
				k := r.IntN(min(len(rest), 150) + 1)
				cut.Write(rest[:k])
				rest = rest[k:]
			}
			require.Equal(t, want(p), got(whole), "length %d", n)
			require.Equal(t, want(p), got(cut), "length %d in pieces", n)
		}
	})
}

// Every number of streams, with lengths that let lanes fall out one by one, in
// rounds whose cuts leave every kind of tail.
func TestUpdate(t *testing.T) {
	forEachKernel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(3, 4))
		for n := range 21 {
			for _, longest := range []int{0, 63, 64, 65, 300, 5000} {
				streams, ds := make([][]byte, n), make([]*Digest, n)
				rest, ps := make([][]byte, n), make([][]byte, n)
				left := 0
				for i := range streams {
					odd := r.IntN(64)
					streams[i] = random(uint64(i), odd+r.IntN(longest+1))[odd:]
					rest[i], ds[i] = streams[i], New()
					left += len(streams[i])
				}
				for first := true; first || left > 0; first = false {
					for i := range ps {
						k := r.IntN(min(len(rest[i]), longest/2+1) + 1)
						ps[i], rest[i] = rest[i][:k], rest[i][k:]
						left -= k
					}
					Update(ds, ps)
				}
				for i, d := range ds {
					require.Equal(t, want(streams[i]), got(d), "stream %d of %d, longest %d", i, n, longest)
				}
			}
		}
	})
}

func TestUpdateEqualLengths(t *testing.T) {
	forEachKernel(t, func(t *testing.T) {
		for n := 1; n <= 17; n++ {
			ds, ps := make([]*Digest, n), make([][]byte, n)
			for i := range ds {
				ds[i], ps[i] = New(), random(uint64(i), 4096)
			}
			Update(ds, ps)
			Update(ds, ps)
			for i, d := range ds {
				require.Equal(t, want(append(ps[i], ps[i]...)), got(d), "stream %d of %d", i, n)
			}
		}
	})
}

func TestUpdateAllocatesNothing(t *testing.T) {
	forEachKernel(t, func(t *testing.T) {
		ds, ps := make([]*Digest, 10), make([][]byte, 10)
		for i := range ds {
			ds[i], ps[i] = New(), random(uint64(i), 1000+i)
		}
		assert.Zero(t, testing.AllocsPerRun(10, func() { Update(ds, ps) }))
	})
}

// FuzzUpdate hashes overlapping parts of data as streams, cut up by cuts, and
// compares with the standard library.
func FuzzUpdate(f *testing.F) {
	f.Add(random(5, 1000), uint8(3), []byte{64, 1, 200, 63})
	f.Add(random(6, 4000), uint8(16), []byte{255, 255, 0, 64, 128})
	f.Add([]byte{}, uint8(0), []byte{})
	f.Fuzz(func(t *testing.T, data []byte, streams uint8, cuts []byte) {
		const maxStreams, maxData, maxCuts = 20, 64 << 10, 256
		if len(data) > maxData || len(cuts) > maxCuts {
			t.Skip("more input than the limits of this target")
		}
		n := int(streams) % (maxStreams + 1)
		forEachKernel(t, func(t *testing.T) {
			parts, ds := make([][]byte, n), make([]*Digest, n)
			rest, ps := make([][]byte, n), make([][]byte, n)
			for i := range n {
				from := i * len(data) / (2 * n)
				parts[i] = data[from : len(data)-from/(i+1)]
				rest[i], ds[i] = parts[i], New()
			}
			for j := range cuts {
				for i := range n {
					k := min(len(rest[i]), int(cuts[(i+j)%len(cuts)])*(1+i%3))
					ps[i], rest[i] = rest[i][:k], rest[i][k:]
				}
				Update(ds, ps)
			}
			Update(ds, rest)
			for i, d := range ds {
				if got(d) != want(parts[i]) {
					t.Fatalf("stream %d of %d: %s, want %s", i, n, got(d), want(parts[i]))
				}
			}
		})
	})
}
