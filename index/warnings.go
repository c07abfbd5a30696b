package index

import (
	"fmt"

	"github.com/seqlode/seqlode/etag"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/gzip"
)

// warnings tells what was odd about a file that is whole.
func warnings(end gzip.End) []Warning {
	var ws []Warning
	if end.NoEOFBlock {
		ws = append(ws, Warning{Code: etag.MissingEOFBlock, Message: "no BGZF EOF block: the file may have been cut between two blocks"})
	}
	if end.TrailingZeros > 0 {
		ws = append(ws, Warning{Code: etag.TrailingZeros, Message: fmt.Sprintf("%d zero bytes behind the last BGZF block", end.TrailingZeros)})
	}
	if end.SecondLooks > 0 {
		ws = append(ws, Warning{Code: etag.DecoderFault, Message: fmt.Sprintf(
			"%d BGZF blocks could be decoded only by the standard library: the index is right; please report this file as a bug of seqlode", end.SecondLooks)})
	}
	return ws
}

// strict makes an error of the first warning.
func strict(ws []Warning) error {
	if len(ws) == 0 {
		return nil
	}
	return errs.At(errs.Corrupt, errs.Pos{}, "%s", ws[0].Message)
}
