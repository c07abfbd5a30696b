package fasta

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/seqlode/seqlode/internal/errs"
)

// Folder gives bases of sequences that lie in files named by their M5, one
// sequence without line ends in each: what samtools keeps in REF_CACHE. All of it
// may be called by several goroutines at once.
type Folder struct {
	patterns []string
	remote   bool // a place of the network was passed over
}

var _ Bases = (*Folder)(nil)

// NewFolder takes places as REF_CACHE and REF_PATH of samtools have them, with
// the system's list separator between: a %s in one stands for the M5, %2s for
// its first two digits, and what no %s has taken of it follows behind a slash. So
// a folder alone is meant to hold the files, and DIR/%2s/%2s/%s is what samtools
// fills. Places of the network are passed over, never asked. At least one place
// must be left.
func NewFolder(places string) (*Folder, error) {
	f := new(Folder)
	for _, place := range splitPlaces(places) {
		if strings.Contains(place, "://") || strings.HasPrefix(place, "URL=") || strings.HasPrefix(place, "|") {
			f.remote = true
			continue
		}
		if _, err := expand(place, strings.Repeat("0", m5Size)); err != nil {
			return nil, err
		}
		f.patterns = append(f.patterns, place)
	}
	switch {
	case len(f.patterns) > 0:
		return f, nil
	case f.remote:
		return nil, errs.At(errs.NotSupported, errs.Pos{}, "no local folder in %q: references are not fetched from the network", places)
	}
	return nil, errs.At(errs.Validation, errs.Pos{}, "no folder of references is given")
}

// splitPlaces splits a list of places; a separator within a URL splits nothing.
func splitPlaces(list string) []string {
	var out []string
	for part := range strings.SplitSeq(list, string(filepath.ListSeparator)) {
		if n := len(out); n > 0 && inURL(out[n-1], part) {
			out[n-1] += string(filepath.ListSeparator) + part
			continue
		}
		out = append(out, part)
	}
	return slices.DeleteFunc(out, func(s string) bool { return s == "" })
}

// inURL says that the list separator between front and back is one of a URL:
// that of its scheme, or of its port.
func inURL(front, back string) bool {
	front = strings.TrimPrefix(front, "|")
	if strings.HasPrefix(back, "//") {
		return slices.Contains([]string{"http", "https", "ftp", "ftps", "s3", "gs", "URL=http", "URL=https", "URL=ftp"}, front)
	}
	port, _, _ := strings.Cut(back, "/")
	return strings.Contains(front, "://") && port != "" && strings.Trim(port, "0123456789") == ""
}

// m5Size is the number of digits of an M5.
const m5Size = 32

// expand puts an M5 into a place.
func expand(place, m5 string) (string, error) {
	var b strings.Builder
	for {
		front, back, found := strings.Cut(place, "%")
		b.WriteString(front)
		if !found {
			break
		}
		verb := strings.TrimLeft(back, "0123456789")
		width := back[:len(back)-len(verb)]
		if !strings.HasPrefix(verb, "s") || len(width) > 2 {
			return "", errs.At(errs.Validation, errs.Pos{}, "%q: a %% is followed by s or by a number and s", place)
		}
		n := len(m5)
		if width != "" {
			n = 0
			for _, digit := range []byte(width) {
				n = 10*n + int(digit-'0')
			}
		}
		n = min(n, len(m5))
		b.WriteString(m5[:n])
		m5, place = m5[n:], verb[1:]
	}
	if m5 == "" {
		return b.String(), nil
	}
	return filepath.Join(b.String(), m5), nil
}

// Find is that of [Bases]: by M5 alone. The length is that of the file.
func (f *Folder) Find(_ context.Context, c Contig) (Contig, error) {
	file, size, err := f.open(c)
	if err != nil {
		return Contig{}, err
	}
	if err := file.Close(); err != nil {
		return Contig{}, inPath(err, file.Name())
	}
	if c.Length > 0 && c.Length != size {
		return Contig{}, errs.At(errs.Validation, errs.Pos{File: file.Name()}, "sequence %q with %d bases is wanted, the file has %d bytes", c.Name, c.Length, size)
	}
	c.Length = size
	return c, nil
}

// AppendBases is that of [Bases].
func (f *Folder) AppendBases(ctx context.Context, dst []byte, c Contig, beg, end int64) ([]byte, error) {
	file, size, err := f.open(c)
	if err != nil {
		return dst, err
	}
	defer file.Close()
	if ctx.Err() != nil {
		return dst, context.Cause(ctx)
	}
	c.Length = size
	if err := c.check(beg, end); err != nil {
		return dst, err
	}
	start, n := len(dst), int(end-beg)
	dst = slices.Grow(dst, n)[:start+n]
	if _, err := io.ReadFull(io.NewSectionReader(file, beg, math.MaxInt64-beg), dst[start:]); err != nil {
		return dst[:start], inPath(errs.At(errs.Internal, errs.Pos{Offset: errs.Byte(beg)}, "cannot read on: %w", err), file.Name())
	}
	if !allBases(dst[start:]) {
		return dst[:start], errs.At(errs.Corrupt, errs.Pos{File: file.Name()}, "not bases alone: a file of this folder holds one sequence without line ends")
	}
	toUpper(dst[start:])
	return dst, nil
}

// open opens the file of a sequence.
func (f *Folder) open(c Contig) (*os.File, int64, error) {
	m5 := strings.ToLower(c.M5)
	if len(m5) != m5Size || strings.Trim(m5, "0123456789abcdef") != "" {
		return nil, 0, errs.At(errs.NotFound, errs.Pos{}, "sequence %q has no M5 to be looked up in a folder of references by", c.Name)
	}
	for _, p := range f.patterns {
		path, err := expand(p, m5)
		if err != nil {
			return nil, 0, err
		}
		file, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, 0, inPath(err, path)
		}
		info, err := file.Stat()
		if err == nil && !info.Mode().IsRegular() {
			err = errs.At(errs.Validation, errs.Pos{}, "not a regular file")
		}
		if err != nil {
			_ = file.Close() // it was only read
			return nil, 0, inPath(err, path)
		}
		return file, info.Size(), nil
	}
	err := notFound(c)
	if f.remote {
		return nil, 0, errs.At(errs.NotFound, errs.Pos{}, "%w in the local folders; places of the network are not asked", err)
	}
	return nil, 0, err
}
