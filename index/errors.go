package index

import (
	"github.com/seqlode/seqlode/internal/cram"
	"github.com/seqlode/seqlode/internal/errs"
)

// Error is the error of all of seqlode. See the sentinels for its kinds.
type Error = errs.Error

// The kinds of failure that this package meets, for [errors.Is].
var (
	ErrCorrupt       = errs.ErrCorrupt       // the file breaks its format
	ErrLimitExceeded = errs.ErrLimitExceeded // the file wants more than the limits allow
	ErrNotSupported  = errs.ErrNotSupported  // a format that is known and not offered
	ErrValidation    = errs.ErrValidation    // the options, or records that the format cannot index
	ErrInternal      = errs.ErrInternal      // the file could not be read or written
)

// ErrUnsorted says that records do not come in the order of their coordinates,
// so that they cannot be indexed. Such an error is an [ErrValidation] too.
var ErrUnsorted = cram.ErrUnsorted
