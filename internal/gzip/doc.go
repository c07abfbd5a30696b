// Package gzip decodes gzip files (RFC 1952) of every make: one member or
// many, ordinary members, BGZF blocks, and both mixed.
//
// It looks at each member's header and takes the fast way for what it finds:
// BGZF blocks are decoded in parallel, an ordinary member is decoded ahead of
// the consumer. All checks of the format are made; what ends the file is told
// by [Reader.End]. A bare BAM stream, of which bgzip -d has taken the
// compression, passes as it is; other files that are not gzip are refused.
package gzip
