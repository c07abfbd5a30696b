//go:build !race

package deflate

const (
	raceDetector = false
	stride       = 1
)
