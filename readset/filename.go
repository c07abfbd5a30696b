package readset

import (
	"strconv"
	"strings"

	"github.com/seqlode/seqlode/internal/blob"
)

// fileNames are the names under which the files of a source are stored: those
// they came with. Two equal names of FASTQ get _source1 and _source2 before their
// extension (storage.md §11); names that differ in case alone are equal, since no
// two keys of a vault do. A name that is no key, that has no room for what is put
// behind it, or that of a sidecar, becomes source1 or source2 with the extension of
// its type.
func fileNames(kind FileType, came ...string) []string {
	names := make([]string, len(came))
	for i, name := range came {
		if blob.CheckKey(name+longestSuffix) != nil || strings.Contains(name, "/") || strings.EqualFold(name, readSetSidecar) || name == "-" {
			name = []string{"source1", "source2"}[i] + extensions[kind]
		}
		names[i] = name
	}
	if len(names) == 2 && strings.EqualFold(names[0], names[1]) {
		for i, suffix := range []string{"_source1", "_source2"} {
			stem, ext := cutExtension(names[i])
			names[i] = stem + suffix + ext
		}
	}
	return names
}

// longestSuffix is the longest of what is put behind names, here and in exports.
const longestSuffix = "_source1" + exportedSuffix

// extensions are those that files of a type have.
var extensions = map[FileType]string{FASTQ: ".fastq.gz", BAM: ".bam", UBAM: ".bam", CRAM: ".cram"}

// cutExtension cuts the extension of a FASTQ file off a name.
func cutExtension(name string) (stem, ext string) {
	for _, ext := range []string{".fastq.gz", ".fq.gz", ".gz"} {
		if n := len(name) - len(ext); n > 0 && strings.EqualFold(name[n:], ext) {
			return name[:n], name[n:]
		}
	}
	return name, ""
}

// plural is a number of things in words.
func plural(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return strconv.Itoa(n) + " " + thing
}

// statusMessage cuts a message to what the API lets a status say: 255 characters.
func statusMessage(s string) string {
	if r := []rune(s); len(r) > 255 {
		return string(r[:254]) + "…"
	}
	return s
}
