// Package codec decodes the blocks of CRAM 2.1, 3.0 and 3.1: every compression
// method that a block header can name (CRAMv3 §8, CRAMcodecs).
//
// A [Decoder] holds the tables of all methods and is reused from block to
// block, so that a worker allocates nothing once it is warm. What is accepted,
// and what comes of it, is what htscodecs accepts and gives, but for streams
// that end early or leave the stated size unfilled: those are errors here.
package codec
