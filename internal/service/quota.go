package service

import (
	"strconv"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
)

// Quota is a limit on numbers of things, which an account may have set to
// another value by its name (monitoring-events-quotas.md §8.2).
type Quota struct {
	Name    string
	Default int
}

// The quotas of storage.
var (
	SequenceStores = Quota{"sequence-stores", 20}
	ReadSets       = Quota{"read-sets-per-sequence-store", 1_000_000}
	References     = Quota{"references-per-reference-store", 50}
	ImportJobs     = Quota{"concurrent-import-jobs", 5}
	ExportJobs     = Quota{"concurrent-export-jobs", 5}
	ActivationJobs = Quota{"concurrent-activation-jobs", 25}
)

// In is the quota's value in an account and region.
func (q Quota) In(r *catalog.Reader, s catalog.Scope) (int, error) {
	settings, err := r.Settings(s)
	if err != nil {
		return 0, err
	}
	text, ok := settings["quota."+q.Name]
	if !ok {
		return q.Default, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, errs.At(errs.Internal, errs.Pos{}, "setting quota.%s is %q, not a number", q.Name, text)
	}
	return n, nil
}

// Admit refuses, as QuotaExceeded, one thing more where there are have already.
func (q Quota) Admit(r *catalog.Reader, s catalog.Scope, have int) error {
	limit, err := q.In(r, s)
	if err != nil {
		return err
	}
	if have >= limit {
		return errs.At(errs.QuotaExceeded, errs.Pos{}, "quota %s: the limit of %d is reached", q.Name, limit)
	}
	return nil
}
