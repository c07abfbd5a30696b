package cram

import (
	"io"
	"math"

	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/sam"
)

// Magic begins every CRAM file (§6).
const Magic = "CRAM"

// fileID is the length of the name that a file carries.
const fileID = 20

// readDefinition reads what a file begins with: magic, version, an id that
// means nothing (§6).
func (r *Reader) readDefinition() error {
	f := fields{in: r.in}
	head := f.need(0, len(Magic)+2+fileID)
	switch {
	case f.err == io.EOF || string(head[:len(Magic)]) != Magic && f.err == nil:
		return errs.At(errs.Corrupt, errs.Pos{}, "not a CRAM file")
	case f.err == io.ErrUnexpectedEOF:
		return errs.At(errs.Corrupt, errs.Pos{}, "the file ends within its first %d bytes", len(head))
	case f.err != nil:
		return f.err
	}
	r.version, r.minor = head[4], head[5]
	if r.version != 2 && r.version != 3 {
		return errs.At(errs.NotSupported, errs.Pos{}, "CRAM %d.%d: versions 2.0 to 3.1 are read", r.version, r.minor)
	}
	return nil
}

// maxHeader bounds the text of a header.
const maxHeader = 1 << 30

// headerExcess is how far the header's block may run past the end that its
// container states: htslib sizes the container of CRAM 2 before it pads the block
// with 10,000 bytes, and each of the block's two sizes may grow by a byte with them.
const headerExcess = 2

// readHeader reads the container of the SAM header (§7.1): a block with the
// length of the text and the text, and room for a longer one behind it.
func (r *Reader) readHeader() error {
	c := &r.current
	if err := r.readContainer(c); err == io.EOF {
		return errs.At(errs.Corrupt, errs.Pos{Offset: errs.Byte(r.in.Offset())}, "the file ends before its header")
	} else if err != nil {
		return err
	}
	if c.blocks < 1 {
		return errs.At(errs.Corrupt, c.pos(), "the container of the SAM header has no block")
	}
	stated := c.length
	if r.version == 2 {
		c.length = int32(min(int64(stated)+headerExcess, math.MaxInt32))
	}
	buf, at, err := r.readBlock(nil)
	c.length = stated
	if err != nil {
		return err
	}
	b := at.in(buf)
	data, err := b.decode(&r.codec, nil)
	if err != nil {
		return errs.In(err, c.pos())
	}
	length := int32(-1)
	if len(data) >= 4 {
		length = int32(le.Uint32(data))
	}
	switch {
	case length < 0 || int64(length) > int64(len(data)-4):
		return errs.At(errs.Corrupt, c.pos(), "SAM header of %d bytes in a block of %d", length, len(data))
	case length > maxHeader:
		return errs.At(errs.LimitExceeded, c.pos(), "SAM header of %d bytes, more than %d", length, maxHeader)
	}
	if err := r.in.skip(c.body + int64(c.length) - r.in.Offset()); err != nil {
		return c.fault(err, "blocks")
	}
	r.first = r.in.Offset()
	return r.takeHeader(data[4 : 4+length])
}

// takeHeader notes what records need of the header.
func (r *Reader) takeHeader(text []byte) error {
	header, err := sam.NewHeader(text, nil)
	if err != nil {
		return err
	}
	r.header = header
	parsed, err := header.Parse()
	if err == nil {
		r.takeParsed(parsed)
	} else {
		r.fault = err // of the records: the header itself can be shown
	}
	return nil
}

// takeParsed notes references and read groups.
func (r *Reader) takeParsed(parsed *sam.Parsed) {
	r.names = parsed.Names()
	r.refs = newReferences(r.opt.Bases, parsed.Sequences)
	seen := map[string]bool{}
	for _, line := range parsed.Of("RG") {
		if id, ok := line.Get("ID"); ok && !seen[id] {
			seen[id] = true
			r.groups = append(r.groups, id)
		}
	}
}
