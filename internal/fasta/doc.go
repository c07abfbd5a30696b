// Package fasta reads reference sequences: FASTA files plain and bgzipped, their
// indexes and checksums, and the bases that decoders ask for.
//
// [Scan] reads a file once, front to back, and gives its .fai and .gzi indexes,
// the MD5 of its text, and the length and M5 of each sequence. [File] gives
// bases by span from a file and its indexes, [Folder] from files named by their
// M5; [Cached] keeps what either has given. Nothing here asks the network.
//
// # What a FASTA file is
//
// Where it is not strict, Scan takes what `samtools faidx` 1.16.1 takes and makes
// the same index of it. A sequence begins with a line whose first byte is '>' and
// whose first word is the name. Its lines have one width, but the last, which may
// be shorter; bases are the bytes '!' to '~' (SAMv1 §1.3.2). Empty lines may
// stand before, between and behind sequences. A sequence without a line is left out,
// and so is one whose name was there before: warnings tell of them. FASTQ is
// refused, of which samtools makes an index with a column more.
//
// Strict also refuses what an index misleads about or a reference store has no
// use for: the same name twice, no name, an empty sequence, lines of one
// sequence with different numbers of bases, and any byte in a line of bases that is
// no base, but a CR at its end; in the line of a name, control bytes but a tab and
// a CR at its end.
//
// A file compressed by gzip, not by bgzip, is refused in both cases.
package fasta
