package main

import (
	"context"
	"crypto/md5"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"

	"github.com/seqlode/seqlode/internal/bam"
	"github.com/seqlode/seqlode/internal/sam"
)

// longReads is an unaligned BAM file of a few reads with very many bases each.
type longReads struct{ reads, bases int }

// recordSize is about the bytes of one of its records.
func (l longReads) recordSize() int64 { return int64(l.bases) * 3 / 2 }

// record makes read i, of random bases and qualities.
func (l longReads) record(i int) sam.Record {
	name := fmt.Sprint("long", i)
	r := make([]byte, 32, 32+len(name)+1+l.bases/2+1+l.bases)
	le := binary.LittleEndian
	le.PutUint32(r, ^uint32(0))
	le.PutUint32(r[4:], ^uint32(0))
	r[8] = byte(len(name) + 1)
	le.PutUint16(r[14:], 4)
	le.PutUint32(r[16:], uint32(l.bases))
	le.PutUint32(r[20:], ^uint32(0))
	le.PutUint32(r[24:], ^uint32(0))
	r = append(append(r, name...), 0)
	rnd := rand.New(rand.NewPCG(uint64(i), 1))
	for range (l.bases + 1) / 2 {
		n := rnd.Uint32()
		r = append(r, 1<<(n&3)<<4|1<<(n>>2&3))
	}
	for range l.bases {
		r = append(r, byte(rnd.Uint32()%40))
	}
	return r
}

// write writes the file to w, and gives the size and MD5 of its text.
func (l longReads) write(ctx context.Context, w io.Writer) (text int64, sum string, err error) {
	header, err := sam.NewHeader([]byte("@HD\tVN:1.6\n"), nil)
	if err != nil {
		return 0, "", err
	}
	out, err := bam.NewWriter(ctx, w, header, 1, bam.Options{})
	if err != nil {
		return 0, "", err
	}
	h := md5.New()
	var line []byte
	for i := range l.reads {
		r := l.record(i)
		if line, err = sam.AppendText(line[:0], r, nil); err == nil {
			err = out.Write(r)
		}
		if err != nil {
			return 0, "", err
		}
		_, _ = h.Write(line) // never fails
		text += int64(len(line))
	}
	return text, hex.EncodeToString(h.Sum(nil)), out.Close()
}
