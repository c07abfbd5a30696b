package gzip

import (
	"io"

	"github.com/seqlode/seqlode/internal/bgzf"
)

// plainMagic begins a BAM stream (SAMv1 §4.2): the one text that is read without
// compression too, as htslib does.
const plainMagic = "BAM\x01"

// atPlain reports whether a BAM stream comes next.
func atPlain(in *bgzf.Input) (bool, error) {
	head, err := in.Peek(len(plainMagic))
	return string(head) == plainMagic, err
}

// plain fills p with the next text of a plain file, or gives io.EOF.
func (r *Reader) plain(p *piece) ([]byte, error) {
	text, _, err := r.in.PeekMore(1)
	if err == nil && len(text) == 0 {
		err = io.EOF
	}
	n := copy(p.room[:], text)
	r.in.Discard(n)
	return p.room[:n], err
}
