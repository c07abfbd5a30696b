// Package reference indexes FASTA files, gives bases by name, span or M5, and tells
// which reference a file of reads was made with: all of it without a vault. The
// [Service] of a vault keeps references in one.
//
// # Indexes and checksums
//
// [Scan] reads a FASTA file once, plain or bgzipped, and gives all that is to be
// known of it: the .fai index that `samtools faidx` makes, the .gzi index that
// `bgzip -r` makes, both in every byte, the MD5 of the text, and the length and M5
// of each sequence (SAMv1 §1.3.2), as `samtools dict` states them. What samtools
// takes it takes; [Options].Strict refuses what a reference store does.
//
// # Bases
//
// [Bases] is what decoders ask: a small interface by span. [Open] gives it over a
// FASTA file by its indexes, [Folder] over files named by their M5, such as
// samtools keeps in REF_CACHE. [Cached] keeps what was asked for within a bound
// and is meant to be shared; a chromosome is held whole only where the bound
// allows it. Nothing here asks the network.
//
// A [File] also gives bases in the case that the file has them, many spans at
// once, and FASTA text of regions as `samtools faidx` prints it ([Write]).
//
// # Which reference is this?
//
// [Match] compares the @SQ lines of a header with references: by M5, else by name
// and length.
//
// # A vault's references
//
// [Service] has the operations of the HealthOmics API over the reference store of a
// vault (storage.md §4): import jobs, lists, files by part. [Service.Bases] and
// [Service.AllBases] give bases of stored references to decoders,
// [Service.OpenFile] opens one for spans of it, and [Service.MatchReferences]
// compares a header with all of them.
//
// # Errors
//
// Errors are [*Error] values with a kind and a position: the line of a FASTA or
// index file, or the byte of the stored file.
package reference
