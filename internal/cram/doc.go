// Package cram decodes CRAM 2.1, 3.0 and 3.1 (CRAMv2.1, CRAMv3): containers out
// of a stream, slices into records as BAM stores them ([sam.Record]), on several
// workers and in the order of the file. What a record becomes is what htslib
// makes of it: mates, flags and TLEN restored, MD and NM generated, names made up
// where the file has none.
//
// A [Reader] cuts a stream into slices. [NewText] makes SAM text of them and
// [NewRecords] records; [MakeIndex] indexes a file, [ReadIndex] reads an index,
// and [Reader.Restrict] goes by it to a region. Bases of references come by span
// from a [fasta.Bases]; nothing is ever fetched by itself.
//
// Sections named §n are those of the CRAM format specification, version 3.
package cram
