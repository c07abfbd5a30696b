package seqlode

import "github.com/seqlode/seqlode/internal/errs"

// Error is the one type of error: what was being done, to what, the kind of
// failure, and where in the input it lies.
type Error = errs.Error

// The sentinels of the kinds of failure, for [errors.Is].
var (
	ErrInternal            = errs.ErrInternal
	ErrValidation          = errs.ErrValidation
	ErrNotFound            = errs.ErrNotFound
	ErrConflict            = errs.ErrConflict
	ErrAccessDenied        = errs.ErrAccessDenied
	ErrQuotaExceeded       = errs.ErrQuotaExceeded
	ErrRangeNotSatisfiable = errs.ErrRangeNotSatisfiable
	ErrNotSupported        = errs.ErrNotSupported
	ErrThrottled           = errs.ErrThrottled
	ErrTimeout             = errs.ErrTimeout
	ErrCorrupt             = errs.ErrCorrupt
	ErrLimitExceeded       = errs.ErrLimitExceeded
)
