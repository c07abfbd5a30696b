//go:build amd64 && !noasm

package md5

import "testing"

// forEachKernel runs test with every set of kernels that this CPU has.
func forEachKernel(t *testing.T, test func(t *testing.T)) {
	found := use
	defer func() { use = found }()
	for _, set := range []struct {
		name         string
		avx2, avx512 bool
	}{
		{"scalar", false, false},
		{"avx2", true, false},
		{"avx512", true, true},
	} {
		if set.avx2 && !found.avx2 || set.avx512 && !found.avx512 {
			continue
		}
		use.avx2, use.avx512 = set.avx2, set.avx512
		t.Run(set.name, test)
	}
}
