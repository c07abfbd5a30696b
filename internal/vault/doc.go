// Package vault is where objects and catalog meet: which object is whose, in what
// order both are written, and what is wrong where they disagree. docs/format.md
// specifies it for others.
//
// A thing with files (a read set, a reference) has a folder of objects, in the
// area objects or archive. It is made so: its files are committed, then its
// [Sidecar], then its rows. It is taken away in the other order: rows, sidecar,
// files ([Vault.RemoveFolder]). Whenever a process dies, rows without objects
// there are none, and objects without rows are orphans, which [Vault.Check] finds
// and removes.
//
// A [Kind] says of one sort of things where its folders lie and how a sidecar
// becomes rows again ([Vault.Rebuild]).
//
// A thing without files (a store) has a sidecar in its folder, written after its
// row and taken away after it.
//
// Whoever writes files in the folder of a thing does it as an item of a job, and has the
// thing's ID in the item ([job.Lease.Update], ResultID) before its first object is
// published: so Check knows in which folders somebody is at work, and leaves them
// alone.
package vault
