// Package event makes the events of status changes: their types and what they
// say (monitoring-events-quotas.md §7). They are put in the catalog's outbox in
// the transaction that makes the change, with [catalog.Tx.AddEvent].
package event
