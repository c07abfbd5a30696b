package readset

// Flags are the bits of a record's FLAG (SAMv1 §1.4).
type Flags uint16

// The flags.
const (
	Paired        Flags = 0x1   // the template has several reads
	ProperPair    Flags = 0x2   // each of them is aligned as the aligner expects
	Unmapped      Flags = 0x4   // the read is not aligned
	MateUnmapped  Flags = 0x8   // the next read of the template is not aligned
	Reverse       Flags = 0x10  // the sequence is the reverse complement of the read
	MateReverse   Flags = 0x20  // that of the next read is
	First         Flags = 0x40  // the first read of the template
	Last          Flags = 0x80  // the last one
	Secondary     Flags = 0x100 // another alignment of the read is its primary one
	QCFail        Flags = 0x200 // the read failed the quality controls
	Duplicate     Flags = 0x400 // a PCR or optical duplicate
	Supplementary Flags = 0x800 // a further part of a chimeric alignment
)

// Has says whether all of some flags are set.
func (f Flags) Has(all Flags) bool { return f&all == all }

// Any says whether at least one of some flags is set.
func (f Flags) Any(some Flags) bool { return f&some != 0 }
