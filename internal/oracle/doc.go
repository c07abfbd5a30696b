// Package oracle is how tests ask real programs: samtools, bgzip and their like.
// Such tests run where SEQLODE_INTEROP is set; the format specs' own test files
// are found in the folder SEQLODE_SHARED, larger reads in SEQLODE_READS.
package oracle
