package index

import (
	"bufio"
	"context"
	"encoding/binary"
	"io"

	"github.com/seqlode/seqlode/internal/bgzf"
)

// The first bytes of an index file, after decompression.
const (
	baiMagic = "BAI\x01"
	csiMagic = "CSI\x01"
)

// WriteTo writes the index as a file: BAI as it is, CSI compressed by BGZF.
func (x *Index) WriteTo(w io.Writer) (int64, error) {
	out := &counter{w: w}
	if x.format == BAI {
		err := x.encode(out)
		return out.n, err
	}
	z, err := bgzf.NewWriter(context.Background(), out, bgzf.DefaultLevel, bgzf.WriterOptions{Threads: 1})
	if err != nil {
		return 0, err
	}
	err = x.encode(z)
	if closing := z.Close(); err == nil {
		err = closing
	}
	return out.n, err
}

// counter counts what is written through it.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// encode writes the index's text (SAMv1 §5.2, CSIv1). The error of w comes last.
func (x *Index) encode(w io.Writer) error {
	out := bufio.NewWriterSize(w, 64<<10)
	var p []byte
	put := func() {
		_, _ = out.Write(p) // kept by out, for Flush
		p = p[:0]
	}
	le := binary.LittleEndian
	if x.format == CSI {
		p = append(p, csiMagic...)
		p = le.AppendUint32(p, uint32(x.scheme.minShift))
		p = le.AppendUint32(p, uint32(x.scheme.depth))
		p = le.AppendUint32(p, uint32(len(x.aux)))
		p = append(p, x.aux...)
	} else {
		p = append(p, baiMagic...)
	}
	p = le.AppendUint32(p, uint32(len(x.refs)))
	for _, r := range x.refs {
		p = le.AppendUint32(p, uint32(r.bins.end-r.bins.beg))
		for _, b := range x.bins[r.bins.beg:r.bins.end] {
			p = le.AppendUint32(p, b.id)
			if x.format == CSI {
				p = le.AppendUint64(p, b.loff)
			}
			p = le.AppendUint32(p, uint32(b.chunks.end-b.chunks.beg))
			for _, c := range x.chunks[b.chunks.beg:b.chunks.end] {
				p = le.AppendUint64(p, c.beg)
				p = le.AppendUint64(p, c.end)
			}
			put()
		}
		if x.format == BAI {
			p = le.AppendUint32(p, uint32(r.linear.end-r.linear.beg))
			for _, offset := range x.linear[r.linear.beg:r.linear.end] {
				p = le.AppendUint64(p, offset)
			}
		}
		put()
	}
	if x.hasNoCoor {
		p = le.AppendUint64(p, x.noCoor)
	}
	put()
	return out.Flush()
}
