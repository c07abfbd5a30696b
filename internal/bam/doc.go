// Package bam reads and writes BAM (SAMv1 §4.2).
//
// [Reader] cuts the decompressed text into runs of whole records, in file
// order; what is done with a run (SAM text, an index) is done by others, in
// parallel where that pays. [Text] is such a one: the SAM text of a file, made
// by several workers and handed out in order.
package bam
