package md5_test

import (
	stdmd5 "crypto/md5"
	"fmt"
	"hash"
	"math/rand/v2"
	"sync"
	"testing"

	minio "github.com/minio/md5-simd"

	"github.com/seqlode/seqlode/internal/md5"
)

// pieceSize is what the benchmarks hash at a time: a BGZF block's content.
const pieceSize = 64 << 10

// pieces gives n pieces of bytes, each in pages of its own.
func pieces(n int) [][]byte {
	ps := make([][]byte, n)
	for i := range ps {
		ps[i] = make([]byte, pieceSize)
		rand.NewChaCha8([32]byte{byte(i)}).Read(ps[i])
	}
	return ps
}

func BenchmarkOne(b *testing.B)         { one(b, md5.New()) }
func BenchmarkOneStandard(b *testing.B) { one(b, stdmd5.New()) }

func one(b *testing.B, h hash.Hash) {
	p := pieces(1)[0]
	b.SetBytes(pieceSize)
	for b.Loop() {
		h.Write(p)
	}
}

var laneCounts = []int{1, 2, 3, 4, 8, 16}

func BenchmarkLanes(b *testing.B) {
	for _, n := range laneCounts {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			ps, ds := pieces(n), make([]*md5.Digest, n)
			for i := range ds {
				ds[i] = md5.New()
			}
			b.SetBytes(int64(n) * pieceSize)
			for b.Loop() {
				md5.Update(ds, ps)
			}
		})
	}
}

// BenchmarkLanesMinio is BenchmarkLanes with minio/md5-simd. Its server hashes
// in a goroutine beside the writers, so the two compare only when pinned to one
// core. Each stream has its writer; a round ends with the sums, because nothing
// else waits until all is hashed.
func BenchmarkLanesMinio(b *testing.B) {
	const perRound = 64 // pieces of each stream
	for _, n := range laneCounts {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			server := minio.NewServer()
			defer server.Close()
			ps, hs := pieces(n), make([]minio.Hasher, n)
			for i := range hs {
				hs[i] = server.NewHash()
				defer hs[i].Close()
			}
			b.SetBytes(int64(n) * perRound * pieceSize)
			for b.Loop() {
				var writers sync.WaitGroup
				for i, h := range hs {
					writers.Go(func() {
						h.Reset()
						for range perRound {
							h.Write(ps[i])
						}
						h.Sum(nil)
					})
				}
				writers.Wait()
			}
		})
	}
}
