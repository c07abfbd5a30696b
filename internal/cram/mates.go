package cram

import "github.com/seqlode/seqlode/internal/errs"

// resolve restores what records of a slice say of each other: the mate's place,
// its flags, TLEN. The records of a template are a chain, from each to the next
// behind it in the slice, and from the last back to the first.
func (d *decoder) resolve() {
	all := d.records
	for i := range all {
		r := &all[i]
		if r.mate >= 0 {
			if r.tlen == unknown && !d.closeChain(i) {
				return
			}
			r.follow(&all[r.mate])
		} else {
			if r.mateFlags&mateReverse != 0 {
				r.flags |= flagPaired | flagNextReverse
			}
			if r.mateFlags&mateUnmapped != 0 {
				r.flags |= flagNextUnmap
			}
			if r.flags&flagPaired == 0 {
				r.nextRef = -1
			}
		}
		if r.tlen == unknown {
			r.tlen = 0
		}
	}
	for i := range all {
		if r := &all[i]; r.storedLen != unknown {
			r.tlen = r.storedLen
		}
	}
}

// follow takes from a record's mate what is the mate's.
func (r *record) follow(mate *record) {
	r.nextPos, r.nextRef = mate.pos, mate.ref
	r.flags |= flagPaired
	if mate.flags&flagUnmapped != 0 {
		r.flags |= flagNextUnmap
		r.tlen = 0
	}
	if r.flags&flagUnmapped != 0 {
		r.tlen = 0
	}
	if mate.flags&flagReverse != 0 {
		r.flags |= flagNextReverse
	}
}

// closeChain ties the end of the chain that begins with record head to its
// beginning, and gives TLEN to its records: the extent of the template, positive
// for the leftmost, 0 where it lies on several references.
func (d *decoder) closeChain(head int) bool {
	all := d.records
	ref := all[head].ref
	left, right := all[head].pos, all[head].end
	leftmost := 0 // records that begin at left
	for i := head; ; {
		r := &all[i]
		switch {
		case r.pos < left:
			left, leftmost = r.pos, 1
		case r.pos == left:
			leftmost++
		}
		right = max(right, r.end)
		if r.mate == -1 {
			r.mate = int32(head)
			break
		}
		if int(r.mate) <= i {
			d.fail(errs.Corrupt, "the mate of record %d of the slice stands before it", i+1)
			return false
		}
		i = int(r.mate)
		if all[i].ref != ref {
			ref = -1
		}
	}
	extent := right - left + 1
	for i := head; ; {
		r := &all[i]
		switch {
		case ref == -1:
			r.tlen = 0
		case r.pos == left && (leftmost == 1 || r.flags&flagFirst != 0):
			r.tlen = extent
		default:
			r.tlen = -extent
		}
		if i = int(r.mate); i == head {
			return true
		}
	}
}
