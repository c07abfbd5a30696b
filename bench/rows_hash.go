package main

import (
	stdmd5 "crypto/md5"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"

	md5simd "github.com/minio/md5-simd"

	"github.com/seqlode/seqlode/internal/fastq"
	"github.com/seqlode/seqlode/internal/md5"
)

// piece is how much text a hash or the checker gets at once, as from our
// readers.
const piece = 1 << 20

// textWorks are what is done to the text behind the decoder, alone: the hash
// and the check.
func textWorks(d data) ([]work, error) {
	text, err := os.ReadFile(d.main.text)
	if err != nil {
		return nil, err
	}
	size := int64(len(text))
	oneStream := func() (int64, error) { return matching(d.main.md5, size, hashStd(text)) }
	out := []work{
		{
			name: "MD5, 1 stream", bytes: size,
			ours: inside("internal/md5", size, func() (int64, error) {
				h := md5.New()
				eachPiece(text, func(p []byte) { md5.Update([]*md5.Digest{h}, [][]byte{p}) })
				return matching(d.main.md5, size, h.Sum(nil))
			}),
			peers: []peer{
				library("crypto/md5", 0, size, oneStream),
				programPeer(0, pipe{stages: [][]string{{"openssl", "dgst", "-md5", d.main.text}}, want: []string{d.main.md5}}),
				programPeer(0, pipe{stages: [][]string{{"md5sum", d.main.text}}, want: []string{d.main.md5}}),
			},
		},
	}
	for _, n := range []int{2, 8} {
		out = append(out, lanes(text, n))
	}
	return append(out, work{
		name: "check FASTQ, 1 thread", bytes: size,
		ours: inside("internal/fastq", size, func() (int64, error) {
			var c fastq.Checker
			var err error
			eachPiece(text, func(p []byte) {
				if err == nil {
					err = c.Write(p)
				}
			})
			if err != nil {
				return 0, err
			}
			return size, c.Close()
		}),
		peers: []peer{
			programPeer(0, pipe{stages: [][]string{{"wc", "-l", d.main.text}}}),
			library("crypto/md5 of the same text", 0, size, oneStream),
		},
	}), nil
}

// lanes hashes n equal parts of the text as streams of their own, on one core.
func lanes(text []byte, n int) work {
	part := len(text) / n
	size := int64(part * n)
	var parts [][]byte
	want := ""
	for i := range n {
		parts = append(parts, text[i*part:(i+1)*part])
		want += hex.EncodeToString(hashStd(parts[i]))
	}
	return work{
		name: fmt.Sprintf("MD5, %d streams on 1 core", n), bytes: size,
		ours: inside("internal/md5", size, func() (int64, error) {
			ds, ps := make([]*md5.Digest, n), make([][]byte, n)
			for i := range ds {
				ds[i] = md5.New()
			}
			for at := 0; at < part; at += piece {
				for i := range ps {
					ps[i] = parts[i][at:min(at+piece, part)]
				}
				md5.Update(ds, ps)
			}
			var sum []byte
			for _, d := range ds {
				sum = d.Sum(sum)
			}
			return matching(want, size, sum)
		}),
		peers: []peer{
			library("minio/md5-simd", 0, size, func() (int64, error) {
				// Its hashers block until the server has filled the lanes.
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
				server := md5simd.NewServer()
				defer server.Close()
				sums := make([][]byte, n)
				var wg sync.WaitGroup
				for i := range n {
					wg.Go(func() {
						h := server.NewHash()
						defer h.Close()
						eachPiece(parts[i], func(p []byte) { _, _ = h.Write(p) }) // a hash does not fail
						sums[i] = h.Sum(nil)
					})
				}
				wg.Wait()
				var sum []byte
				for _, s := range sums {
					sum = append(sum, s...)
				}
				return matching(want, size, sum)
			}),
			library("crypto/md5, one after the other", 0, size, func() (int64, error) {
				var sum []byte
				for _, p := range parts {
					sum = append(sum, hashStd(p)...)
				}
				return matching(want, size, sum)
			}),
		},
	}
}

func eachPiece(text []byte, f func([]byte)) {
	for len(text) > 0 {
		n := min(piece, len(text))
		f(text[:n])
		text = text[n:]
	}
}

func hashStd(text []byte) []byte {
	h := stdmd5.New()
	eachPiece(text, func(p []byte) { _, _ = io.Writer(h).Write(p) }) // a hash does not fail
	return h.Sum(nil)
}

// matching gives size where the sums are those wanted.
func matching(want string, size int64, sum []byte) (int64, error) {
	if got := hex.EncodeToString(sum); got != want {
		return 0, fmt.Errorf("hash is %s, not %s", got, want)
	}
	return size, nil
}
