package catalog

import (
	"encoding/json"
	"time"
)

// Call is one call of an operation that carries a client token.
type Call struct {
	Scope
	Operation string // StartReadSetImportJob
	Token     string // "" for a call that carries none
	BodyHash  string // of the request without its token
}

// Once answers a call as the first call with its token was answered (ST-18). Of
// a first call it runs do and keeps the answer, in this transaction; an error of
// do keeps nothing. A token that came before with another body is a Conflict.
func (tx *Tx) Once(call Call, do func() (answer json.RawMessage, err error)) (json.RawMessage, error) {
	if call.Token == "" {
		return do()
	}
	var hash string
	var answer json.RawMessage
	err := tx.each("SELECT body_hash, answer FROM idempotency_token WHERE account = ? AND region = ? AND operation = ? AND token = ?",
		[]any{call.Account, call.Region, call.Operation, call.Token}, func(rows Rows) error {
			return rows.Scan(&hash, jsonColumn{&answer})
		})
	switch {
	case err != nil:
		return nil, err
	case answer != nil && hash == call.BodyHash:
		return answer, nil
	case answer != nil:
		return nil, conflict("clientToken %q came before with another request", call.Token)
	}
	if answer, err = do(); err != nil {
		return nil, err
	}
	if len(answer) == 0 {
		answer = json.RawMessage("null")
	}
	_, err = tx.conn.Exec(tx.ctx, "INSERT INTO idempotency_token (account, region, operation, token, body_hash, answer, creation_time) VALUES (?, ?, ?, ?, ?, ?, ?)",
		call.Account, call.Region, call.Operation, call.Token, call.BodyHash, string(answer), micros(tx.now))
	return answer, err
}

// ForgetCalls drops the tokens of calls before a time.
func (tx *Tx) ForgetCalls(before time.Time) error {
	_, err := tx.conn.Exec(tx.ctx, "DELETE FROM idempotency_token WHERE creation_time < ?", micros(before))
	return err
}
