package service

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"strconv"

	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/pipeline"
	"github.com/seqlode/seqlode/internal/source"
)

// Core is what the services of one vault stand on. The vault makes it; all
// fields are set but those that may be nil.
type Core struct {
	catalog.Scope // of the vault's owner
	Catalog       *catalog.Catalog
	Objects       blob.Bucket
	Wake          func() // has the vault's runner look for jobs at once
	Threads       int    // of one piece of work
	Limiter       *pipeline.Limiter
	Random        io.Reader // for names that nobody can guess
	Log           *slog.Logger
	Sources       *source.Opener
}

// Key is the key of a stored file in the vault's bucket.
func Key(f catalog.File) string { return string(f.Area) + "/" + f.Key }

// Once answers a call as the first call with its token was answered (ST-18);
// without a token it runs do each time. body is the request without its token.
func Once[Out any](tx *catalog.Tx, s catalog.Scope, operation, token string, body any, do func() (Out, error)) (out Out, err error) {
	text, err := json.Marshal(body)
	if err != nil {
		return out, errs.At(errs.Internal, errs.Pos{}, "%s: %w", operation, err)
	}
	sum := sha256.Sum256(text)
	call := catalog.Call{Scope: s, Operation: operation, Token: token, BodyHash: hex.EncodeToString(sum[:])}
	answer, err := tx.Once(call, func() (json.RawMessage, error) {
		first, err := do()
		if err != nil {
			return nil, err
		}
		return json.Marshal(first)
	})
	if err != nil {
		return out, err
	}
	if err := json.Unmarshal(answer, &out); err != nil {
		return out, errs.At(errs.Internal, errs.Pos{}, "%s: kept answer: %w", operation, err)
	}
	return out, nil
}

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
