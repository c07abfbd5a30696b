package deflate

import (
	"bytes"
	"compress/flate"
	"io"
	"math/rand/v2"
	"os"
	"testing"
)

// blocks gives BGZF blocks of a file for trials: deflate data and size.
func loadBlocks(tb testing.TB, name string, max int) (src [][]byte, size []int) {
	b, err := os.ReadFile(name)
	if err != nil {
		tb.Skip(err)
	}
	for len(b) > 26 && max > 0 {
		n := int(b[16]) | int(b[17])<<8 + 1
		sz := int(b[n-4]) | int(b[n-3])<<8 | int(b[n-2])<<16
		src = append(src, b[18:n-8])
		size = append(size, sz)
		b = b[n:]
		max -= sz
	}
	return
}

func BenchmarkReal(b *testing.B) {
	src, size := loadBlocks(b, os.Getenv("BGZF"), 50e6)
	dst := make([]byte, 1<<16+OutputSlack)
	total := 0
	for _, s := range size {
		total += s
	}
	b.SetBytes(int64(total))
	var d Decoder
	for b.Loop() {
		for i := range src {
			n, c, err := d.Decode(dst[:size[i]], src[i])
			if err != nil || n != size[i] || c != len(src[i]) {
				b.Fatal(i, n, c, err)
			}
		}
	}
}

func TestReal(t *testing.T) {
	src, size := loadBlocks(t, os.Getenv("BGZF"), 50e6)
	var d Decoder
	for i := range src {
		want, err := io.ReadAll(flate.NewReader(bytes.NewReader(src[i])))
		if err != nil {
			t.Fatal(err)
		}
		for _, slack := range []int{0, OutputSlack} {
			dst := make([]byte, size[i]+slack)
			n, c, err := d.Decode(dst[:size[i]], src[i])
			if err != nil || n != size[i] || c != len(src[i]) {
				t.Fatal(i, n, size[i], c, len(src[i]), err)
			}
			if !bytes.Equal(dst[:n], want) {
				t.Fatal(i, "differs")
			}
		}
	}
	_ = rand.Int
}
