package md5

import (
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// fenced gives so many pages of bytes between two pages that no one may read.
func fenced(t *testing.T, pages int) []byte {
	page := os.Getpagesize()
	all, err := syscall.Mmap(-1, 0, (pages+2)*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, syscall.Munmap(all)) })
	end := (pages + 1) * page
	require.NoError(t, syscall.Mprotect(all[:page], syscall.PROT_NONE))
	require.NoError(t, syscall.Mprotect(all[end:], syscall.PROT_NONE))
	return all[page:end]
}

// A read outside the input ends the process here.
func TestReadsStayInside(t *testing.T) {
	const most = 10
	var mem [most][]byte
	for i := range mem {
		mem[i] = fenced(t, 1)
		copy(mem[i], random(uint64(i), len(mem[i])))
	}
	forEachKernel(t, func(t *testing.T) {
		for n := 1; n <= most; n++ {
			for size := range 4*BlockSize + 2 {
				var ends, starts [most][]byte
				ds, es := make([]*Digest, n), make([]*Digest, n)
				for i := range n {
					k := size + i%3*BlockSize // some lanes end before others
					ends[i], starts[i] = mem[i][len(mem[i])-k:], mem[i][:k]
					ds[i], es[i] = New(), New()
				}
				Update(ds, ends[:n])
				Update(es, starts[:n])
				for i := range n {
					require.Equal(t, want(ends[i]), got(ds[i]), "stream %d of %d, size %d", i, n, size)
					require.Equal(t, want(starts[i]), got(es[i]), "stream %d of %d, size %d", i, n, size)
				}
			}
		}
	})
}
