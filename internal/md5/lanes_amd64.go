//go:build amd64 && !noasm

package md5

// width is how many streams the kernels carry side by side. Two cost what eight
// do, on AVX2 as on AVX-512.
const width = 8

// lane is a stream on its way through a kernel.
type lane struct {
	d *digest
	p []byte // whole blocks not yet hashed
}

func update(ds []*Digest, ps [][]byte) {
	most := 1
	if use.avx2 || use.avx512 {
		most = width
	}
	var lanes [width]lane
	for n, next := 0, 0; ; {
		for ; n < most && next < len(ds); next++ {
			d := &ds[next].digest
			if p := d.take(ps[next]); len(p) > 0 {
				lanes[n] = lane{d, p}
				n++
			}
		}
		if n < 2 {
			if n == 1 {
				block(&lanes[0].d.s, lanes[0].p)
				n = 0
			}
			if next == len(ds) {
				return
			}
			continue
		}
		sideBySide(lanes[:n])
		busy := 0
		for _, l := range lanes[:n] {
			if len(l.p) > 0 {
				lanes[busy] = l
				busy++
			}
		}
		n = busy
	}
}

// sideBySide advances 2 to width lanes by as many blocks as the shortest
// has. The kernels' other lanes read along with the first; what they make of
// it is dropped.
func sideBySide(lanes []lane) {
	var state [4][width]uint32
	var in [width]*byte
	size := len(lanes[0].p)
	for i := range in {
		in[i] = &lanes[0].p[0]
	}
	for i, l := range lanes {
		in[i] = &l.p[0]
		size = min(size, len(l.p))
		for j, word := range l.d.s {
			state[j][i] = word
		}
	}
	if use.avx512 {
		lanes8AVX512(&state, &in, size/BlockSize)
	} else {
		lanes8AVX2(&state, &in, size/BlockSize)
	}
	for i := range lanes {
		l := &lanes[i]
		l.p = l.p[size:]
		for j := range l.d.s {
			l.d.s[j] = state[j][i]
		}
	}
}
