// Package seqlode is a vault for genome reads: a place that keeps sequence files
// whole, knows their content by its semantic ETag, and gives them back.
//
//	vault, err := seqlode.Open(ctx, seqlode.Options{Dir: "reads"})
//
// A vault is a directory with objects and a catalog of them; docs/format.md
// specifies it. Several processes may have one open. Its services have the
// operations of the HealthOmics API: [Vault.References] and [Vault.ReadSets].
//
// Computations that need no vault are packages of their own: etag, index,
// reference and readset.
//
// # What a vault promises
//
// What a call or a finished job has acknowledged is there after a crash or a power
// cut. What was under way is done by the next process that opens the vault, or
// leaves nothing that shows. [Vault.Fsck] finds and removes what a crash left
// behind, and [Rebuild] makes the catalog anew from the objects.
//
// # Errors
//
// Errors are [*Error] values; their kind is tested with [errors.Is] against the
// sentinels of this package.
package seqlode
