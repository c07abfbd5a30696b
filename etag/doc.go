// Package etag computes semantic ETags: hashes over the decompressed content
// of a sequence file, the same whatever its compression. The definition, with
// golden vectors, is docs/etag.md.
//
// # What is hashed
//
// Of FASTQ, the whole decompressed file: every member of the gzip file, every
// byte, so that `gzip -dc FILE | md5sum` gives the same. On the way the FASTQ
// is checked and its reads and bases are counted.
//
// Of BAM, the alignment section as SAM text, so that `samtools view FILE |
// md5sum` gives the same: one line a record, in file order, without the header.
//
// Of CRAM, the same text, restored with the references that Options.Bases
// finds: what `samtools view -T REF --input-fmt-option name_prefix=readset FILE |
// md5sum` gives.
//
// # Concurrency and memory
//
// Decoders work ahead of the hash, so that a computation takes the time of the
// slower of the two. [ComputeAll] hashes several sources side by side, which
// for MD5 costs little more than hashing one. With Options.Threads 1 everything
// runs in the calling goroutine. All goroutines have ended when a call returns;
// a source whose Read does not return holds it up.
//
// Memory is bounded: about 1 MiB for each of the 2n+2 pieces in flight, n being
// the threads of a source. Of BAM, one run of records that takes megabytes is
// rendered at a time, so that a file stays within 128 MiB and four times its
// largest record; a record of more than 512 MiB is refused. Of CRAM, a slice and
// more for each thread: some 80 MiB with two threads and the 10000 reads that
// samtools puts into a slice.
//
// # Errors
//
// Errors are [*Error] values with a kind and a position: file, record, line, or
// byte of the stored file. MD5 is open to crafted collisions; where that
// matters, use the SHA families.
package etag
