package index

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"

	"github.com/seqlode/seqlode/internal/bgzf"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/gzip"
)

// Limits of what Read takes. The index of a human genome is some 10 MiB long.
const (
	maxText       = 1 << 28 // of the decompressed file
	maxReferences = 1 << 24
	maxAux        = 1 << 24 // of CSI's auxiliary data
)

// Read reads a BAI or CSI index file, compressed or not. What is no index, or a
// broken one, gives [ErrCorrupt], with the place in the decompressed bytes;
// one of more than 256 MiB or 16 million references gives [ErrLimitExceeded].
func Read(r io.Reader) (*Index, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	head, _ := in.Peek(len(gzip.Magic)) // a failure comes again
	var text io.Reader = in
	if string(head) == gzip.Magic {
		z := gzip.NewReader(context.Background(), in, gzip.Options{Threads: 1})
		defer z.Close()
		text = z
	}
	d := decoder{r: bufio.NewReaderSize(text, 64<<10)}
	x := d.index()
	d.ends()
	if d.err != nil {
		return nil, d.err
	}
	if err := x.checkBins(); err != nil {
		return nil, err
	}
	return x, nil
}

// decoder reads the parts of an index's text. After a failure, which it keeps,
// all numbers are 0.
type decoder struct {
	r    *bufio.Reader
	at   int64 // bytes taken
	word [8]byte
	err  error
}

// fail notes a failure of the format in front of the last size bytes.
func (d *decoder) fail(size int, format string, args ...any) {
	if d.err == nil {
		d.err = errs.At(errs.Corrupt, errs.Pos{Offset: errs.Byte(d.at - int64(size))}, format, args...)
	}
}

// take fills p.
func (d *decoder) take(p []byte) bool {
	if d.err != nil {
		return false
	}
	if d.at+int64(len(p)) > maxText {
		d.limit("an index of more than %d bytes", maxText)
		return false
	}
	n, err := io.ReadFull(d.r, p)
	d.at += int64(n)
	d.failed(err)
	return err == nil
}

// failed notes a failure to read.
func (d *decoder) failed(err error) {
	var known *errs.Error
	switch {
	case err == nil:
	case err == io.EOF || err == io.ErrUnexpectedEOF:
		d.err = bgzf.Truncated(d.here(), "the index")
	case errors.As(err, &known):
		d.err = err
	default:
		d.err = errs.At(errs.Internal, d.here(), "cannot read on: %w", err)
	}
}

// limit notes that a limit is exceeded.
func (d *decoder) limit(format string, args ...any) {
	if d.err == nil {
		d.err = errs.At(errs.LimitExceeded, d.here(), format, args...)
	}
}

func (d *decoder) here() errs.Pos { return errs.Pos{Offset: errs.Byte(d.at)} }

func (d *decoder) uint64() uint64 {
	if !d.take(d.word[:8]) {
		return 0
	}
	return binary.LittleEndian.Uint64(d.word[:])
}

func (d *decoder) uint32() uint32 {
	if !d.take(d.word[:4]) {
		return 0
	}
	return binary.LittleEndian.Uint32(d.word[:])
}

// count reads how many of something there are.
func (d *decoder) count(what string) int {
	n := int32(d.uint32())
	if n < 0 {
		d.fail(4, "index states %d %s", n, what)
		return 0
	}
	return int(n)
}

// index reads all parts.
func (d *decoder) index() *Index {
	x := &Index{format: BAI, scheme: baiScheme}
	var magic [4]byte
	d.take(magic[:])
	switch {
	case d.err != nil:
	case string(magic[:]) == csiMagic:
		x.format = CSI
		d.csiHead(x)
	case string(magic[:]) == "TBI\x01":
		d.err = errs.At(errs.NotSupported, errs.Pos{}, "a tabix index; BAI and CSI are supported")
	case string(magic[:]) != baiMagic:
		d.fail(4, "not a BAI or CSI index")
	}
	n := d.count("references")
	if n > maxReferences {
		d.limit("an index of %d references, of which %d are the most", n, maxReferences)
	}
	for ; n > 0 && d.err == nil; n-- {
		d.reference(x)
	}
	if _, err := d.r.Peek(1); d.err == nil && err != io.EOF {
		x.noCoor, x.hasNoCoor = d.uint64(), true
	}
	return x
}

// csiHead reads what CSI has in front of the references.
func (d *decoder) csiHead(x *Index) {
	s := scheme{minShift: d.count("bits of the smallest bins"), depth: d.count("levels of bins")}
	if s.depth > maxDepth || s.minShift < 1 || s.minShift+3*s.depth > 62 {
		d.fail(8, "an index with bins of 1<<%d bases and depth %d", s.minShift, s.depth)
		return
	}
	x.scheme = s
	n := d.count("bytes of auxiliary data")
	if n > maxAux {
		d.limit("an index with %d bytes of auxiliary data", n)
		return
	}
	var aux bytes.Buffer // grows with what there is
	k, err := io.CopyN(&aux, d.r, int64(n))
	d.at += k
	if d.err == nil {
		d.failed(err)
	}
	x.aux = aux.Bytes()
}

// reference reads the bins and the linear index of a reference.
func (d *decoder) reference(x *Index) {
	var r refIndex
	bins := len(x.bins)
	for n := d.count("bins"); n > 0 && d.err == nil; n-- {
		x.bins = append(x.bins, d.bin(x))
	}
	r.bins = spanTo(bins, len(x.bins))
	if x.format == BAI {
		linear := len(x.linear)
		for n := d.count("windows"); n > 0 && d.err == nil; n-- {
			x.linear = append(x.linear, d.uint64())
		}
		r.linear = spanTo(linear, len(x.linear))
	}
	x.refs = append(x.refs, r)
}

// bin reads a bin and its chunks.
func (d *decoder) bin(x *Index) binEntry {
	b := binEntry{id: d.uint32()}
	meta := b.id == x.scheme.metaBin()
	if b.id >= x.scheme.bins() && !meta {
		d.fail(4, "bin %d of reference %d, where bins end at %d", b.id, len(x.refs), x.scheme.bins()-1)
	}
	if x.format == CSI {
		b.loff = d.uint64()
	}
	n := d.count("chunks")
	if meta && n != 2 {
		d.fail(4, "bin of the counts of reference %d has %d chunks, not 2", len(x.refs), n)
	}
	chunks := len(x.chunks)
	for i := 0; i < n && d.err == nil; i++ {
		c := chunk{d.uint64(), d.uint64()}
		if c.beg > c.end && !(meta && i == 1) {
			d.fail(16, "chunk of bin %d of reference %d ends before it begins", b.id, len(x.refs))
		}
		x.chunks = append(x.chunks, c)
	}
	b.chunks = spanTo(chunks, len(x.chunks))
	return b
}

// ends refuses bytes behind the index, and finds what is wrong with a
// compressed file's end.
func (d *decoder) ends() {
	if d.err != nil {
		return
	}
	if _, err := d.r.Peek(1); err == nil {
		d.fail(0, "bytes behind the end of the index")
	} else if err != io.EOF {
		d.failed(err)
	}
}

// checkBins refuses a reference that has a bin twice.
func (x *Index) checkBins() error {
	x.sorting.Do(x.sort)
	for i, r := range x.refs {
		bins := x.sorted[r.bins.beg:r.bins.end]
		for k := 1; k < len(bins); k++ {
			if id := x.bins[bins[k]].id; id == x.bins[bins[k-1]].id {
				return errs.At(errs.Corrupt, errs.Pos{}, "index has bin %d of reference %d twice", id, i)
			}
		}
	}
	return nil
}
