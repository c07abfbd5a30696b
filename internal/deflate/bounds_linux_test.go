package deflate

import (
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// guarded gives memory of at least n bytes between pages that no one may touch.
func guarded(t *testing.T, n int) []byte {
	page := os.Getpagesize()
	n = (n + page - 1) / page * page
	m, err := syscall.Mmap(-1, 0, n+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, syscall.Munmap(m)) })
	require.NoError(t, syscall.Mprotect(m[:page], syscall.PROT_NONE))
	require.NoError(t, syscall.Mprotect(m[page+n:], syscall.PROT_NONE))
	return m[page : page+n : page+n]
}

// A read or write out of the capacity of src or dst kills this test: both lie
// at the very start, then at the very end of memory that may be touched.
func TestTouchesOnlyCapacity(t *testing.T) {
	in, out := guarded(t, 1<<19), guarded(t, 1<<19)
	eachLoop(t, func(t *testing.T) {
		var d Decoder
		for _, s := range badToo() {
			for _, slack := range slacks {
				capIn, capOut := len(s.data)+slack.in, len(s.text)+slack.out
				for _, atEnd := range []bool{false, true} {
					src, dst := in[:capIn:capIn], out[:capOut:capOut]
					if atEnd {
						src, dst = in[len(in)-capIn:], out[len(out)-capOut:]
					}
					copy(src, s.data)
					d.Decode(dst[:len(s.text)], src[:len(s.data)])
				}
				// By Next, the slack is none of its business.
				src, dst := in[len(in)-len(s.data):], out[len(out)-len(s.text):]
				copy(src, s.data)
				d.Start()
				d.Next(dst, 0, src, true)
			}
		}
	})
}
