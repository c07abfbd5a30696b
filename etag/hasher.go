package etag

import (
	"crypto/sha256"
	"crypto/sha512"
	"hash"

	"github.com/seqlode/seqlode/internal/md5"
)

// md5Width is how many sources one goroutine hashes by MD5 side by side.
const md5Width = 8

// hashWidth is the number of sources that a family gains from hashing side by
// side.
func hashWidth(f Family) int {
	if f == MD5up {
		return md5Width
	}
	return 1
}

// New makes the hash of the family; of one that is not known, of MD5up.
func (f Family) New() hash.Hash {
	switch f {
	case SHA256up:
		return sha256.New()
	case SHA512up:
		return sha512.New()
	}
	return md5.New()
}

// hasher hashes lanes side by side.
type hasher struct {
	digests []*md5.Digest
	parts   [][]byte
}

// update hashes as much of each lane's rest as the shortest has.
func (h *hasher) update(lanes []*lane) {
	n := len(lanes[0].rest)
	for _, l := range lanes {
		n = min(n, len(l.rest))
	}
	h.digests, h.parts = h.digests[:0], h.parts[:0]
	for _, l := range lanes {
		if d, ok := l.hash.(*md5.Digest); ok {
			h.digests = append(h.digests, d)
			h.parts = append(h.parts, l.rest[:n])
		} else {
			l.hash.Write(l.rest[:n])
		}
	}
	md5.Update(h.digests, h.parts)
	for _, l := range lanes {
		l.advance(n)
	}
}
