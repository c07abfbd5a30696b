package readset

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"io"

	"github.com/seqlode/seqlode/internal/bam"
	"github.com/seqlode/seqlode/internal/cram"
	"github.com/seqlode/seqlode/internal/errs"
)

// headSize is how much of a file tells what it is: a BGZF block, at least.
const headSize = 64 << 10

// declared looks at the beginning of a source, and refuses one that is plainly of
// another type than was declared. It gives the whole source.
func declared(kind FileType, src io.Reader) (io.Reader, error) {
	r := bufio.NewReaderSize(src, headSize)
	head, err := r.Peek(headSize)
	if err != nil && err != io.EOF {
		return nil, err
	}
	is := ""
	switch text := headText(head); {
	case bytes.HasPrefix(head, []byte(cram.Magic)):
		is = "CRAM"
	case bytes.HasPrefix(text, []byte(bam.Magic)):
		is = "BAM"
	case bytes.HasPrefix(text, []byte("@")):
		is = "FASTQ"
	}
	if is != "" && is != string(kind) && (is != "BAM" || kind != UBAM) {
		return nil, errs.At(errs.Validation, errs.Pos{}, "declared %s, but it is a %s file", kind, is)
	}
	return r, nil
}

// headText is the beginning of the text of a file that is compressed by gzip.
func headText(head []byte) []byte {
	z, err := gzip.NewReader(bytes.NewReader(head))
	if err != nil {
		return nil
	}
	text := make([]byte, 16)
	n, _ := io.ReadFull(z, text) // what there is of it
	return text[:n]
}
