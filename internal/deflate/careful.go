package deflate

// longestRun bounds the output of one run of the fast loop, since the
// assembly form can't be preempted: it is done within a millisecond.
const longestRun = 256 << 10

// codes decodes symbols of a compressed block: by the fast loop while there is
// slack, else one at a time.
func (d *Decoder) codes() error {
	for {
		ipMax, opMax, ok := d.limits()
		if !ok {
			break
		}
		opMax = min(opMax, d.op+longestRun)
		if err := d.fast(ipMax, opMax); err != nil || d.phase != phaseCodes {
			return err
		}
		if d.op <= opMax { // the input is used up, or a symbol is at fault
			break
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
		if e&entryKind == entryLink {
			used = litRootBits
			e = t.lit[uint64(e>>valueShift)+bits>>litRootBits&(1<<(e>>8&15)-1)]
		}
		extra, used := decodeExtra(e, bits, used)
		length := minLength + int(e>>secondShift) + extra
		switch {
		case used > d.count:
			return errInput
		case e&entryKind == entryInvalid:
			return ErrSymbol
		case e&entryKind == entryEnd:
			d.take(used)
			d.endBlock()
			return nil
		case d.op == len(d.out):
			return errOutput
		case e&entryNoLength != 0:
			d.take(used)
			d.out[d.op] = byte(e >> firstShift)
			d.op++
			continue
		}

		rest := bits >> used
		e = t.dist[rest&(1<<distRootBits-1)]
		link := uint(0)
		if e&entryKind == entryLink {
			link = distRootBits
			e = t.dist[uint64(e>>valueShift)+rest>>distRootBits&(1<<(e>>8&15)-1)]
		}
		extra, distUsed := decodeExtra(e, rest, link)
		distance := int(e>>valueShift) + extra
		used += distUsed
		switch {
		case used > d.count:
			return errInput
		case e&entryKind == entryInvalid:
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

// decodeExtra gives the extra bits of a length or distance entry whose code
// begins at bit skip of bits, and the bits used with those skipped.
func decodeExtra(e entry, bits uint64, skip uint) (extra int, used uint) {
	used = skip + uint(e&0xff)
	return int(bits & (1<<used - 1) >> (skip + uint(e>>8&15))), used
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
