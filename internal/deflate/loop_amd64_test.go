//go:build amd64 && !noasm

package deflate

// loops ends with the form that is used outside of tests.
var loops = func() []loop {
	all := []loop{{"go", func() { useBMI2 = false }}}
	if useBMI2 {
		all = append(all, loop{"bmi2", func() { useBMI2 = true }})
	}
	return all
}()
