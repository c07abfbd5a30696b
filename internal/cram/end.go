package cram

import (
	"io"

	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/gzip"
)

// The containers that end a whole file (§9), by major version.
var eofContainers = map[byte]string{
	2: "\x0b\x00\x00\x00\xff\xff\xff\xff\x0f\xe0EOF\x00\x00\x00\x00\x01\x00\x00\x01\x00\x06\x06\x01\x00\x01\x00\x01\x00",
	3: "\x0f\x00\x00\x00\xff\xff\xff\xff\x0f\xe0EOF\x00\x00\x00\x00\x01\x00\x05\xbd\xd9\x4f\x00\x01\x00\x06\x06\x01\x00\x01\x00\x01\x00\xee\x63\x01\x4b",
}

// noEOF is the warning of a file without the container that ends it. CRAM 2.0
// had none.
func (r *Reader) noEOF(ends bool) []errs.Warning {
	if ends || r.version == 2 && r.minor == 0 {
		return nil
	}
	return []errs.Warning{{Code: gzip.MissingEOFBlock, Message: "no CRAM EOF container: the file may have been cut between two containers"}}
}

// Warnings tells what is odd about a file that has been read to its end.
func (r *Reader) Warnings() []errs.Warning { return r.noEOF(r.ended) }

// LookAtEnd tells what is odd about the end of src, the reader's source, and leaves
// it there.
func (r *Reader) LookAtEnd(src io.ReadSeeker) ([]errs.Warning, error) {
	want := eofContainers[r.version]
	tail := make([]byte, len(want))
	if _, err := src.Seek(-int64(len(tail)), io.SeekEnd); err != nil {
		return nil, errs.At(errs.Internal, errs.Pos{}, "cannot look for the EOF container: %w", err)
	}
	if _, err := io.ReadFull(src, tail); err != nil {
		return nil, errs.At(errs.Internal, errs.Pos{}, "cannot look for the EOF container: %w", err)
	}
	tail[8] &= 0x0f // of the last byte of an ITF8, four bits count; writers differ
	return r.noEOF(string(tail) == want), nil
}
