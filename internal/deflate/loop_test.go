package deflate

import "testing"

// loops are the forms of the fast loop that this machine has.
var loops = []struct {
	name string
	use  func()
}{
	{"go", func() {}},
}

// eachLoop runs a test with every form of the fast loop.
func eachLoop(t *testing.T, f func(t *testing.T)) {
	for _, loop := range loops {
		loop.use()
		t.Run(loop.name, f)
	}
}
