package simreads

import (
	"bytes"
	"io"
	"math/rand/v2"
	"strconv"

	"github.com/seqlode/seqlode/internal/errs"
)

// FASTAOptions of [WriteFASTA].
type FASTAOptions struct {
	Seed  uint64
	Bytes int64 // about how much text; at least 1
	Width int   // bases of a line; 0: 60
}

const (
	contigs   = 24  // as a human genome has chromosomes
	maskedRun = 300 // bases on average that are in lower case, or are not, as RepeatMasker leaves them
)

// WriteFASTA writes a made-up genome to w and gives its size in bytes: contigs
// chr1 to chr24, each shorter than the one before, with runs in lower case, and
// N at their ends.
func WriteFASTA(w io.Writer, opt FASTAOptions) (int64, error) {
	if opt.Bytes <= 0 || opt.Width < 0 {
		return 0, errs.At(errs.Validation, errs.Pos{}, "simreads: a genome of %d bytes in lines of %d", opt.Bytes, opt.Width)
	}
	if opt.Width == 0 {
		opt.Width = 60
	}
	m := genomeMaker{w: w, width: opt.Width, bases: genome(opt.Seed), draw: rand.NewPCG(opt.Seed, 1)}
	m.masked = bytes.ToLower(m.bases)
	bases := opt.Bytes * int64(opt.Width) / int64(opt.Width+1)
	for i := range contigs {
		// The weights contigs-i add up to contigs*(contigs+1)/2: of 3.1 Gb, chr1 has
		// 248 Mb as that of a human.
		m.contig("chr"+strconv.Itoa(i+1), max(1, bases*2*int64(contigs-i)/(contigs*(contigs+1))))
	}
	return m.written, m.err
}

// genomeMaker writes contigs.
type genomeMaker struct {
	w             io.Writer
	width         int
	bases, masked []byte // a pool of random bases, in both cases
	draw          *rand.PCG

	text    []byte // not yet written
	column  int
	written int64
	err     error
}

// contig writes one contig of so many bases.
func (m *genomeMaker) contig(name string, size int64) {
	m.text = append(append(append(m.text, '>'), name...), '\n')
	ends := min(10_000, size/10)
	m.unknown(ends)
	for left := size - 2*ends; left > 0; {
		from := m.bases
		if m.draw.Uint64()&1 == 0 {
			from = m.masked
		}
		n := int(min(left, int64(1+below(m.draw, 2*maskedRun))))
		at := below(m.draw, len(from)-n)
		m.put(from[at : at+n])
		left -= int64(n)
	}
	m.unknown(ends)
	if m.column > 0 {
		m.text = append(m.text, '\n')
		m.column = 0
	}
	m.flush()
}

// unknown writes n times N.
func (m *genomeMaker) unknown(n int64) {
	for range n {
		m.put([]byte{'N'})
	}
}

// put writes bases, in lines.
func (m *genomeMaker) put(p []byte) {
	for len(p) > 0 {
		n := min(m.width-m.column, len(p))
		m.text = append(m.text, p[:n]...)
		p = p[n:]
		if m.column += n; m.column == m.width {
			m.text = append(m.text, '\n')
			m.column = 0
		}
	}
	if len(m.text) >= chunk {
		m.flush()
	}
}

func (m *genomeMaker) flush() {
	if m.err == nil {
		_, m.err = m.w.Write(m.text)
	}
	m.written += int64(len(m.text))
	m.text = m.text[:0]
}
