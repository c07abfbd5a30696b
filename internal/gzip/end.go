package gzip

import (
	"fmt"

	"github.com/seqlode/seqlode/internal/errs"
)

// End is what was seen of a file by its end.
type End struct {
	Blocks        int64 // BGZF blocks
	Members       int64 // ordinary members
	Plain         bool  // the file is not compressed: a bare BAM stream
	NoEOFBlock    bool  // the last member is a BGZF block and not the empty one that ends a whole file
	TrailingZeros int64 // zero bytes behind the last member, as tapes and copies by block leave them
	SecondLooks   int   // blocks or members that only the standard library could decode: faults of our decoder
}

// The codes of warnings.
const (
	MissingEOFBlock = "missing-eof-block"
	TrailingZeros   = "trailing-zeros"
	DecoderFault    = "decoder-fault"
)

// Warnings tells what was odd about a file that is whole.
func (e End) Warnings() []errs.Warning {
	var ws []errs.Warning
	if e.NoEOFBlock {
		ws = append(ws, errs.Warning{Code: MissingEOFBlock, Message: "no BGZF EOF block: the file may have been cut between two blocks"})
	}
	if e.TrailingZeros > 0 {
		ws = append(ws, errs.Warning{Code: TrailingZeros, Message: fmt.Sprintf("%d zero bytes behind the last gzip member", e.TrailingZeros)})
	}
	if e.SecondLooks > 0 {
		ws = append(ws, errs.Warning{Code: DecoderFault, Message: fmt.Sprintf(
			"%d gzip members could be decoded only by the standard library: the result is right; please report this file as a bug of seqlode", e.SecondLooks)})
	}
	return ws
}
