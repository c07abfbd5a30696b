package readset

import (
	"io"

	"github.com/seqlode/seqlode/etag"
	"github.com/seqlode/seqlode/internal/bgzf"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/gzip"
)

// Warning is something that a person should know and a program may ignore. Its
// codes are those of package etag.
type Warning = etag.Warning

// Warnings tells what is odd about the source: no EOF block, zero bytes behind
// its end. It knows all when a loop over all records, or WriteSAM, has come to
// the end. Before that it looks, in a BAM or CRAM file that can seek, for the EOF
// block or container alone, and ends a loop that is under way.
func (r *Reader) Warnings() ([]Warning, error) {
	if r.whole {
		return r.end, nil
	}
	src, ok := r.src.(io.ReadSeeker)
	if ok && r.cram != nil {
		return r.cramWarnings(src)
	}
	if !ok || r.kind != BAM || !r.blocks {
		return nil, nil
	}
	r.stop()
	tail := make([]byte, len(bgzf.EOFBlock))
	if _, err := src.Seek(-int64(len(tail)), io.SeekEnd); err != nil {
		return nil, r.named(errs.At(errs.Internal, errs.Pos{}, "cannot look for the EOF block: %w", err))
	}
	if _, err := io.ReadFull(src, tail); err != nil {
		return nil, r.named(errs.At(errs.Internal, errs.Pos{}, "cannot look for the EOF block: %w", err))
	}
	return gzip.End{NoEOFBlock: string(tail) != bgzf.EOFBlock}.Warnings(), nil
}
