package fasta

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/seqlode/seqlode/internal/errs"
)

// Sequence is a sequence of a FASTA file and where its bases lie: a line of the
// .fai index, and the M5 where it is known.
type Sequence struct {
	Contig
	Offset    int64 // of its first base in the decompressed text
	LineBases int64 // bases of each of its lines but the last
	LineWidth int64 // bytes of each, its end included
}

// Index is what a .fai file says: the sequences of a FASTA file in its order.
// Its names are unique. It is not changed once it is in use.
type Index struct {
	Sequences []Sequence

	once   sync.Once
	byName map[string]int32
	byM5   map[string]int32
}

// Find gives the sequence of that name, or nil.
func (x *Index) Find(name string) *Sequence {
	x.once.Do(x.lookUp)
	if i, ok := x.byName[name]; ok {
		return &x.Sequences[i]
	}
	return nil
}

// FindM5 gives the first sequence with that M5, or nil.
func (x *Index) FindM5(m5 string) *Sequence {
	x.once.Do(x.lookUp)
	if i, ok := x.byM5[m5]; ok {
		return &x.Sequences[i]
	}
	return nil
}

// lookUp makes the maps.
func (x *Index) lookUp() {
	if x.byName == nil {
		x.byName = make(map[string]int32, len(x.Sequences))
		for i := range x.Sequences {
			x.byName[x.Sequences[i].Name] = int32(i)
		}
	}
	x.byM5 = make(map[string]int32)
	for i, s := range slices.Backward(x.Sequences) {
		if s.M5 != "" {
			x.byM5[s.M5] = int32(i)
		}
	}
}

// add appends a sequence, and reports false where its name is there already.
func (x *Index) add(s Sequence) bool {
	if x.byName == nil {
		x.byName = make(map[string]int32)
	}
	if _, dup := x.byName[s.Name]; dup {
		return false
	}
	x.byName[s.Name] = int32(len(x.Sequences))
	x.Sequences = append(x.Sequences, s)
	return true
}

// WriteTo writes the index as a .fai file: name, length, offset, bases and
// bytes of a line, with tabs between.
func (x *Index) WriteTo(w io.Writer) (int64, error) {
	written := int64(0)
	b := make([]byte, 0, 64<<10)
	for i := range x.Sequences {
		s := &x.Sequences[i]
		b = append(b, s.Name...)
		for _, n := range [...]int64{s.Length, s.Offset, s.LineBases, s.LineWidth} {
			b = strconv.AppendInt(append(b, '\t'), n, 10)
		}
		b = append(b, '\n')
		if len(b) < 60<<10 && i < len(x.Sequences)-1 {
			continue
		}
		n, err := w.Write(b)
		written += int64(n)
		if err != nil {
			return written, err
		}
		b = b[:0]
	}
	return written, nil
}

// maxName is the longest name of a sequence: samtools reads no longer line of an
// index.
const maxName = 65000

// maxSequences bounds the sequences of a file. Each takes some 150 bytes of
// memory and its name.
const maxSequences = 1 << 24

// ReadIndex reads a .fai file. Where a name comes twice, its first line counts,
// as for samtools. An index of FASTQ, which has a column more, is refused.
func ReadIndex(r io.Reader) (*Index, error) {
	x := new(Index)
	lines := bufio.NewReaderSize(r, maxName+500)
	for n := int64(1); ; n++ {
		pos := errs.Pos{Line: n}
		line, err := lines.ReadSlice('\n')
		switch {
		case err == io.EOF && len(line) == 0:
			return x, nil
		case errors.Is(err, bufio.ErrBufferFull):
			return nil, errs.At(errs.LimitExceeded, pos, "FAI index: a line of more than %d bytes", maxName)
		case err != nil && err != io.EOF:
			return nil, errs.At(errs.Internal, pos, "cannot read on: %w", err)
		case len(x.Sequences) == maxSequences:
			return nil, errs.At(errs.LimitExceeded, pos, "FAI index: more than %d sequences", maxSequences)
		}
		s, fault := parseLine(line)
		if fault != "" {
			return nil, errs.At(errs.Corrupt, pos, "FAI index: %s", fault)
		}
		x.add(s)
	}
}

// parseLine reads a line of a .fai file, and says what is wrong with it.
func parseLine(line []byte) (s Sequence, fault string) {
	name, rest, ok := bytes.Cut(line, []byte{'\t'})
	fields := strings.Fields(string(rest))
	switch {
	case ok && len(fields) == 5:
		return s, "five numbers in a line: this is an index of FASTQ"
	case !ok || len(fields) != 4:
		return s, "a line is a name and four numbers with tabs between"
	}
	s.Name = string(name)
	for i, to := range [...]*int64{&s.Length, &s.Offset, &s.LineBases, &s.LineWidth} {
		n, err := strconv.ParseInt(fields[i], 10, 64)
		if err != nil || n < 0 {
			return s, strconv.Quote(fields[i]) + " is no number of an index"
		}
		*to = n
	}
	if !s.sound() {
		return s, "the numbers of a sequence do not fit together"
	}
	return s, ""
}

// sound reports whether places of bases can be computed.
func (s *Sequence) sound() bool {
	if s.Length == 0 {
		return true
	}
	if s.LineBases <= 0 || s.LineWidth <= s.LineBases || s.LineWidth > math.MaxUint32 {
		return false
	}
	high, low := bits.Mul64(uint64(s.Length/s.LineBases)+1, uint64(s.LineWidth))
	return high == 0 && low < math.MaxInt64/2 && s.Offset < math.MaxInt64/2
}

// place gives the offset of base i in the text.
func (s *Sequence) place(i int64) int64 {
	return s.Offset + i/s.LineBases*s.LineWidth + i%s.LineBases
}
