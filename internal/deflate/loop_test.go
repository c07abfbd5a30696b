package deflate

import "testing"

// loop is a form of the fast loop; use makes decoders run it.
type loop struct {
	name string
	use  func()
}

// eachLoop runs a test with every form of the fast loop that this machine has.
func eachLoop(t *testing.T, f func(t *testing.T)) {
	for _, loop := range loops {
		loop.use()
		t.Run(loop.name, f)
	}
}
