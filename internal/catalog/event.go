package catalog

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/seqlode/seqlode/internal/errs"
)

// Event is an event of the outbox. Package event makes them.
type Event struct {
	Seq int64  // order of writing; set by AddEvent
	ID  string // UUID version 4; set by AddEvent
	Scope
	DetailType string
	Resources  []string // ARNs
	Detail     json.RawMessage
	Time       time.Time // set by AddEvent
}

var events = table[Event]{
	name: "event", thing: "event", key: 1, fixed: 1,
	columns: columnList("seq, id, account, region, detail_type, resources, detail, event_time"),
	fields: func(e *Event) []any {
		return []any{&e.Seq, &e.ID, &e.Account, &e.Region, &e.DetailType, listColumn{&e.Resources}, jsonColumn{&e.Detail}, timeColumn{&e.Time}}
	},
}

// AddEvent puts an event in the outbox.
func (tx *Tx) AddEvent(e Event) (err error) {
	if e.Seq, err = tx.count("event"); err != nil {
		return err
	}
	if e.ID, err = uuid4(tx.random); err != nil {
		return err
	}
	e.Time = tx.now
	return events.insert(tx, &e)
}

// uuid4 makes a UUID version 4 (RFC 9562 §5.4).
func uuid4(random io.Reader) (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", errs.At(errs.Internal, errs.Pos{}, "random bytes: %w", err)
	}
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]), nil
}

// Undelivered gives the next up to n events, in order, that a target has not
// been told. A target that is new has been told none.
func (r *Reader) Undelivered(target string, n int) ([]Event, error) {
	return events.all(r, "WHERE seq > COALESCE((SELECT seq FROM event_cursor WHERE target = ?), 0) ORDER BY seq LIMIT ?", target, n)
}

// Delivered notes that a target has been told all events up to and with seq.
// What was noted before is never taken back.
func (tx *Tx) Delivered(target string, seq int64) error {
	_, err := tx.conn.Exec(tx.ctx, "INSERT INTO event_cursor (target, seq) VALUES (?, ?) "+
		"ON CONFLICT (target) DO UPDATE SET seq = excluded.seq WHERE excluded.seq > event_cursor.seq", target, seq)
	return err
}

// DropEvents drops events up to and with seq.
func (tx *Tx) DropEvents(seq int64) error {
	_, err := tx.conn.Exec(tx.ctx, "DELETE FROM event WHERE seq <= ?", seq)
	return err
}
