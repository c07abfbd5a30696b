package readset

import "github.com/seqlode/seqlode/internal/errs"

// Error is the error of all of seqlode. See the sentinels for its kinds.
type Error = errs.Error

// The kinds of failure that reading meets, for [errors.Is].
var (
	ErrCorrupt       = errs.ErrCorrupt       // the source or its index breaks its format
	ErrLimitExceeded = errs.ErrLimitExceeded // the source wants more than the limits allow
	ErrNotSupported  = errs.ErrNotSupported  // a type that is known and not offered, or a source that cannot seek
	ErrValidation    = errs.ErrValidation    // the options, a region, or a type other than the one declared
	ErrInternal      = errs.ErrInternal      // the source could not be read
)

// The kinds of failure that a [Service] meets besides.
var (
	ErrNotFound            = errs.ErrNotFound            // no such store, read set, job or file
	ErrConflict            = errs.ErrConflict            // the state of what is asked for does not allow it
	ErrQuotaExceeded       = errs.ErrQuotaExceeded       // the account has its number of such things
	ErrRangeNotSatisfiable = errs.ErrRangeNotSatisfiable // the part lies behind the file's end
)
