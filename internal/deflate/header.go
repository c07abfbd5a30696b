package deflate

// preOrder is the order in which the lengths of the code length code are sent
// (RFC 1951 §3.2.7).
var preOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// want loads input until at least n ≤ 56 bits are at hand.
func (d *Decoder) want(n uint) bool {
	for d.count < n {
		if d.ip >= len(d.in) {
			return false
		}
		d.bits |= uint64(d.in[d.ip]) << d.count
		d.ip++
		d.count += 8
	}
	return true
}

// take gives the next n bits, which are at hand.
func (d *Decoder) take(n uint) uint {
	v := uint(d.bits & (1<<n - 1))
	d.bits >>= n
	d.count -= n
	return v
}

// header reads a block header (RFC 1951 §3.2.3) and makes the block's tables.
// Where it fails, no bit of it is taken.
func (d *Decoder) header() error {
	bits, count, ip := d.bits, d.count, d.ip
	err := d.blockHeader()
	if err != nil {
		d.bits, d.count, d.ip = bits, count, ip
	}
	return err
}

func (d *Decoder) blockHeader() error {
	if !d.want(3) {
		return errInput
	}
	last := d.take(1) == 1
	switch d.take(2) {
	case 0:
		if err := d.storedHeader(); err != nil {
			return err
		}
		d.phase = phaseStored
	case 1:
		d.table = &fixedCodes
		d.phase = phaseCodes
	case 2:
		if err := d.dynamicHeader(); err != nil {
			return err
		}
		d.table = &d.own
		d.phase = phaseCodes
	default:
		return ErrBlockType
	}
	d.last = last
	return nil
}

// storedHeader reads the lengths of a stored block (RFC 1951 §3.2.4).
func (d *Decoder) storedHeader() error {
	d.take(d.count & 7)
	if !d.want(32) {
		return errInput
	}
	n, complement := d.take(16), d.take(16)
	if n != ^complement&0xffff {
		return ErrStoredLength
	}
	d.stored = int(n)
	return nil
}

// copyStored copies what there is of a stored block.
func (d *Decoder) copyStored() error {
	for d.stored > 0 && d.count >= 8 && d.op < len(d.out) { // from the bit buffer first
		d.out[d.op] = byte(d.take(8))
		d.op++
		d.stored--
	}
	if d.stored > 0 && d.count < 8 {
		n := copy(d.out[d.op:], d.in[d.ip:min(len(d.in), d.ip+d.stored)])
		d.op += n
		d.ip += n
		d.stored -= n
	}
	switch {
	case d.stored == 0:
		d.endBlock()
		return nil
	case d.op == len(d.out):
		return errOutput
	}
	return errInput
}

// dynamicHeader reads the code lengths of a dynamic block (RFC 1951 §3.2.7).
func (d *Decoder) dynamicHeader() error {
	if !d.want(14) {
		return errInput
	}
	nLit := int(d.take(5)) + 257
	nDist := int(d.take(5)) + 1
	nPre := int(d.take(4)) + 4
	if nLit > maxLitCodes || nDist > maxDistCodes {
		return ErrCodeCount
	}
	var preLens [19]uint8
	for _, s := range preOrder[:nPre] {
		if !d.want(3) {
			return errInput
		}
		preLens[s] = uint8(d.take(3))
	}
	var pre [preTableSize]entry
	if !buildTable(pre[:], preLens[:], preMeaning[:], preRootBits, &d.order) {
		return ErrCodeSet
	}

	lens := d.lens[:nLit+nDist]
	for i := 0; i < len(lens); {
		d.want(14) // a code of 7 bits and 7 extra bits, if there are so many
		e := pre[d.bits&(preTableSize-1)]
		if uint(e&0xff) > d.count {
			return errInput
		}
		d.take(uint(e & 0xff))
		if e&entryOdd != 0 {
			return ErrSymbol
		}
		s := uint8(e >> valueShift)
		if s < 16 {
			lens[i] = s
			i++
			continue
		}
		var value uint8
		var extra uint
		repeat := 3
		switch s {
		case 16:
			if i == 0 {
				return ErrCodeRepeat
			}
			value, extra = lens[i-1], 2
		case 17:
			extra = 3
		case 18:
			extra, repeat = 7, 11
		}
		if extra > d.count {
			return errInput
		}
		repeat += int(d.take(extra))
		if repeat > len(lens)-i {
			return ErrCodeRepeat
		}
		for range repeat {
			lens[i] = value
			i++
		}
	}

	if lens[endOfBlock] == 0 {
		return ErrNoEndCode
	}
	if !d.own.build(lens[:nLit], lens[nLit:], &d.order) {
		return ErrCodeSet
	}
	return nil
}
