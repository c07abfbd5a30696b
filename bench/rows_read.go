package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	biogo "github.com/biogo/hts/bgzf"
	kpgzip "github.com/klauspost/compress/gzip"
	"github.com/klauspost/pgzip"

	"github.com/seqlode/seqlode/internal/bgzf"
	"github.com/seqlode/seqlode/internal/gzip"
	"github.com/seqlode/seqlode/internal/pipeline"
)

// readWorks are whole files read to their text within one process, checks
// included, by us and by other Go packages.
func readWorks(d data) []work {
	size, blocks, ordinary := d.main.size, d.main.bgzf, d.main.gzip
	var out []work
	for _, w := range []struct {
		threads int
		bar     float64
	}{{1, 0}, {2, 1.0 / 4}} {
		out = append(out, work{
			name: fmt.Sprintf("read BGZF, threads: %d", w.threads), bytes: size,
			ours: inside("internal/bgzf", size, opened(blocks, func(r io.Reader) (int64, error) {
				br := bgzf.NewReader(context.Background(), r, bgzf.Options{Threads: w.threads})
				defer br.Close()
				return drain(br.Next, func(b *bgzf.Batch) []byte { return b.Text })
			})),
			peers: []peer{
				library(fmt.Sprintf("biogo/hts/bgzf, rd %d", w.threads), w.bar, size, opened(blocks, func(r io.Reader) (int64, error) {
					br, err := biogo.NewReader(r, w.threads)
					if err != nil {
						return 0, err
					}
					n, err := io.Copy(io.Discard, br)
					return n, errors.Join(err, br.Close())
				})),
				programPeer(0, pipe{stages: [][]string{{"bgzip", fmt.Sprintf("-@%d", w.threads), "-dc", blocks}}}),
			},
		})
	}
	return append(out, work{
		name: "read ordinary gzip, threads: 2", bytes: size,
		ours: inside("internal/gzip", size, opened(ordinary, func(r io.Reader) (int64, error) {
			gr := gzip.NewReader(context.Background(), r, gzip.Options{Threads: 2})
			defer gr.Close()
			return drain(gr.Next, func(c *gzip.Chunk) []byte { return c.Text })
		})),
		peers: []peer{
			library("klauspost/pgzip", 0, size, opened(ordinary, func(r io.Reader) (int64, error) {
				zr, err := pgzip.NewReader(r)
				if err != nil {
					return 0, err
				}
				n, err := io.Copy(io.Discard, zr)
				return n, errors.Join(err, zr.Close())
			})),
			library("klauspost/compress/gzip", 0, size, opened(ordinary, func(r io.Reader) (int64, error) {
				zr, err := kpgzip.NewReader(r)
				if err != nil {
					return 0, err
				}
				return io.Copy(io.Discard, zr)
			})),
			library("compress/gzip", 0, size, opened(ordinary, func(r io.Reader) (int64, error) {
				zr, err := stdGunzip(r)
				if err != nil {
					return 0, err
				}
				return io.Copy(io.Discard, zr)
			})),
			programPeer(0, pipe{stages: [][]string{{"igzip", "-dc", ordinary}}}),
			programPeer(0, pipe{stages: [][]string{{"libdeflate-gunzip", "-c", ordinary}}}),
			programPeer(0, pipe{stages: [][]string{{"pigz", "-dc", ordinary}}}),
		},
	})
}

// opened calls read with a file, buffered for readers that take small bites.
func opened(path string, read func(io.Reader) (int64, error)) func() (int64, error) {
	return func() (int64, error) {
		f, err := os.Open(path)
		if err != nil {
			return 0, err
		}
		defer f.Close()
		return read(bufio.NewReaderSize(f, 1<<20))
	}
}

// drain takes all pieces of one of our readers and counts their text.
func drain[T any](next func() (*pipeline.Slot[T], error), text func(T) []byte) (int64, error) {
	var total int64
	for {
		slot, err := next()
		if err == io.EOF {
			return total, nil
		}
		if err != nil {
			return total, err
		}
		total += int64(len(text(slot.Unit)))
		slot.Release()
	}
}
