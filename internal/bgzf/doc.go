// Package bgzf reads and writes blocked gzip (SAMv1 §4.1): a series of gzip
// members of at most 64 KiB that state their own size, so that they can be
// found, decoded and sought one by one.
//
// [Reader] decodes batches of blocks in parallel and hands them out in order;
// [Writer] compresses likewise. A virtual offset is a block's place in the file
// shifted left by 16, plus a place in the block's text (SAMv1 §4.1.1).
package bgzf
