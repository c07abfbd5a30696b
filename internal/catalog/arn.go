package catalog

import "strings"

// Scope is the account and region that a thing belongs to.
type Scope struct {
	Account string // twelve digits
	Region  string
}

// ReferenceStoreARN names a reference store (storage.md §1).
func (s Scope) ReferenceStoreARN(store ID) string {
	return s.arn(referenceStorePart) + store.String()
}

// ReferenceARN names a reference.
func (s Scope) ReferenceARN(store, id ID) string {
	return s.ReferenceStoreARN(store) + referencePart + id.String()
}

// ParseReferenceARN gives the IDs in the ARN of a reference, or of a reference
// store, whose id is 0; false where it is that of nothing of this scope.
func (s Scope) ParseReferenceARN(arn string) (store, id ID, ok bool) {
	return s.parse(arn, referenceStorePart, referencePart)
}

// SequenceStoreARN names a sequence store.
func (s Scope) SequenceStoreARN(store ID) string { return s.arn(sequenceStorePart) + store.String() }

// ReadSetARN names a read set.
func (s Scope) ReadSetARN(store, id ID) string {
	return s.SequenceStoreARN(store) + readSetPart + id.String()
}

// ParseReadSetARN gives the IDs in the ARN of a read set, or of a sequence store,
// whose id is 0; false where it is that of nothing of this scope.
func (s Scope) ParseReadSetARN(arn string) (store, id ID, ok bool) {
	return s.parse(arn, sequenceStorePart, readSetPart)
}

// What stands before the IDs in ARNs.
const (
	referenceStorePart = "referenceStore/"
	referencePart      = "/reference/"
	sequenceStorePart  = "sequenceStore/"
	readSetPart        = "/readSet/"
)

func (s Scope) arn(part string) string {
	return "arn:aws:omics:" + s.Region + ":" + s.Account + ":" + part
}

func (s Scope) parse(arn, part, within string) (store, id ID, ok bool) {
	rest, ok := strings.CutPrefix(arn, s.arn(part))
	if !ok {
		return 0, 0, false
	}
	rest, idText, inStore := strings.Cut(rest, within)
	store, err := ParseID(rest)
	if err == nil && inStore {
		id, err = ParseID(idText)
	}
	if err != nil {
		return 0, 0, false
	}
	return store, id, true
}

func (s Scope) conds() []cond { return []cond{{"account", s.Account}, {"region", s.Region}} }
