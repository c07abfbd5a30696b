// Package codec decodes the blocks of CRAM 2.1, 3.0 and 3.1: every compression
// method that a block header can name (CRAMv3 §8, CRAMcodecs).
//
// A [Decoder] holds the tables of all methods and is reused from block to
// block, so that a worker allocates nothing once it is warm.
//
// What htscodecs and htslib make of a sound block is what comes of it here. Of
// damaged ones they take some that are refused here: streams that end early, run
// past their size or leave it unfilled, rANS states out of bounds, symbols in
// contexts that have no frequencies, tokens that differ from one of another type.
//
// The loops of rANS have a form in Go and one in assembly for amd64, which the
// build tag noasm leaves out.
package codec
