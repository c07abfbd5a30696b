package reference

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// upperGenome gives the bases of testdata/genome.fa by name, in upper case.
func upperGenome(t *testing.T) map[string]string {
	t.Helper()
	bases := map[string]string{}
	for record := range strings.SplitSeq(string(load(t, "testdata/genome.fa"))[1:], "\n>") {
		title, text, _ := strings.Cut(record, "\n")
		bases[strings.Fields(title)[0]] = strings.ToUpper(strings.ReplaceAll(text, "\n", ""))
	}
	return bases
}

func TestBases(t *testing.T) {
	h := newHome(t, homeOptions{cache: 4096}) // pieces of 1024 bases
	ctx := t.Context()
	store := h.newStore(t)
	arn := func(id string) string { return h.core.Scope().ReferenceStoreARN(0) + store + "/reference/" + id }
	plain, zipped := h.one(t, store, "testdata/genome.fa"), h.one(t, store, "testdata/genome.fa.gz")
	renamed := h.one(t, store, write(t, "renamed.fa", strings.ReplaceAll(string(load(t, "testdata/genome.fa")), ">chr", ">")))
	want := upperGenome(t)

	for _, id := range []string{plain, zipped} {
		b, err := h.Bases(ctx, arn(id))
		require.NoError(t, err)
		for _, contig := range genomeSequences {
			for _, asked := range []Contig{contig, {Name: contig.Name}, {Name: "other", M5: contig.M5}} {
				found, err := b.Find(ctx, asked)
				require.NoError(t, err)
				require.Equal(t, contig, found)
			}
			for _, span := range [][2]int64{{0, contig.Length}, {0, 0}, {10, 20}, {contig.Length - 1, contig.Length}} {
				got, err := b.AppendBases(ctx, []byte("x"), contig, span[0], span[1])
				require.NoError(t, err)
				require.Equal(t, "x"+want[contig.Name][span[0]:span[1]], string(got))
				got, err = b.AppendBases(ctx, nil, Contig{Name: contig.Name}, span[0], span[1])
				require.NoError(t, err)
				require.Equal(t, want[contig.Name][span[0]:span[1]], string(got))
			}
			_, err = b.AppendBases(ctx, nil, contig, 5, contig.Length+1)
			require.ErrorIs(t, err, ErrRangeNotSatisfiable)
		}
		_, err = b.Find(ctx, Contig{Name: "chr9"})
		require.ErrorIs(t, err, ErrNotFound)
		_, err = b.Find(ctx, Contig{Name: "chr1", Length: 7})
		require.ErrorIs(t, err, ErrValidation)
	}
	b, err := h.Bases(ctx, arn(renamed))
	require.NoError(t, err)
	_, err = b.Find(ctx, Contig{Name: "chr1"})
	require.ErrorIs(t, err, ErrNotFound, "it is asked for in this reference alone")
	found, err := b.Find(ctx, genomeSequences[0])
	require.NoError(t, err)
	require.Equal(t, "1", found.Name)

	all := h.AllBases()
	for _, contig := range genomeSequences {
		found, err := all.Find(ctx, Contig{Name: "whatever", M5: strings.ToUpper(contig.M5)})
		require.NoError(t, err)
		require.Equal(t, contig, found)
		got, err := all.AppendBases(ctx, nil, found, 3, 50)
		require.NoError(t, err)
		require.Equal(t, want[contig.Name][3:50], string(got))
	}
	_, err = all.Find(ctx, Contig{Name: "chr1"})
	require.ErrorIs(t, err, ErrNotFound)
	_, err = all.Find(ctx, Contig{M5: strings.Repeat("0", 32)})
	require.ErrorIs(t, err, ErrNotFound)
	_, err = all.Find(ctx, Contig{M5: genomeSequences[0].M5, Length: 3})
	require.ErrorIs(t, err, ErrValidation)

	for bad, want := range map[string]error{
		arn("9999999999"): ErrNotFound, "arn:aws:omics:local:000000000000:referenceStore/" + store: ErrValidation, "x": ErrNotFound,
	} {
		_, err = h.Bases(ctx, bad)
		require.ErrorIs(t, err, want)
	}
}

