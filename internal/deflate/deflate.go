// Package deflate decodes DEFLATE (RFC 1951) at the speed of the machine.
//
// One core serves two faces. [Decoder.Decode] takes a whole stream whose
// output size is known, as a BGZF block has it. [Decoder.Start] and
// [Decoder.Next] decode a stream of any size piece by piece, into buffers that
// carry the last [WindowSize] bytes at their head.
//
// The core has a fast loop, which runs while input and output have slack, and
// a careful loop for the rest, which tests every step and can stop and go on
// at any symbol. The fast loop has a form in Go and one in assembly for amd64
// with BMI2, which the build tag noasm leaves out. What is accepted is what
// compress/flate accepts.
package deflate

import (
	"errors"
	"fmt"
)

// WindowSize is how far back a match may reach (RFC 1951 §2).
const WindowSize = 32 << 10

// Slack that lets the fast loop run to the very end of a buffer: capacity
// beyond the length of src, and of dst, passed to Decode or Next.
const (
	InputSlack  = inMargin
	OutputSlack = outMargin
)

// The ways a stream can be malformed. A *CorruptError wraps one of them.
var (
	ErrBlockType    = errors.New("reserved block type 3")
	ErrStoredLength = errors.New("stored block: length and its complement disagree")
	ErrCodeCount    = errors.New("more than 286 literal/length or 30 distance codes")
	ErrCodeRepeat   = errors.New("code length repeated before the first or past the last code")
	ErrCodeSet      = errors.New("code lengths are over-subscribed or incomplete")
	ErrNoEndCode    = errors.New("block has no end-of-block code")
	ErrSymbol       = errors.New("bits match no code")
	ErrDistance     = errors.New("match reaches before the start of the output")
	ErrTruncated    = errors.New("stream ends before its last block does")
	ErrTooLong      = errors.New("stream holds more than the stated size")
)

// CorruptError says what is wrong with a stream and where.
type CorruptError struct {
	// Offset is the byte of the stream, from 0, that holds the first bit of
	// the block header or symbol at fault; of an ErrTruncated, of the one that
	// is not there whole. Of an ErrTooLong it is where decoding stopped.
	Offset int64
	Err    error // one of this package's errors
}

func (e *CorruptError) Error() string {
	return fmt.Sprintf("deflate: %v (at byte %d of the stream)", e.Err, e.Offset)
}

// Unwrap gives the fault.
func (e *CorruptError) Unwrap() error { return e.Err }

// phase is what the decoder does next.
type phase uint8

const (
	phaseHeader phase = iota // a block header comes
	phaseStored              // stored bytes remain to be copied
	phaseCodes               // symbols of a compressed block
	phaseMatch               // rest of a match that the output had no room for
	phaseDone                // the last block has ended
)

// Decoder holds the tables and the state of one stream. The zero value is
// ready for [Decoder.Decode]; a stream in pieces begins with [Decoder.Start].
// A Decoder is about 25 KiB: reuse it. It is not for concurrent use.
type Decoder struct {
	bits  uint64 // unread bits, the next one lowest; those above count are zero
	count uint   // number of bits in bits; below 8 between calls

	phase    phase
	last     bool // the block under way is the last
	stored   int  // bytes left of a stored block
	length   int  // bytes left of a match
	distance int  // of that match

	in      []byte // input under way
	ip      int    // next byte of in to load
	out     []byte // history and output under way; out[:op] is of this stream
	op      int
	history int   // bytes decoded before out, as far as a match can reach
	done    int64 // bytes of the stream consumed before in

	slack bool // what lies between len and cap of in and out may be touched

	own   codeTables  // of dynamic blocks
	table *codeTables // those of the block under way
	order codeOrder
	lens  [maxLitCodes + maxDistCodes]uint8
}

