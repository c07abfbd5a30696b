package readset

import (
	"context"
	"io"

	"github.com/seqlode/seqlode/etag"
	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/vault"
)

// VerifyReadSet reads all files of a read set, wherever they lie, and holds their
// bytes against the checksums and their content against the semantic ETag that
// were kept when they came. What differs is Corrupt.
func (s *Service) VerifyReadSet(ctx context.Context, sequenceStoreID, id string) error {
	var set catalog.ReadSet
	var files []catalog.File
	err := s.vault.Catalog.View(ctx, func(r *catalog.Reader) (err error) {
		if _, set, err = s.readSet(r, sequenceStoreID, id); err != nil {
			return err
		}
		files, err = r.Files(set.ID)
		return err
	})
	if err != nil {
		return err
	}
	return s.verify(ctx, set, files)
}

// verify is VerifyReadSet on files that need not be those of the catalog.
func (s *Service) verify(ctx context.Context, set catalog.ReadSet, files []catalog.File) error {
	var sources []etag.Source
	var read []*summed
	defer func() {
		for _, f := range read {
			_ = f.Close() // it was only read
		}
	}()
	for _, role := range []catalog.FileRole{catalog.Source1, catalog.Source2, catalog.Index} {
		for _, f := range files {
			if f.Role != role {
				continue
			}
			from, err := s.summed(ctx, f)
			if err != nil {
				return err
			}
			read = append(read, from)
			if role == catalog.Index {
				_, err := io.Copy(io.Discard, from)
				if err != nil {
					return err
				}
				continue
			}
			sources = append(sources, etag.Source{Name: f.Key, Reader: from})
		}
	}
	opt := etag.Options{Family: familyOf(set.ETag.Algorithm), Type: FileType(set.FileType), Threads: s.vault.Threads, Limiter: s.vault.Limiter}
	if opt.Type == CRAM {
		bases, err := s.bases(ctx, set.ReferenceARN)
		if err != nil {
			return err
		}
		opt.Bases = bases
	}
	results := etag.ComputeAll(ctx, sources, opt)
	if err := firstOf(results); err != nil {
		return err
	}
	for _, f := range read {
		if err := f.check(); err != nil {
			return err
		}
	}
	want := []string{set.ETag.Source1, set.ETag.Source2}
	for i, r := range results {
		if r.Hex != want[i] {
			return errs.At(errs.Corrupt, errs.Pos{File: sources[i].Name}, "the content has ETag %s, and had %s when it came", r.Hex, want[i])
		}
	}
	return nil
}

// familyOf is the family of an algorithm.
func familyOf(algorithm string) etag.Family {
	for _, f := range []etag.Family{etag.MD5up, etag.SHA256up, etag.SHA512up} {
		for _, kind := range []FileType{FASTQ, BAM, CRAM} {
			if kind.Algorithm(f) == algorithm {
				return f
			}
		}
	}
	return ""
}

// summed is a stored file that is read and summed.
type summed struct {
	file catalog.File
	io.ReadCloser
	sum blob.Sum
}

func (s *Service) summed(ctx context.Context, f catalog.File) (*summed, error) {
	body, err := s.vault.Read(ctx, f, 0, -1)
	if err != nil {
		return nil, err
	}
	return &summed{file: f, ReadCloser: body}, nil
}

func (f *summed) Read(p []byte) (int, error) {
	n, err := f.ReadCloser.Read(p)
	f.sum = f.sum.Add(p[:n])
	return n, err
}

// check holds what was read against what was kept.
func (f *summed) check() error {
	if got := vault.Checksum(f.sum); f.sum.Size != f.file.StoredSize || got != f.file.Checksum {
		return errs.At(errs.Corrupt, errs.Pos{File: f.file.Key}, "has %d bytes with checksum %s, and had %d with %s when it was stored",
			f.sum.Size, got, f.file.StoredSize, f.file.Checksum)
	}
	return nil
}
