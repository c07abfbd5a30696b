// Package simreads writes made-up sequencing reads as FASTQ text, made-up genomes as
// FASTA, and wraps text in the gzip forms that sequencers and tools leave behind.
// It serves test data and measurements only.
//
// The same options give the same bytes on every platform and with every Go
// release: randomness is PCG, whose output Go fixes, and all arithmetic is on
// integers, because floating point may be fused on some CPUs.
package simreads

import (
	"io"
	"math/rand/v2"

	"github.com/seqlode/seqlode/internal/errs"
)

// Profile is a kind of sequencer.
type Profile int

// The profiles.
const (
	Illumina4  Profile = iota // 150 bp, NovaSeq-style names, qualities in 4 bins
	Illumina40                // 150 bp, HiSeq-style names, 40 quality values
	Nanopore                  // log-normal lengths to 1 MiB, noisy qualities and indels
)

// Options of [Write]. One of Reads and Bytes must be set; where both are, the
// first that is reached ends the text.
type Options struct {
	Seed    uint64
	Profile Profile
	Mate    int   // 2: the second reads of the pairs whose first reads Mate 1 (or 0) writes; Illumina only
	Reads   int64 // end after this many reads; 0: no limit
	Bytes   int64 // end after the read that brings the text to this size; 0: no limit
	CRLF    bool  // end lines as Windows does
}

// Stats counts what [Write] wrote.
type Stats struct {
	Reads, Bases, Bytes int64
}

// chunk is how much text is gathered before it is handed to the writer.
const chunk = 1 << 18

// Write writes FASTQ text to w. Mates written with the same seed and limits
// have equal names, equal numbers of reads, and lie on opposite strands of the
// same fragments.
func Write(w io.Writer, opt Options) (Stats, error) {
	var st Stats
	if opt.Reads <= 0 && opt.Bytes <= 0 {
		return st, errs.At(errs.Validation, errs.Pos{}, "simreads: neither a number of reads nor a size is given")
	}
	if opt.Mate < 0 || opt.Mate > 2 || opt.Mate == 2 && opt.Profile == Nanopore {
		return st, errs.At(errs.Validation, errs.Pos{}, "simreads: mate %d does not exist in this profile", opt.Mate)
	}
	m := newMaker(opt)
	buf := make([]byte, 0, 2*chunk)
	for (opt.Reads <= 0 || st.Reads < opt.Reads) && (opt.Bytes <= 0 || st.Bytes < opt.Bytes) {
		before := len(buf)
		buf = m.appendRead(buf)
		st.Reads++
		st.Bases += int64(len(m.seq))
		st.Bytes += int64(len(buf) - before)
		if len(buf) >= chunk {
			if _, err := w.Write(buf); err != nil {
				return st, err
			}
			buf = buf[:0]
		}
	}
	_, err := w.Write(buf)
	return st, err
}

// maker makes one read after the other. The two mates of a pair draw from the
// same fragment stream in the same way, and from read streams of their own.
type maker struct {
	genome   []byte
	fragment *rand.PCG // names, places, strands
	read     *rand.PCG // qualities and errors
	mate     int
	eol      string
	model    qualityModel
	next     func(*maker, []byte) []byte // fills seq and qual, appends the name line without its end
	spot     spot
	number   int64 // of the read, from 1
	seq      []byte
	qual     []byte
}

func newMaker(opt Options) *maker {
	m := &maker{
		genome:   genome(opt.Seed),
		fragment: rand.NewPCG(opt.Seed, 1),
		read:     rand.NewPCG(opt.Seed, 2+uint64(opt.Mate&2)),
		mate:     max(opt.Mate, 1),
		eol:      "\n",
		spot:     firstSpot,
	}
	if opt.CRLF {
		m.eol = "\r\n"
	}
	switch opt.Profile {
	case Illumina40:
		m.model, m.next = illumina40Model(), (*maker).hiSeq
	case Nanopore:
		m.model, m.next = nanoporeModel(), (*maker).nanopore
	default:
		m.model, m.next = illumina4Model(), (*maker).novaSeq
	}
	return m
}

func (m *maker) appendRead(dst []byte) []byte {
	m.number++
	dst = m.next(m, dst)
	dst = append(dst, m.eol...)
	dst = append(dst, m.seq...)
	dst = append(dst, m.eol...)
	dst = append(dst, '+')
	dst = append(dst, m.eol...)
	dst = append(dst, m.qual...)
	return append(dst, m.eol...)
}

// below gives a number in [0, n), n < 2^32, from one draw.
func below(src *rand.PCG, n int) int {
	return int(src.Uint64() >> 32 * uint64(n) >> 32)
}
