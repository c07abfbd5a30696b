package index

// Format is a format of index files.
type Format uint8

// The formats.
const (
	Auto Format = iota // BAI, or CSI where a reference is longer than MaxBAILength
	BAI                // of BAM (SAMv1 §5.2)
	CSI                // of BAM, for references of any length (CSIv1)
	CRAI               // of CRAM

	// FAI and GZI are the indexes of FASTA and of bgzipped files. Package reference
	// makes and reads them; Build and NewBuilder give [ErrNotSupported].
	FAI
	GZI
)

var formatNames = [...]string{"auto", "BAI", "CSI", "CRAI", "FAI", "GZI"}

// String gives the name that the specifications use.
func (f Format) String() string {
	if int(f) < len(formatNames) {
		return formatNames[f]
	}
	return "unknown format"
}
