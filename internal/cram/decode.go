package cram

import (
	"context"
	"slices"

	"github.com/seqlode/seqlode/internal/cram/codec"
	"github.com/seqlode/seqlode/internal/errs"
)

// Bits of FLAG (SAMv1 §1.4) that CRAM restores or asks for.
const (
	flagPaired      = 0x1
	flagUnmapped    = 0x4
	flagNextUnmap   = 0x8
	flagReverse     = 0x10
	flagNextReverse = 0x20
	flagFirst       = 0x40
	flagLimit       = 0x1000 // one more than all bits
)

// Bits of a record's own flags, CF (§8.4.2), and of its mate's, MF.
const (
	storesQual     = 0x1
	detached       = 0x2
	mateDownstream = 0x4
	noSequence     = 0x8
	storesTLen     = 0x10 // an extension of htslib

	mateReverse  = 0x1
	mateUnmapped = 0x2
)

// record is what is known of a record beside its bytes, until the mates of the
// slice are resolved.
type record struct {
	pos, end  int64 // from 1; end is that of the last base on the reference
	tlen      int64 // unknown where it follows from the mates
	storedLen int64 // TLEN as stored beside a mate in the slice; else unknown
	nextPos   int64
	ref       int32
	nextRef   int32
	mate      int32 // index in the slice; -1 is none
	number    int32
	at        int // of its bytes
	flags     uint16
	mateFlags uint8
	named     bool
}

const unknown = -1 << 63

// decoder decodes slices, one after another. Its memory is used again.
type decoder struct {
	ctx    context.Context
	opt    *Options
	refs   *references
	groups []string
	header int // references in the header
	pairs  *[1 << 16]byte

	streams []stream
	nothing stream // of what has no external data
	core    bits
	series  [seriesCount]reader
	tags    []reader

	s       *Slice
	ref     window
	err     error // the first failure within the slice
	records []record
	out     []byte
	base    int // where the slice begins in out
	used    int64

	cigar []uint32
	seq   []byte
	qual  []byte
	aux   []byte
	tag   [256]byte // of made-up names
	spare []byte
	want  *region
	place bool // only what tells the places of records is wanted
}

func (r *Reader) newDecoder(ctx context.Context) *decoder {
	d := &decoder{ctx: ctx, opt: &r.opt, refs: r.refs, groups: r.groups, header: len(r.names), want: r.want, pairs: basePairs()}
	d.ref.decoder = d
	return d
}

// newBlockDecoder makes a decoder of blocks within the reader's limits.
func (r *Reader) newBlockDecoder() *codec.Decoder { return &codec.Decoder{Limit: r.codec.Limit} }

// fail notes the first failure.
func (d *decoder) fail(kind errs.Kind, format string, args ...any) {
	if d.err == nil {
		d.err = errs.At(kind, errs.Pos{}, format, args...)
	}
}

// fits takes n bytes off what the slice may have, and reports whether there were
// so many.
func (d *decoder) fits(n int64) bool {
	d.used += n
	if d.used > int64(d.opt.MaxSlice) {
		d.fail(errs.LimitExceeded, "the slice wants more than %d bytes", d.opt.MaxSlice)
		return false
	}
	return true
}

// decode appends the records of a slice, whose blocks are open, to out, each
// behind a word with its size, as BAM has them.
func (d *decoder) decode(s *Slice, o *opened, out []byte) ([]byte, error) {
	d.s, d.err, d.used, d.out, d.base = s, nil, o.size, out, len(out)
	d.streams, d.core = o.streams, bits{data: o.core}
	d.bindSeries()
	at := -1 // the record under way
	err := d.openReference()
	if err == nil {
		at, err = d.decodeRecords()
	}
	if err == nil && !d.place {
		at = -1
		if d.resolve(); d.err == nil {
			d.finish()
		}
		err = d.err
	}
	out, d.out, d.s = d.out, nil, nil
	if err != nil {
		pos := s.pos()
		if at >= 0 {
			pos = s.posOf(int64(at))
		}
		return out[:d.base], errs.In(err, pos)
	}
	return out, nil
}

// bindSeries makes the series and tags ready to be read.
func (d *decoder) bindSeries() {
	comp := d.s.comp
	skipped := [seriesCount]bool{}
	if d.place {
		_, skipped = comp.placesOnly()
	}
	for i := range d.series {
		d.bind(&d.series[i], comp.series[i], series(i).key())
		if skipped[i] {
			d.series[i].src, d.series[i].skip = &d.nothing, true
		}
	}
	d.series[seriesRN].open = true
	for len(d.tags) < len(comp.tags) {
		d.tags = append(d.tags, reader{})
	}
	for i, t := range comp.tags {
		d.bind(&d.tags[i], t.enc, "a tag")
		d.tags[i].open = true
	}
}

// recordRoom is what a record takes at least, in BAM and while it is decoded.
const recordRoom = 128

// decodeRecords decodes the records one after another. It gives the record that
// an error is of, from 0; -1 is none.
func (d *decoder) decodeRecords() (at int, err error) {
	n := int(d.s.records)
	if !d.fits(int64(n) * recordRoom) {
		return -1, d.err
	}
	d.records = slices.Grow(d.records[:0], min(n, 1<<17))
	last := d.s.start
	for i := range n {
		d.records = append(d.records, record{number: int32(i)})
		last = d.decodeRecord(&d.records[i], last)
		if d.err != nil {
			return i, d.err
		}
	}
	return -1, nil
}