// TestBasesShared asks from many goroutines while references come and go, with
// room for one open reference at a time.
func TestBasesShared(t *testing.T) {
	h := newHome(t, homeOptions{cache: 4096})
	ctx := t.Context()
	store := h.newStore(t)
	want := upperGenome(t)
	ids := []string{h.one(t, store, "testdata/genome.fa"), h.one(t, store, "testdata/genome.fa.gz"), h.one(t, store, write(t, "other.fa", ">chr1\n"+want["chr1"][1:]+"\n"))}
	var arns []string
	for _, id := range ids {
		arns = append(arns, h.core.Scope().ReferenceStoreARN(0)+store+"/reference/"+id)
	}
	var askers sync.WaitGroup
	for n := range 8 {
		askers.Go(func() {
			for i := range 50 {
				which := (n + i) % len(arns)
				b, err := h.Bases(ctx, arns[which])
				if err != nil {
					t.Error(err)
					return
				}
				beg := int64(i * 20)
				got, err := b.AppendBases(ctx, nil, Contig{Name: "chr1"}, beg, beg+100)
				text := want["chr1"]
				if which == 2 {
					text = text[1:]
				}
				if err != nil || string(got) != text[beg:beg+100] {
					t.Errorf("reference %d from %d: %s, %v", which, beg, got, err)
				}
			}
		})
	}
	askers.Wait()
	h.files.mu.Lock()
	open := len(h.files.open)
	h.files.mu.Unlock()
	require.LessOrEqual(t, open, 2)

	// One that is in use is closed with its last user.
	n := idOf(t, ids[0])
	require.NoError(t, h.files.with(ctx, n, func(f *StoredFile) error {
		require.NoError(t, h.DeleteReference(ctx, store, ids[0]))
		_, err := f.AppendRaw(ctx, nil, f.Index().Find("chr2"), 0, 10)
		return err
	}))
	require.ErrorIs(t, h.files.with(ctx, n, func(*StoredFile) error { return nil }), ErrNotFound)
	ended, cancel := context.WithCancel(ctx)
	cancel()
	b, err := h.Bases(ctx, arns[1])
	require.NoError(t, err)
	_, err = b.AppendBases(ended, nil, Contig{Name: "chr2"}, 0, 10)
	require.ErrorIs(t, err, context.Canceled)
	_, err = b.AppendBases(ctx, nil, Contig{Name: "chr2"}, 0, 10)
	require.NoError(t, err)
}

func TestOpenFile(t *testing.T) {
	h := newHome(t, homeOptions{})
	store := h.newStore(t)
	for _, name := range []string{"testdata/genome.fa", "testdata/genome.fa.gz"} {
		f, err := h.OpenFile(t.Context(), store, h.one(t, store, name))
		require.NoError(t, err)
		got, err := f.AppendRaw(t.Context(), nil, f.Index().Find("chr1"), 744, 764)
		require.NoError(t, err)
		require.Equal(t, "GATCCTtactacactaactt", string(got), "in the case of the file")
		require.NoError(t, f.Close())
	}
	_, err := h.OpenFile(t.Context(), store, "9999999999")
	require.ErrorIs(t, err, ErrNotFound)
}

func TestMatchReferences(t *testing.T) {
	h := newHome(t, homeOptions{})
	ctx := t.Context()
	fits, err := h.MatchReferences(ctx, genomeSequences)
	require.NoError(t, err)
	require.Empty(t, fits, "there is no store")
	fits, err = h.MatchReferences(ctx, nil)
	require.NoError(t, err)
	require.Nil(t, fits)
	store := h.newStore(t)
	other := h.one(t, store, write(t, "other.fa", ">chr1\nACGT\n"))
	genome := h.one(t, store, "testdata/genome.fa")
	fits, err = h.MatchReferences(ctx, genomeSequences)
	require.NoError(t, err)
	require.Len(t, fits, 2)
	require.Equal(t, Fit{ID: genome, ByM5: 3}, fits[0])
	require.Equal(t, other, fits[1].ID)
	require.Equal(t, 3, fits[1].Differing)

	fit, err := h.MatchReference(ctx, genomeSequences[:1], h.core.Scope().ReferenceStoreARN(0)+store+"/reference/"+other)
	require.NoError(t, err)
	require.False(t, fit.Fits())
	require.Equal(t, "chr1: 1500 bases, in the reference 4", fit.Differences[0].String())
	_, err = h.MatchReference(ctx, genomeSequences, "arn:x")
	require.ErrorIs(t, err, ErrNotFound)
}
