package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"time"

	biogo "github.com/biogo/hts/bgzf"
	"github.com/klauspost/pgzip"

	"github.com/seqlode/seqlode/internal/bgzf"
)

// writeText is how much of the text is compressed: it is slow work.
const writeText = 40_000_000

// writeWorks compress text to BGZF on two threads. Equal levels of different
// compressors are not equal work, so that sizes are shown.
func writeWorks(d data, tmp string) ([]work, error) {
	text, err := head(d.main.text, writeText)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(tmp, "write.fq")
	if err := os.WriteFile(file, text, 0o644); err != nil {
		return nil, err
	}
	bgzip := func(level string) peer {
		return programPeer(0, pipe{stages: [][]string{{"bgzip", "-@2", "-l", level, "-c", file}}, counts: true})
	}
	return []work{{
		name: "write BGZF, threads: 2", bytes: int64(len(text)),
		ours: compressor("internal/bgzf", text, func(w io.Writer) (io.WriteCloser, error) {
			return bgzf.NewWriter(context.Background(), w, bgzf.DefaultLevel, bgzf.WriterOptions{Threads: 2})
		}),
		peers: []peer{
			bgzip("6"),
			bgzip("5"),
			{name: "biogo/hts/bgzf", variants: []contender{compressor("biogo/hts/bgzf, level 6, wc 2", text, func(w io.Writer) (io.WriteCloser, error) {
				return biogo.NewWriterLevel(w, 6, 2)
			})}},
			{name: "klauspost/pgzip", variants: []contender{compressor("klauspost/pgzip (ordinary gzip), level 6", text, func(w io.Writer) (io.WriteCloser, error) {
				zw, err := pgzip.NewWriterLevel(w, 6)
				if err != nil {
					return nil, err
				}
				return zw, zw.SetConcurrency(piece, 2)
			})}},
		},
	}}, nil
}

// head is the first bytes of a file, at most n.
func head(path string, n int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, n))
}

// compressor is a contender that compresses text inside this process.
func compressor(name string, text []byte, open func(io.Writer) (io.WriteCloser, error)) contender {
	return contender{name, func(ctx context.Context) (sample, error) {
		if err := ctx.Err(); err != nil {
			return sample{}, err
		}
		var out counter
		start := time.Now()
		zw, err := open(&out)
		if err != nil {
			return sample{}, err
		}
		eachPiece(text, func(p []byte) {
			if err == nil {
				_, err = zw.Write(p)
			}
		})
		if e := zw.Close(); err == nil {
			err = e
		}
		return sample{wall: time.Since(start), stored: int64(out)}, err
	}}
}
