// Package etag computes semantic ETags: hashes over the decompressed content
// of a sequence file, the same whatever its compression.
package etag
