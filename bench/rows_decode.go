package main

import (
	"bytes"
	stdflate "compress/flate"
	"encoding/binary"
	"fmt"
	"io"
	"os"

	"github.com/klauspost/compress/flate"

	"github.com/seqlode/seqlode/internal/deflate"
)

// blocks is the deflate streams of a BGZF file, in memory.
type blocks struct {
	streams [][]byte
	texts   []int // sizes of their texts
	size    int64 // of all texts
}

// cutBlocks takes a BGZF file apart (SAMv1 §4.1) on trust: it is ours or a
// public tool's.
func cutBlocks(path string) (blocks, error) {
	var b blocks
	file, err := os.ReadFile(path)
	if err != nil {
		return b, err
	}
	// Slack behind the last block, as a reader's buffer has it.
	file = append(file, make([]byte, deflate.InputSlack)...)[:len(file)]
	for at := 0; at < len(file); {
		head := file[at:]
		if len(head) < 18 || string(head[12:16]) != "BC\x02\x00" {
			return b, fmt.Errorf("%s: byte %d: no BGZF block", path, at)
		}
		end := int(binary.LittleEndian.Uint16(head[16:])) + 1
		if end > len(head) {
			return b, fmt.Errorf("%s: byte %d: a block is cut short", path, at)
		}
		text := int(binary.LittleEndian.Uint32(head[end-4:]))
		b.streams = append(b.streams, head[18:end-8])
		b.texts = append(b.texts, text)
		b.size += int64(text)
		at += end
	}
	return b, nil
}

// each decodes all blocks, one after the other, into one buffer.
func (b *blocks) each(decode func(dst, src []byte) (int, error)) func() (int64, error) {
	buf := make([]byte, 1<<16+deflate.OutputSlack)
	return func() (int64, error) {
		var total int64
		for i, src := range b.streams {
			n, err := decode(buf[:b.texts[i]], src)
			if err != nil {
				return total, fmt.Errorf("block %d: %w", i+1, err)
			}
			total += int64(n)
		}
		return total, nil
	}
}

// flateReader is what compress/flate and klauspost's flate both give.
type flateReader interface {
	io.Reader
	Reset(r io.Reader, dict []byte) error
}

func streamed(r flateReader) func(dst, src []byte) (int, error) {
	var in bytes.Reader
	return func(dst, src []byte) (int, error) {
		in.Reset(src)
		if err := r.Reset(&in, nil); err != nil {
			return 0, err
		}
		return io.ReadFull(r, dst)
	}
}

// decodeWorks are the deflate decoders alone, on one thread.
func decodeWorks(d data) ([]work, error) {
	all := []reads{d.main}
	if d.other != nil {
		all = append(all, *d.other)
	}
	var out []work
	for _, r := range all {
		b, err := cutBlocks(r.bgzf)
		if err != nil {
			return nil, err
		}
		var own deflate.Decoder
		std, ok := stdflate.NewReader(nil).(flateReader)
		kp, ok2 := flate.NewReader(nil).(flateReader)
		if !ok || !ok2 {
			return nil, fmt.Errorf("a flate reader can't be reset")
		}
		bgzip := programPeer(0, pipe{stages: [][]string{{"bgzip", "-@1", "-dc", r.bgzf}}})
		for i, v := range bgzip.variants {
			bgzip.variants[i] = userTime(v)
		}
		out = append(out, work{
			name: "decode BGZF blocks, 1 thread, " + r.name, bytes: b.size,
			ours: inside("internal/deflate", b.size, b.each(func(dst, src []byte) (int, error) {
				n, _, err := own.Decode(dst, src)
				return n, err
			})),
			peers: []peer{
				library("compress/flate", 0, b.size, b.each(streamed(std))),
				library("klauspost/compress/flate", 1/2.5, b.size, b.each(streamed(kp))),
				bgzip,
			},
		})
	}
	return out, nil
}
