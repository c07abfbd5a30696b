//go:build !amd64 || noasm

package deflate

var loops = []loop{{"go", func() {}}}
