// Package readset reads sequence files record by record: FASTQ, BAM and uBAM,
// compressed by gzip or bgzip, and CRAM, through one API. It needs no vault.
//
// # Records
//
// [Open] takes any [io.Reader], finds out what it holds and reads the header.
// [Reader.Records] gives all records in the order of the file, [Reader.Region]
// those that overlap a region, through an index; [Header.ParseRegion] reads
// regions as people write them:
//
//	r, err := readset.Open(file, readset.Options{Name: "sample.bam"})
//	…
//	defer r.Close()
//	for rec, err := range r.Records() {
//		if err != nil {
//			return err
//		}
//		…
//	}
//
// A [Record] is a view of the file's decompressed bytes: nothing is decoded
// before it is asked for, and nothing is allocated for a record. It is valid
// until the loop goes on; [Record.Clone] keeps one. Methods that give a
// []byte or a [Tag] give a part of that memory; those named Append… write to
// the caller's. Positions count from 0 and ranges are half-open, as in BAM and
// BED; SAM text and region strings count from 1.
//
// [Record.AppendSAM] and [Reader.WriteSAM] print what `samtools view` prints.
//
// # CRAM
//
// Records of CRAM are restored with their references, which Options.Bases finds:
// package reference opens a FASTA file for that. Nothing is fetched by itself. A
// reference that is missing, or another than the one the file was made with, is
// an error before the first record that lies on it.
//
// # Errors
//
// A loop gives the first error as its last step, with a nil record; the records
// before it are good. Errors are [*Error] values with a kind and a place: the
// file as Options.Name has it, the record counted from 1, the line of a FASTQ
// text, and the BGZF virtual offset. Each record has been checked when it is
// given, by the rules of htslib, so that no method of it fails.
//
// # Concurrency and memory
//
// One goroutine uses a Reader and its records, one loop at a time. Decoders work
// ahead of the loop in goroutines of their own, which have ended when Close
// returns; with Options.Threads 1 there are none. Clones may be used by any
// number of goroutines.
//
// Memory is bounded whatever the input: up to 1 MiB for each of 2n+2 pieces in
// flight, n being the threads, and the longest record, for which there is
// Options.MaxRecord.
package readset
