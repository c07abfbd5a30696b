package codec

import (
	"math"
	"slices"
	"strconv"

	"github.com/seqlode/seqlode/internal/errs"
)

// Method is how a block is compressed, by the number that its header has
// (CRAMv3 §8).
type Method uint8

// The methods. CRAM 2.1 has the first four, 3.0 adds RANS4x8, 3.1 the others.
const (
	Raw Method = iota
	Gzip
	Bzip2
	LZMA
	RANS4x8
	RANSNx16
	Arith   // the adaptive arithmetic coder
	Fqzcomp // quality values
	Tok3    // read names
)

var methodNames = [...]string{"raw", "gzip", "bzip2", "lzma", "rANS 4x8", "rANS Nx16", "arithmetic coder", "fqzcomp", "name tokeniser"}

// String gives the method's name as CRAMcodecs has it.
func (m Method) String() string {
	if int(m) < len(methodNames) {
		return methodNames[m]
	}
	return "method " + strconv.Itoa(int(m))
}

// DefaultLimit is the size of the largest block that a zero [Decoder] decodes.
const DefaultLimit = 256 << 20

// Decoder decodes blocks one after another. The zero value is ready. Its tables
// are made when a method first needs them and kept; warm, it allocates nothing
// but for LZMA. It is not for concurrent use.
type Decoder struct {
	// Limit is the largest size, in bytes, that a block may state; 0 is
	// DefaultLimit. Beside dst and 5 MiB of tables, what Decode allocates is
	// bounded by 6 times that size; for Tok3 by 16 times and at most 256 MiB
	// of tokens, for Fqzcomp by 64 MiB, which are touched as the contexts
	// occur, for LZMA and Bzip2 by that size and 4 MiB.
	Limit int

	rans    ransTables
	scratch scratch
	names   *names
	models  *arithModels
	fqz     *fqz
	inflate inflater
	bunzip  *bunzip

	secondLooks int
}

// Decode decodes src, the data of one block, by method, and gives its size
// bytes. They lie in dst's room where its capacity suffices, in a new slice
// otherwise; all that dst's capacity held is lost, after an error too. src is
// only read, and the result never shares memory with it.
//
// A block of size 0 is empty whatever src holds, as it is to htslib.
//
// Errors are of kind Corrupt (the data breaks the method's format, or gives
// more or fewer bytes than size), LimitExceeded (size is above d.Limit) or
// NotSupported (no such method). Their text names the method and the byte of
// the block; their Pos is left to the caller, who knows the block's place.
func (d *Decoder) Decode(dst []byte, method Method, src []byte, size int) ([]byte, error) {
	limit := d.Limit
	if limit == 0 {
		limit = DefaultLimit
	}
	switch {
	case size < 0 || int64(size) > math.MaxInt32:
		return nil, errs.At(errs.Corrupt, errs.Pos{}, "%v: block states a size of %d bytes", method, size)
	case size > limit:
		return nil, errs.At(errs.LimitExceeded, errs.Pos{}, "%v: block states a size of %d bytes, the limit is %d", method, size, limit)
	case size == 0:
		return dst[:0], nil
	}
	out, err := d.decode(dst, method, src, size)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// SecondLooks is how many gzip blocks the standard library decoded after our own
// decoder had refused them: each is a fault of ours.
func (d *Decoder) SecondLooks() int { return d.secondLooks }

// decode gives size bytes, which are more than 0 and within the limit, or an
// error.
func (d *Decoder) decode(dst []byte, method Method, src []byte, size int) ([]byte, error) {
	switch method {
	case Raw:
		return decodeRaw(dst, src, size)
	case Gzip:
		return d.gzip(dst, src, size)
	case Bzip2:
		return d.bzip2(dst, src, size)
	case LZMA:
		return decodeLZMA(dst, src, size)
	case RANS4x8:
		return d.rans4x8(dst, src, size)
	case RANSNx16:
		return d.ransNx16(dst, src, size)
	case Arith:
		return d.arith(dst, src, size)
	case Fqzcomp:
		return d.fqzcomp(dst, src, size)
	case Tok3:
		return d.tok3(dst, src, size)
	default:
		return nil, errs.At(errs.NotSupported, errs.Pos{}, "block compression %v", method)
	}
}

// decodeRaw copies a block that is not compressed.
func decodeRaw(dst, src []byte, size int) ([]byte, error) {
	if len(src) != size {
		return nil, errs.At(errs.Corrupt, errs.Pos{}, "raw block has %d bytes and states %d", len(src), size)
	}
	return append(dst[:0], src...), nil
}

// room gives a slice of n bytes, in b where its capacity suffices.
func room(b []byte, n int) []byte { return slices.Grow(b[:0], n)[:n] }
