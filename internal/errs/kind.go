package errs

import "errors"

// Kind is the class of a failure. Values are stored in metrics and job rows:
// they are never renumbered.
type Kind uint8

// The kinds of failure.
const (
	Internal            Kind = iota // a fault of seqlode or of the machine
	Validation                      // the caller's arguments or declarations are wrong
	NotFound                        // the named thing does not exist
	Conflict                        // the thing's state forbids the call
	AccessDenied                    // the caller may not do this
	QuotaExceeded                   // a configured quota is used up
	RangeNotSatisfiable             // the part or byte range lies outside the object
	NotSupported                    // known and not offered
	Throttled                       // too many calls; try again later
	Timeout                         // a time limit ran out
	Corrupt                         // the input breaks its format
	LimitExceeded                   // the input wants more than the limits allow
)

// The sentinel of each kind, for [errors.Is].
var (
	ErrInternal            = errors.New("internal error")
	ErrValidation          = errors.New("invalid argument")
	ErrNotFound            = errors.New("not found")
	ErrConflict            = errors.New("conflict")
	ErrAccessDenied        = errors.New("access denied")
	ErrQuotaExceeded       = errors.New("quota exceeded")
	ErrRangeNotSatisfiable = errors.New("range not satisfiable")
	ErrNotSupported        = errors.New("not supported")
	ErrThrottled           = errors.New("throttled")
	ErrTimeout             = errors.New("timed out")
	ErrCorrupt             = errors.New("corrupt data")
	ErrLimitExceeded       = errors.New("limit exceeded")
)

var sentinels = [...]error{
	Internal:            ErrInternal,
	Validation:          ErrValidation,
	NotFound:            ErrNotFound,
	Conflict:            ErrConflict,
	AccessDenied:        ErrAccessDenied,
	QuotaExceeded:       ErrQuotaExceeded,
	RangeNotSatisfiable: ErrRangeNotSatisfiable,
	NotSupported:        ErrNotSupported,
	Throttled:           ErrThrottled,
	Timeout:             ErrTimeout,
	Corrupt:             ErrCorrupt,
	LimitExceeded:       ErrLimitExceeded,
}

// Sentinel gives the kind's error value.
func (k Kind) Sentinel() error {
	if int(k) < len(sentinels) {
		return sentinels[k]
	}
	return ErrInternal
}

// String gives the sentinel's text.
func (k Kind) String() string { return k.Sentinel().Error() }
