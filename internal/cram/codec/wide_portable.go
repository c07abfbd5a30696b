//go:build !amd64 || noasm

package codec

// order0fast and order1fast leave all to the plain loops.
func order0fast(_, _ []byte, _ *row12, _ *[wideStates]uint32) (written, used int) { return 0, 0 }

func order1fast[R rowOf](_, _ []byte, _ *[256]R, _ *[wideStates]uint32, _ *[wideStates]byte) (written, used int) {
	return 0, 0
}
