//go:build !amd64 || noasm

package codec

// These leave all to the plain loops.

func fillFast(_ []uint32, _ uint32) bool { return false }

func order0fast8(_, _ []byte, _ *row12, _ *[ransStates]uint32) (written, used int)  { return 0, 0 }
func order0fast16(_, _ []byte, _ *row12, _ *[ransStates]uint32) (written, used int) { return 0, 0 }
func order0fast32(_, _ []byte, _ *row12, _ *[wideStates]uint32) (written, used int) { return 0, 0 }

func order1fast8(_, _ []byte, _ *[256]row12, _ *[ransStates]uint32, _ *[ransStates]byte) (written, used int) {
	return 0, 0
}

func order1fast16[R rowOf](_, _ []byte, _ *[256]R, _ *[ransStates]uint32, _ *[ransStates]byte) (written, used int) {
	return 0, 0
}

func order1fast32[R rowOf](_, _ []byte, _ *[256]R, _ *[wideStates]uint32, _ *[wideStates]byte) (written, used int) {
	return 0, 0
}