// decodeRecord decodes one record (§10). last is the position of the one before
// it. It gives the record's own.
func (d *decoder) decodeRecord(r *record, last int64) int64 {
	s, comp := d.s, d.s.comp
	flags := d.series[seriesBF].int()
	own := d.series[seriesCF].int()
	r.ref = s.refID
	if s.refID == multiRef {
		r.ref = d.series[seriesRI].int()
	}
	length := d.series[seriesRL].int()
	r.pos = int64(d.series[seriesAP].int())
	if comp.delta {
		r.pos += last
	}
	group := d.series[seriesRG].int()
	switch {
	case d.err != nil:
		return 0
	case flags < 0 || flags >= flagLimit:
		d.fail(errs.Corrupt, "the record has flags %#x", flags)
	case r.ref < unplaced || int(r.ref) >= d.header:
		d.fail(errs.Corrupt, "reference id %d is not one of the header's %d", r.ref, d.header)
	case length < 0:
		d.fail(errs.Corrupt, "the record has length %d", length)
	case r.pos < -1<<31 || r.pos > 1<<31-1:
		d.fail(errs.Corrupt, "the record has position %d", r.pos)
	case (group < -1 || int(group) >= len(d.groups)) && !d.place:
		d.fail(errs.Corrupt, "read group %d is not one of the header's %d", group, len(d.groups))
	case !d.fits(int64(length)):
	default:
		r.flags = uint16(flags)
		d.decodeBody(r, own, int(length), group)
	}
	return r.pos
}

// decodeBody decodes what comes behind the read group, and writes the record.
func (d *decoder) decodeBody(r *record, own int32, length int, group int32) {
	var name []byte
	if d.s.comp.names {
		name = d.series[seriesRN].array()
	}
	name = d.decodeMate(r, own, name)
	made := d.decodeTags()
	if d.err != nil {
		return
	}
	d.cigar = d.cigar[:0]
	d.seq = slices.Grow(d.seq[:0], length)[:length]
	if d.s.refID == multiRef && !d.place && r.ref >= 0 {
		d.ref.move(r.ref)
	}
	var mapq byte
	var qual []byte // nil where there is none
	r.end = r.pos
	if r.flags&flagUnmapped == 0 {
		if r.pos <= 0 {
			d.fail(errs.Corrupt, "the record is placed at %d and does not say that it is unmapped", r.pos)
			return
		}
		qual = d.decodeAlignment(r, own, made)
		mapq = byte(d.series[seriesMQ].int())
	} else if length > 0 {
		if bases := d.series[seriesBA].bytes(length); bases != nil {
			d.seq = append(d.seq[:0], bases...)
		}
	}
	if own&storesQual != 0 {
		qual = d.series[seriesQS].bytes(length)
	}
	if own&noSequence != 0 && r.flags&flagUnmapped == 0 {
		d.seq = d.seq[:0]
	}
	if d.err != nil || d.place {
		return
	}
	if group >= 0 && int(group) == len(d.groups)-1 && d.groups[group] == "UNKNOWN" {
		group = -1 // htsjdk's sign of none
	}
	d.write(r, name, mapq, group, qual)
}

// decodeMate decodes what tells of the mate, and the name where it is stored
// there.
func (d *decoder) decodeMate(r *record, own int32, name []byte) []byte {
	r.mate, r.nextRef, r.tlen, r.storedLen = -1, -1, unknown, unknown
	switch {
	case own&detached != 0:
		r.mateFlags = uint8(d.series[seriesMF].int())
		if !d.s.comp.names {
			name = d.series[seriesRN].array()
		}
		r.nextRef = d.series[seriesNS].int()
		r.nextPos = int64(d.series[seriesNP].int())
		r.tlen = int64(d.series[seriesTS].int())
		if (r.nextRef < unplaced || int(r.nextRef) >= d.header) && !d.place {
			d.fail(errs.Corrupt, "the mate's reference id %d is not one of the header's %d", r.nextRef, d.header)
		}
		return name
	case own&mateDownstream != 0:
		mate := int64(d.series[seriesNF].int()) + int64(r.number) + 1
		if (mate < 0 || mate >= int64(d.s.records)) && !d.place {
			d.fail(errs.Corrupt, "the mate is record %d of the slice's %d", mate+1, d.s.records)
			return name
		}
		r.mate = int32(mate)
	}
	if own&storesTLen != 0 {
		r.storedLen = int64(d.series[seriesTS].int())
	}
	return name
}

// Which of MD and NM a record does not want made.
const (
	hasMD = 1 << iota
	hasNM
)

// decodeTags decodes the tags into aux, and gives those of MD and NM that are
// there or not wanted.
func (d *decoder) decodeTags() (has int) {
	d.aux = d.aux[:0]
	comp := d.s.comp
	line := d.series[seriesTL].int()
	if d.series[seriesTL].skip {
		return 0
	}
	if line < 0 || int(line) >= len(comp.lines) {
		d.fail(errs.Corrupt, "line %d is not one of the tag dictionary's %d", line, len(comp.lines))
		return 0
	}
	for i, tag := range comp.lines[line] {
		key := comp.keys[line][i]
		if tag < 0 {
			d.fail(errs.Corrupt, "the compression header has no encoding for the tag %q", key)
			return 0
		}
		value := d.tags[tag].array()
		if d.err != nil {
			return 0
		}
		if len(value) == 1 && key == [3]byte{'c', 'F', 'C'} { // htslib's note of what is not to be made
			has |= int(value[0]) & (hasMD | hasNM)
			continue
		}
		if !d.fits(int64(len(key) + len(value))) {
			return 0
		}
		d.aux = append(append(d.aux, key[:]...), value...)
		switch {
		case key[0] == 'M' && key[1] == 'D':
			has |= hasMD
		case key[0] == 'N' && key[1] == 'M':
			has |= hasNM
		}
	}
	return has
}
