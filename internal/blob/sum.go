package blob

import (
	"encoding/hex"
	"fmt"
	"hash/crc32"

	"github.com/seqlode/seqlode/internal/errs"
)

// Sum is what is known of an object's bytes. CRC-32C finds bytes that were lost or
// changed on the way, at the speed of memory, and is one of the checksums that S3
// keeps of whole objects, multipart or not. It is no proof against intent.
type Sum struct {
	Size   int64 `json:"size"`
	CRC32C CRC   `json:"crc32c"`
}

// CRC is a CRC-32C (Castagnoli, RFC 3720). Its text is eight hex digits.
type CRC uint32

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Add gives the sum of the bytes so far with p after them. The zero Sum is that
// of no bytes.
func (s Sum) Add(p []byte) Sum {
	return Sum{s.Size + int64(len(p)), CRC(crc32.Update(uint32(s.CRC32C), castagnoli, p))}
}

// SumOf gives the sum of p.
func SumOf(p []byte) Sum { return Sum{}.Add(p) }

// Check gives Corrupt where the sum is not the one wanted; nil wants nothing.
func (s Sum) Check(want *Sum) error {
	switch {
	case want == nil || s == *want:
		return nil
	case s.Size != want.Size:
		return errs.At(errs.Corrupt, errs.Pos{}, "has %d bytes, not %d", s.Size, want.Size)
	}
	return errs.At(errs.Corrupt, errs.Pos{}, "has CRC-32C %v, not %v", s.CRC32C, want.CRC32C)
}

// String gives the eight hex digits.
func (c CRC) String() string { return fmt.Sprintf("%08x", uint32(c)) }

// MarshalText gives the eight hex digits.
func (c CRC) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads eight hex digits.
func (c *CRC) UnmarshalText(text []byte) error {
	var b [4]byte
	if len(text) != 2*len(b) {
		return errs.At(errs.Corrupt, errs.Pos{}, "CRC-32C %q: must be 8 hex digits", text)
	}
	if _, err := hex.Decode(b[:], text); err != nil {
		return errs.At(errs.Corrupt, errs.Pos{}, "CRC-32C %q: must be 8 hex digits", text)
	}
	*c = CRC(uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3]))
	return nil
}