// Decode decodes the stream at the head of src into dst. It gives the bytes
// written and the bytes of src that the stream takes. A stream of more than
// len(dst) bytes is an ErrTooLong, one that src does not hold whole an
// ErrTruncated; all errors are *CorruptError.
//
// Bytes between the length and the capacity of dst may be overwritten, those
// of src read: with [OutputSlack] and [InputSlack] the fast loop serves the
// whole stream. The result does not depend on them.
func (d *Decoder) Decode(dst, src []byte) (written, consumed int, err error) {
	d.Start()
	d.slack = true
	written, consumed, err = d.Next(dst, 0, src, true)
	d.slack = false
	if err != nil && (cap(dst) > len(dst) || cap(src) > len(src)) {
		// The fast loop may have run past an end before it came on the fault,
		// so the first fault, and its place, are found without slack.
		d.Start()
		written, consumed, err = d.Next(dst[:len(dst):len(dst)], 0, src[:len(src):len(src)], true)
	}
	switch {
	case err != nil:
		return written, consumed, err
	case d.phase != phaseDone:
		return written, consumed, &CorruptError{d.offset(), ErrTooLong}
	}
	return written, consumed, nil
}

// Start makes the decoder ready for a new stream that is decoded by Next.
func (d *Decoder) Start() {
	d.bits, d.count = 0, 0
	d.phase, d.last = phaseHeader, false
	d.history, d.done = 0, 0
}

// Done reports whether the stream has ended.
func (d *Decoder) Done() bool { return d.phase == phaseDone }

// Next goes on with the stream: it decodes from src to dst[pos:], where
// dst[:pos] ends in what was decoded of this stream before, at least its last
// [WindowSize] bytes. It gives the new position and the bytes of src that were
// consumed; the caller presents the others again, with more behind them.
// Bytes of dst behind the new position may be overwritten.
//
// It returns when dst is full, the stream is done, or src has too few bytes to
// go on (a block header takes up to 600). With final set, src holds all there
// is, and running out of it is an ErrTruncated. After an error, only Start and
// Decode may be called.
func (d *Decoder) Next(dst []byte, pos int, src []byte, final bool) (newPos, consumed int, err error) {
	// What lies before the stream's own bytes is out of a match's reach.
	base := pos - min(pos, d.history)
	d.in, d.ip = src, 0
	d.out, d.op = dst[base:], pos-base
	fault := d.run(final)
	d.unload()
	newPos, consumed = base+d.op, d.ip
	d.history = min(d.history+newPos-pos, WindowSize)
	d.done += int64(consumed)
	d.in, d.out = nil, nil
	if fault != nil {
		return newPos, consumed, &CorruptError{d.offset(), fault}
	}
	return newPos, consumed, nil
}

// unload gives whole bytes in the bit buffer back to the input.
func (d *Decoder) unload() {
	d.ip -= int(d.count >> 3)
	d.count &= 7
	d.bits &= 1<<d.count - 1
}

// offset is the byte of the stream that holds the next bit, between calls.
func (d *Decoder) offset() int64 {
	if d.count > 0 { // the rest of a byte that counts as consumed
		return d.done - 1
	}
	return d.done
}

// Words of the steps to run; they never leave it.
var (
	errInput   = errors.New("deflate: more input wanted")
	errOutput  = errors.New("deflate: more output wanted")
	errOverrun = errors.New("deflate: fast loop ran past an end")
)

// run decodes until the stream is done, the output full or the input used up.
func (d *Decoder) run(final bool) error {
	for d.phase != phaseDone {
		var err error
		switch d.phase {
		case phaseHeader:
			err = d.header()
		case phaseStored:
			err = d.copyStored()
		case phaseCodes:
			err = d.codes()
		case phaseMatch:
			err = d.finishMatch()
		}
		switch {
		case err == nil:
		case err == errInput && final:
			return ErrTruncated
		case err == errInput, err == errOutput:
			return nil
		default:
			return err
		}
	}
	return nil
}

// endBlock moves on from a block that is complete.
func (d *Decoder) endBlock() {
	d.phase = phaseHeader
	if d.last {
		d.phase = phaseDone
	}
}
