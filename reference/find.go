package reference

import (
	"context"
	"strings"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
)

// defaultCache is how many bytes of bases are kept for decoders.
const defaultCache = 64 << 20

// AllBases gives the bases of all references in the vault, by M5. What it gives
// is cached within [ServiceOptions].Cache, together with that of [Service.Bases].
func (s *Service) AllBases() Bases { return s.bases }

// storedBases gives bases by the M5 of their sequence, from any reference that
// has it.
type storedBases struct{ service *Service }

// Find gives the sequence with the M5 of c; its name is that in the first
// reference that has it.
func (b *storedBases) Find(ctx context.Context, c Contig) (Contig, error) {
	row, err := b.row(ctx, c)
	return Contig{Name: row.Name, Length: row.Length, M5: row.M5}, err
}

// row finds a sequence with the M5 of c.
func (b *storedBases) row(ctx context.Context, c Contig) (row catalog.ReferenceSequence, err error) {
	if c.M5 == "" {
		return row, errs.At(errs.NotFound, errs.Pos{}, "sequence %q has no M5, by which it could be found among all references", c.Name)
	}
	var rows []catalog.ReferenceSequence
	err = b.service.vault.Catalog.View(ctx, func(r *catalog.Reader) (err error) {
		rows, err = r.SequencesByM5(strings.ToLower(c.M5))
		return err
	})
	switch {
	case err != nil:
		return row, err
	case len(rows) == 0:
		return row, errs.At(errs.NotFound, errs.Pos{}, "no reference of the vault has the sequence %q with M5 %s", c.Name, c.M5)
	case c.Length > 0 && c.Length != rows[0].Length:
		return row, errs.At(errs.Validation, errs.Pos{}, "sequence %q with M5 %s and %d bases is wanted; the one with this M5 has %d", c.Name, c.M5, c.Length, rows[0].Length)
	}
	return rows[0], nil
}

// AppendBases reads a span from the file of a reference that has the sequence.
func (b *storedBases) AppendBases(ctx context.Context, dst []byte, c Contig, beg, end int64) ([]byte, error) {
	row, err := b.row(ctx, c)
	if err != nil {
		return dst, err
	}
	err = b.service.files.with(ctx, row.ReferenceID, func(f *StoredFile) (err error) {
		dst, err = f.AppendBases(ctx, dst, Contig{Name: row.Name, Length: row.Length, M5: row.M5}, beg, end)
		return err
	})
	return dst, err
}

// Bases gives the bases of one reference, by its ARN, for decoders of reads that
// are linked to it. NotFound where there is none.
func (s *Service) Bases(ctx context.Context, referenceARN string) (Bases, error) {
	id, err := view(ctx, s, func(r *catalog.Reader) (catalog.ID, error) { return s.byARN(r, referenceARN) })
	if err != nil {
		return nil, err
	}
	return &basesOf{s, id}, nil
}

// byARN gives the id of a reference.
func (s *Service) byARN(r *catalog.Reader, arn string) (catalog.ID, error) {
	_, ref, err := s.named(r, arn)
	if err == nil && ref == nil {
		err = errs.At(errs.Validation, errs.Pos{}, "%s is the ARN of a store, not of a reference", arn)
	}
	if err != nil {
		return 0, err
	}
	return ref.ID, nil
}

// basesOf gives the bases of one reference: it finds sequences there, and reads
// them by their M5, so that references share what they have in common.
type basesOf struct {
	service *Service
	id      catalog.ID
}

func (b *basesOf) Find(ctx context.Context, c Contig) (found Contig, err error) {
	err = b.service.files.with(ctx, b.id, func(f *StoredFile) (err error) {
		found, err = f.Find(ctx, c)
		return err
	})
	return found, err
}

func (b *basesOf) AppendBases(ctx context.Context, dst []byte, c Contig, beg, end int64) ([]byte, error) {
	if c.M5 == "" || c.Length == 0 {
		var err error
		if c, err = b.Find(ctx, c); err != nil {
			return dst, err
		}
	}
	return b.service.bases.AppendBases(ctx, dst, c, beg, end)
}

// MatchReferences compares the contigs of a header with all references of the
// vault, as [Match] does; the ID of each Fit is that of the reference. It holds
// the contigs of one reference at a time.
func (s *Service) MatchReferences(ctx context.Context, header []Contig) ([]Fit, error) {
	if len(header) == 0 {
		return nil, nil
	}
	return view(ctx, s, func(r *catalog.Reader) ([]Fit, error) {
		stores, err := r.ListReferenceStores(s.vault.Scope(), catalog.ReferenceStoreFilter{}, catalog.PageRequest{})
		if err != nil {
			return nil, err
		}
		var fits []Fit
		for _, store := range stores.Items {
			for page := (catalog.PageRequest{}); ; {
				refs, err := r.ListReferences(store.ID, catalog.ReferenceFilter{}, page)
				if err != nil {
					return nil, err
				}
				for _, ref := range refs.Items {
					c, err := candidate(r, ref.ID)
					if err != nil {
						return nil, err
					}
					fits = append(fits, c.fit(header))
				}
				if page.Token = refs.Next; page.Token == "" {
					break
				}
			}
		}
		sortFits(fits)
		return fits, nil
	})
}

// MatchReference compares the contigs of a header with one reference, by its ARN.
func (s *Service) MatchReference(ctx context.Context, header []Contig, referenceARN string) (Fit, error) {
	return view(ctx, s, func(r *catalog.Reader) (Fit, error) {
		id, err := s.byARN(r, referenceARN)
		if err != nil {
			return Fit{}, err
		}
		c, err := candidate(r, id)
		if err != nil {
			return Fit{}, err
		}
		return c.fit(header), nil
	})
}

// candidate gives the contigs of a reference.
func candidate(r *catalog.Reader, id catalog.ID) (Candidate, error) {
	rows, err := r.ReferenceSequences(id)
	c := Candidate{ID: id.String(), Contigs: make([]Contig, len(rows))}
	for i, row := range rows {
		c.Contigs[i] = Contig{Name: row.Name, Length: row.Length, M5: row.M5}
	}
	return c, err
}
