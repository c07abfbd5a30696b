package service

import (
	"errors"

	"github.com/seqlode/seqlode/internal/errs"
)

// codes are the API's names for kinds of failure. What a source holds is part of
// the request, and so is its size.
var codes = map[errs.Kind]string{
	errs.Internal:            "InternalServerException",
	errs.Validation:          "ValidationException",
	errs.NotFound:            "ResourceNotFoundException",
	errs.Conflict:            "ConflictException",
	errs.AccessDenied:        "AccessDeniedException",
	errs.QuotaExceeded:       "ServiceQuotaExceededException",
	errs.RangeNotSatisfiable: "RangeNotSatisfiableException",
	errs.NotSupported:        "NotSupportedOperationException",
	errs.Throttled:           "ThrottlingException",
	errs.Timeout:             "RequestTimeoutException",
	errs.Corrupt:             "ValidationException",
	errs.LimitExceeded:       "ValidationException",
}

// Code is the API's name for the kind of an error.
func Code(err error) string {
	kind := errs.Internal
	if e, ok := errors.AsType[*errs.Error](err); ok {
		kind = e.Kind
	}
	return codes[kind]
}
