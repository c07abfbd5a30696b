package bam

import (
	"encoding/binary"
	"io"

	"github.com/seqlode/seqlode/internal/bgzf"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/sam"
)

// maxHeader bounds the text and, apart from it, the reference names of a header.
const maxHeader = 1 << 30

// readHeader reads what comes before the first record (SAMv1 §4.2).
func (r *Reader) readHeader() error {
	magic, err := r.take(len(Magic))
	if err != nil {
		return err
	}
	if string(magic) != Magic {
		return errs.At(errs.Corrupt, errs.Pos{}, "not a BAM file")
	}
	text, err := r.sized("header text")
	if err != nil {
		return err
	}
	count, err := r.word()
	if err != nil {
		return err
	}
	if count < 0 {
		return headerFault("header states %d references", count)
	}
	var refs []sam.Ref
	room := maxHeader
	for i := range count {
		name, err := r.sized("reference name")
		if err != nil {
			return err
		}
		length, err := r.word()
		if err != nil {
			return err
		}
		switch room -= len(name); {
		case len(name) == 0 || name[len(name)-1] != 0:
			return headerFault("the name of reference %d does not end in a zero byte", i)
		case room < 0:
			return errs.At(errs.LimitExceeded, errs.Pos{}, "reference names of more than %d bytes", maxHeader)
		}
		refs = append(refs, sam.Ref{Name: name, Length: uint32(length)})
	}
	if r.header, err = sam.NewHeader(text, refs); err != nil {
		return err
	}
	if parsed, err := r.header.Parse(); err != nil {
		r.fault = err // of the records: the header itself can be shown
	} else {
		r.names = parsed.Names()
	}
	return nil
}

// sized reads a size and as many bytes.
func (r *Reader) sized(what string) ([]byte, error) {
	n, err := r.word()
	switch {
	case err != nil:
		return nil, err
	case n < 0:
		return nil, headerFault("%s of %d bytes", what, n)
	case n > maxHeader:
		return nil, errs.At(errs.LimitExceeded, errs.Pos{}, "%s of %d bytes, more than %d", what, n, maxHeader)
	}
	return r.take(int(n))
}

// word reads an int32.
func (r *Reader) word() (int32, error) {
	p, err := r.take(sizeWord)
	if err != nil {
		return 0, err
	}
	return int32(binary.LittleEndian.Uint32(p)), nil
}

// take reads n bytes, and makes room only for what there is.
func (r *Reader) take(n int) ([]byte, error) {
	var p []byte
	for len(p) < n {
		if err := r.load(); err == io.EOF {
			return nil, bgzf.Truncated(errs.Pos{}, "the BAM header")
		} else if err != nil {
			return nil, err
		}
		k := min(n-len(p), len(r.rest))
		p = append(p, r.rest[:k]...)
		r.step(k)
	}
	return p, nil
}

func headerFault(format string, args ...any) error {
	return errs.At(errs.Corrupt, errs.Pos{}, "BAM header: "+format, args...)
}
