package catalog

import (
	"errors"

	"github.com/seqlode/seqlode/internal/errs"
)

// conflict is an error of kind Conflict.
func conflict(format string, args ...any) error {
	return errs.At(errs.Conflict, errs.Pos{}, format, args...)
}

// inUse words a Conflict of the database.
func inUse(err error, format string, args ...any) error {
	if errors.Is(err, errs.ErrConflict) {
		return conflict(format, args...)
	}
	return err
}
