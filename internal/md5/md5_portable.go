//go:build !amd64 || noasm

package md5

import (
	"crypto/md5"
	"hash"
)

type digest struct{ hash.Hash }

func (d *digest) init() { d.Hash = md5.New() }

func update(ds []*Digest, ps [][]byte) {
	for i, d := range ds {
		d.Write(ps[i])
	}
}
