package index

// Format is a format of index files.
type Format uint8

// The formats.
const (
	Auto Format = iota // BAI, or CSI where a reference is longer than MaxBAILength
	BAI                // of BAM (SAMv1 §5.2)
	CSI                // of BAM, for references of any length (CSIv1)
	CRAI               // of CRAM
	FAI                // of FASTA
	GZI                // of bgzipped files
)

var formatNames = [...]string{"auto", "BAI", "CSI", "CRAI", "FAI", "GZI"}

// String gives the name that the specifications use.
func (f Format) String() string {
	if int(f) < len(formatNames) {
		return formatNames[f]
	}
	return "unknown format"
}
