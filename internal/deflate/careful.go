package deflate

// codes decodes symbols of a compressed block: by the fast loop while there is
// slack, else one at a time.
func (d *Decoder) codes() error {
	if ipMax, opMax, ok := d.limits(); ok {
		if err := d.fast(ipMax, opMax); err != nil || d.phase != phaseCodes {
			return err
		}
	}
	return d.careful()
}

// careful decodes symbol by symbol and takes a symbol's bits only when all of
// them are there and there is room for its output to begin.
//
// Bits above count are zero here, so that an entry found with too few bits
// belongs to a longer code than there are bits, or is right.
func (d *Decoder) careful() error {
	t := d.table
	for {
		d.want(48) // a length of 15 + 5 bits and a distance of 15 + 13, if there are so many
		bits, used := d.bits, uint(0)
		e := t.lit[bits&(1<<litRootBits-1)]
		if e&entryLink == entryLink {
			used = litRootBits
			e = t.lit[uint64(e>>16&0x7fff)+bits>>litRootBits&(1<<(e>>8&15)-1)]
		}
		length, used := decodeValue(e, bits, used)
		switch {
		case used > d.count:
			return errInput
		case e&entryInvalid == entryInvalid:
			return ErrSymbol
		case e&entryEnd == entryEnd:
			d.take(used)
			d.endBlock()
			return nil
		case d.op == len(d.out):
			return errOutput
		case e&entryLiteral != 0:
			d.take(used)
			d.out[d.op] = byte(e >> 16)
			d.op++
			continue
		}

		rest := bits >> used
		e = t.dist[rest&(1<<distRootBits-1)]
		link := uint(0)
		if e&entryLink == entryLink {
			link = distRootBits
			e = t.dist[uint64(e>>16&0x7fff)+rest>>distRootBits&(1<<(e>>8&15)-1)]
		}
		distance, distUsed := decodeValue(e, rest, link)
		used += distUsed
		switch {
		case used > d.count:
			return errInput
		case e&entryInvalid == entryInvalid:
			return ErrSymbol
		case distance > d.op:
			return ErrDistance
		}
		d.take(used)
		d.length, d.distance = length, distance
		if err := d.finishMatch(); err != nil {
			return err
		}
	}
}

// decodeValue gives the base plus extra bits of a length or distance entry
// whose code begins at bit skip of bits, and the bits used with those skipped.
func decodeValue(e entry, bits uint64, skip uint) (value int, used uint) {
	used = skip + uint(e&0xff)
	extra := bits & (1<<used - 1) >> (skip + uint(e>>8&15))
	return int(e>>16&0x7fff) + int(extra), used
}

// finishMatch writes what there is room for of a match.
func (d *Decoder) finishMatch() error {
	n := min(d.length, len(d.out)-d.op)
	for range n { // the source may overlap what is being written
		d.out[d.op] = d.out[d.op-d.distance]
		d.op++
	}
	d.length -= n
	if d.length > 0 {
		d.phase = phaseMatch
		return errOutput
	}
	d.phase = phaseCodes
	return nil
}
