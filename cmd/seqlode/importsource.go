package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/seqlode/seqlode/internal/source"
	"github.com/seqlode/seqlode/readset"
)

// fileURI makes a URI of a path, which begins at a folder; a URI stays.
func fileURI(folder, file string) (string, error) {
	if strings.Contains(file, "://") || file == "" {
		return file, nil
	}
	if folder != "" && !filepath.IsAbs(file) {
		file = filepath.Join(folder, file)
	}
	return source.FileURI(file)
}

// sourceURI makes a URI of a source on the command line, and remembers its name. A
// file must be there.
func (c *vaultCommand) sourceURI(file string) (string, error) {
	uri, err := fileURI("", file)
	if err != nil {
		return "", err
	}
	if c.given == nil {
		c.given = map[string]string{}
	}
	c.given[uri] = file
	if path, ok := localFile(uri); ok {
		info, err := os.Stat(path)
		if err == nil && info.IsDir() {
			err = errors.New("is a directory")
		}
		if err != nil {
			return "", c.failed(file, err)
		}
	}
	return uri, nil
}

// ofOneSource is an error of a job's request without the number of its source,
// where the command line gave but one.
func ofOneSource(err error) error {
	if rest, ok := strings.CutPrefix(err.Error(), "sources[0]: "); ok {
		return errors.New(rest)
	}
	return err
}

// sniffed is how many records of a BAM file are looked at for one that is aligned.
const sniffed = 1000

// sniff finds out what a source is by its beginning. BAM is UBAM where no record
// is aligned among the first that are looked at; where there are none, its header
// tells.
func sniff(ctx context.Context, uri, name string) (readset.FileType, error) {
	src, err := (&source.Opener{Local: true}).Open(ctx, uri)
	if err != nil {
		return "", err
	}
	defer src.Close()
	r, err := readset.Open(src, readset.Options{Name: label(name), Threads: 1, Context: ctx})
	if err != nil {
		return "", err
	}
	defer r.Close()
	if r.Type() != readset.BAM {
		return r.Type(), nil
	}
	if len(r.Header().References()) == 0 {
		return readset.UBAM, nil
	}
	n := 0
	for rec, err := range r.Records() {
		if err != nil {
			return "", err
		}
		if rec.Flags()&readset.Unmapped == 0 {
			return readset.BAM, nil
		}
		if n++; n == sniffed {
			break
		}
	}
	if n == 0 {
		return readset.BAM, nil
	}
	return readset.UBAM, nil
}

// extensions are what names of files of reads end in, and mates what stands
// before that in names of paired and of Illumina's files.
var (
	extensions = regexp.MustCompile(`(?i)(\.(fastq|fq|bam|ubam|cram|gz|bgz|unmapped|unaligned))+$`)
	mates      = regexp.MustCompile(`(?i)((_S\d+)?(_L\d{3})?[._-]R[12](_\d{3})?|[._][12])$`)
)

// sampleOf guesses a sample's name from a file's.
func sampleOf(file string) string {
	stem := extensions.ReplaceAllString(file, "")
	if short := mates.ReplaceAllString(stem, ""); short != "" {
		return short
	}
	if stem == "" {
		return file
	}
	return stem
}

// copies is how folders begin that hold a copy of standard input for a job.
const copies = "seqlode-stdin-"

// copyStdin copies standard input to a file that a job can read, and gives its
// URI, with an error too where there is something to remove.
func (im *importCommand) copyStdin(ctx context.Context) (string, error) {
	in, _, err := im.open(stdinName)
	if err != nil {
		return "", err
	}
	notCopied := func(err error) error {
		return fmt.Errorf("cannot copy standard input to %s (TMPDIR): %s", label(os.TempDir()), cause(err))
	}
	folder, err := os.MkdirTemp("", copies)
	if err != nil {
		return "", notCopied(err)
	}
	name := filepath.Join(folder, stdinName) // which a vault takes for no name
	uri, err := source.FileURI(name)
	if err != nil {
		return "", err
	}
	im.given = map[string]string{uri: stdinName}
	f, err := os.Create(name)
	if err != nil {
		return uri, notCopied(err)
	}
	im.progress.start(unknownTotal)
	defer im.progress.end()
	copied := make(chan error, 1)
	go func() {
		_, err := io.Copy(f, &metered{r: in, ctx: ctx, bar: im.progress})
		copied <- err
	}()
	select {
	case err = <-copied:
	case <-ctx.Done(): // a read of standard input can't be interrupted: it is left behind
		return uri, context.Cause(ctx)
	}
	if err != nil {
		_ = f.Close() // the first error is the one that matters
		if ctx.Err() == nil {
			err = notCopied(err)
		}
		return uri, err
	}
	return uri, f.Close()
}

// metered is a reader that shows how much has been read, and ends with a context.
type metered struct {
	r    io.Reader
	ctx  context.Context
	bar  *progress
	done int64
}

func (m *metered) Read(p []byte) (int, error) {
	if m.ctx.Err() != nil {
		return 0, context.Cause(m.ctx)
	}
	n, err := m.r.Read(p)
	m.done += int64(n)
	m.bar.set(m.done)
	return n, err
}

// removeCopies removes the copies of standard input among sources.
func removeCopies(sources []readset.ImportSource) error {
	for _, s := range sources {
		path, ok := localFile(s.SourceFiles.Source1)
		folder, name := filepath.Split(path)
		folder = filepath.Clean(folder)
		if !ok || name != stdinName || !strings.HasPrefix(filepath.Base(folder), copies) || filepath.Dir(folder) != filepath.Clean(os.TempDir()) {
			continue
		}
		if err := os.RemoveAll(folder); err != nil {
			return err
		}
	}
	return nil
}

// localFile gives the path of a file of this machine, by its URI.
func localFile(uri string) (path string, ok bool) {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" || u.Host != "" && u.Host != "localhost" {
		return "", false
	}
	path = u.Path
	if filepath.Separator == '\\' {
		path = strings.TrimPrefix(path, "/") // before a drive
	}
	return filepath.FromSlash(path), true
}
