// Package index builds, reads and asks the index files of BAM: BAI (SAMv1 §5.2)
// and CSI (CSIv1); and builds that of CRAM: CRAI (CRAMv3 §11).
//
// [Build] reads a sorted BAM or CRAM file once, front to back, so that it may
// come from a pipe, and writes the index that samtools 1.16.1 makes of it: BAI the
// same in every byte, CSI and CRAI once they are decompressed. A CRAI is made
// without a reference: of slices with several, only the places of the records are
// decoded. A [Builder] makes the same index
// for a caller who reads the records himself. [Read] reads an index, and
// [Index.Chunks] tells which parts of the BAM file hold the records of a region.
//
// # What samtools does
//
// Records are indexed in the order of the file. Those of a reference are
// together and sorted by position, those without a reference come last; the
// order of the references is free. Where a record covers no base, and where
// flag 4 calls it unmapped, it counts as one base long. A position in front of
// the first base counts as the first base.
//
// A BAI reaches to base 2^29. A CSI is as deep as its longest reference needs;
// one of more than nine levels, as bins of 1<<1 bases make it for references
// beyond 2^28, is refused: bin numbers no longer fit, and samtools 1.16.1 writes
// an index that misleads.
//
// # Memory
//
// Build takes about 1 MiB for each of 2n+2 pieces of the file in flight, n being
// the threads, and the index itself, which is held until the file was seen to be
// whole. Read bounds what it takes: see there.
//
// # Errors
//
// Errors are [*Error] values with a kind and a position: the record's number and
// virtual offset in the BAM file, or the byte of the decompressed index.
package index
