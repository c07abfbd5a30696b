package service

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
)

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
