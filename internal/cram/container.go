package cram

import (
	"io"

	"github.com/seqlode/seqlode/internal/errs"
)

// Reference ids of containers and slices that are none (§7).
const (
	unplaced = -1
	multiRef = -2
)

// eofStart is the start of the container that ends a file: "EOF" (§9).
const eofStart = 0x454f46

// maxSlices bounds the slices of a container.
const maxSlices = 1 << 20

// container is a container's header (§7).
type container struct {
	at        int64 // of its first byte in the file
	body      int64 // of the first byte behind its header
	length    int32 // of all its blocks
	refID     int32
	start     int64 // from 1
	span      int64
	records   int32
	blocks    int32
	landmarks []int32 // where its slices begin, from body
}

// isEOF says whether it is the container that ends a whole file.
func (c *container) isEOF() bool {
	return c.records == 0 && c.refID == unplaced && c.start == eofStart
}

// readContainer reads a container's header, or gives io.EOF at the end of the
// stream.
func (r *Reader) readContainer(c *container) error {
	in, version := r.in, r.version
	*c = container{at: in.Offset(), landmarks: c.landmarks[:0]}
	f := fields{in: in}
	c.length = f.int32()
	if f.err == io.EOF {
		return io.EOF
	}
	c.refID = f.itf8()
	c.start = int64(f.itf8())
	c.span = int64(f.itf8())
	c.records = f.itf8()
	if version >= 3 { // the number of its first record in the file
		f.skipLTF8()
	} else {
		f.itf8()
	}
	f.skipLTF8() // bases
	c.blocks = f.itf8()
	slices := f.itf8()
	switch {
	case f.err != nil:
		return c.fault(f.err, "header")
	case c.length < 0 || c.records < 0 || c.blocks < 0 || slices < 0:
		return errs.At(errs.Corrupt, c.pos(), "container header states %d bytes, %d records, %d blocks, %d slices", c.length, c.records, c.blocks, slices)
	case slices > maxSlices:
		return errs.At(errs.LimitExceeded, c.pos(), "container states %d slices, more than %d", slices, maxSlices)
	}
	for range slices {
		c.landmarks = append(c.landmarks, f.itf8())
		if f.err != nil {
			return c.fault(f.err, "header")
		}
	}
	if version >= 3 && !f.sealed() && !r.open && f.err == nil {
		return errs.At(errs.Corrupt, c.pos(), "container header fails its CRC32")
	}
	if f.err != nil {
		return c.fault(f.err, "header")
	}
	c.body = in.Offset()
	return nil
}

// pos is the container's place, for errors.
func (c *container) pos() errs.Pos { return errs.Pos{Offset: errs.Byte(c.at)} }

// fault says what an error of the stream means for a part of the container.
func (c *container) fault(err error, part string) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return errs.At(errs.Corrupt, c.pos(), "the file ends within the %s of this container", part)
	}
	return err
}
