package catalog

// Scope is the account and region that a thing belongs to.
type Scope struct {
	Account string // twelve digits
	Region  string
}

// ReferenceStoreARN names a reference store (storage.md §1).
func (s Scope) ReferenceStoreARN(store ID) string {
	return s.arn() + "referenceStore/" + store.String()
}

// ReferenceARN names a reference.
func (s Scope) ReferenceARN(store, id ID) string {
	return s.ReferenceStoreARN(store) + "/reference/" + id.String()
}

// SequenceStoreARN names a sequence store.
func (s Scope) SequenceStoreARN(store ID) string { return s.arn() + "sequenceStore/" + store.String() }

// ReadSetARN names a read set.
func (s Scope) ReadSetARN(store, id ID) string {
	return s.SequenceStoreARN(store) + "/readSet/" + id.String()
}

func (s Scope) arn() string { return "arn:aws:omics:" + s.Region + ":" + s.Account + ":" }

func (s Scope) conds() []cond { return []cond{{"account", s.Account}, {"region", s.Region}} }
