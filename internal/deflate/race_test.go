//go:build race

package deflate

// The race detector checks each pointer of the fast loop, which makes it fifty
// times slower: then tests take shorter texts and each so many-th cut.
const (
	raceDetector = true
	stride       = 11
)
