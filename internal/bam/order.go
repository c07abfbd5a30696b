package bam

import "github.com/seqlode/seqlode/internal/sam"

// Order follows the places of records to see whether they are sorted by
// coordinate: by reference in the order of the header, those with none last,
// then by position. The zero value has seen no record.
type Order struct {
	first, last uint64
	seen        bool
	broken      bool
}

// key is a record's place in the order.
func key(r sam.Record) uint64 {
	return uint64(uint32(r.RefID()))<<32 | uint64(uint32(r.Pos()+1))
}

func (o *Order) add(r sam.Record) {
	k := key(r)
	if !o.seen {
		o.first, o.seen = k, true
	} else if k < o.last {
		o.broken = true
	}
	o.last = k
}

// Follow adds the records of next, which come behind those of o.
func (o *Order) Follow(next Order) {
	switch {
	case !next.seen:
	case !o.seen:
		*o = next
	default:
		o.broken = o.broken || next.broken || next.first < o.last
		o.last = next.last
	}
}

// Sorted reports whether no record was out of order.
func (o *Order) Sorted() bool { return !o.broken }
