package index

import (
	"encoding/hex"
	"hash"

	"github.com/seqlode/seqlode/etag"
	"github.com/seqlode/seqlode/internal/bam"
)

// hashed is the text of records on its way to an ETag.
type hashed struct {
	family etag.Family
	hash   hash.Hash
	stats  bam.Stats
	size   int64 // bytes of text
}

func newHashed(f etag.Family) *hashed { return &hashed{family: f, hash: f.New()} }

// add takes the next text, and what was counted in its records.
func (h *hashed) add(text []byte, stats bam.Stats) {
	h.hash.Write(text)
	h.size += int64(len(text))
	h.stats.Add(stats)
}

// result is the ETag of a file of so many stored bytes.
func (h *hashed) result(kind etag.FileType, stored int64, warnings []Warning) *etag.Result {
	return &etag.Result{
		Algorithm: kind.Algorithm(h.family), Type: kind, Hex: hex.EncodeToString(h.hash.Sum(nil)),
		Reads: h.stats.Records, Mapped: h.stats.Mapped, Bases: h.stats.Bases, Sorted: h.stats.Order.Sorted(),
		StoredBytes: stored, TextBytes: h.size, Warnings: warnings,
	}
}
