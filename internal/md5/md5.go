// Package md5 is MD5 (RFC 1321) at the speed one core gives: one stream on the
// shortest chain of instructions, several streams side by side.
//
// MD5 is serial: each step waits for the one before, and most of a core idles
// meanwhile. Vector lanes carry other streams in that time, so a second, third
// or eighth stream costs next to nothing; [Update] is the way to them.
//
// On amd64 the kernels are assembly written by the program in asm, chosen by
// what the CPU has. Other machines, and the build tag noasm, use [crypto/md5].
package md5

import "hash"

//go:generate go run ./asm -out kernels_amd64.s -stubs kernels_amd64.go -pkg md5

const (
	Size      = 16 // bytes of a sum
	BlockSize = 64 // bytes of a block
)

// Digest is the MD5 of what was written to it; [New] makes it.
type Digest struct{ digest }

var _ hash.Hash = (*Digest)(nil)

// New gives the digest of no bytes.
func New() *Digest {
	d := new(Digest)
	d.init()
	return d
}

// Update writes ps[i] to ds[i] for every i, side by side as far as the CPU
// gains by it. Any number of digests and any lengths will do; equal lengths
// keep all lanes busy to the end. The digests must be distinct and as many as
// the ps. Update returns when all is hashed, starts no goroutine, allocates
// nothing, and keeps no reference to ps.
func Update(ds []*Digest, ps [][]byte) { update(ds, ps) }
