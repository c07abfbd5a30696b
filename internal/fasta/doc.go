// Package fasta reads reference sequences: FASTA files plain and bgzipped, their
// indexes and checksums, and the bases that decoders ask for.
package fasta
