package index

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"github.com/biogo/hts/bam"
	"github.com/biogo/hts/csi"
	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/errs"
)

// samples gives index files of all kinds of references, small ones first.
func samples(t testing.TB) [][]byte {
	t.Helper()
	var files [][]byte
	add := func(file []byte) {
		for _, format := range []Format{BAI, CSI} {
			x, err := indexOf(t, file, format, 0)
			require.NoError(t, err)
			var out bytes.Buffer
			_, err = x.WriteTo(&out)
			require.NoError(t, err)
			files = append(files, out.Bytes())
		}
	}
	for _, c := range oddFiles {
		if c.bad == "" {
			add(bamFile(t, c.lengths, c.records))
		}
	}
	for seed := range uint64(5) {
		f := newRandomFile(2000 + seed)
		add(bamFile(t, f.lengths, f.records))
	}
	return files
}

func TestReadGivesWhatWasWritten(t *testing.T) {
	for _, file := range samples(t) {
		x, err := Read(bytes.NewReader(file))
		require.NoError(t, err)
		require.Equal(t, plain(t, file), textOf(t, x))
		again, err := Read(iotest.OneByteReader(bytes.NewReader(plain(t, file))))
		require.NoError(t, err, "not compressed, in small pieces")
		require.Equal(t, plain(t, file), textOf(t, again))
	}
}

func TestReadWithoutUnplacedCount(t *testing.T) {
	for _, file := range samples(t)[:6] {
		text := plain(t, file)
		x, err := Read(bytes.NewReader(text[:len(text)-8]))
		require.NoError(t, err)
		require.Equal(t, text[:len(text)-8], textOf(t, x))
		_, noCoor := x.Counts()
		require.Zero(t, noCoor)
	}
}

// No index cut short is taken for a whole one, but for the optional count at
// the end.
func TestReadTruncated(t *testing.T) {
	for _, file := range samples(t) {
		text := plain(t, file)
		for n := range min(len(text), 250) {
			if n == len(text)-8 {
				continue
			}
			_, err := Read(bytes.NewReader(text[:n]))
			require.ErrorIs(t, err, errs.ErrCorrupt, "%d of %d bytes", n, len(text))
		}
	}
}

func TestReadCorrupt(t *testing.T) {
	le := binary.LittleEndian
	numbers := func(magic string, words ...uint32) []byte {
		p := []byte(magic)
		for _, w := range words {
			p = le.AppendUint32(p, w)
		}
		return p
	}
	for _, c := range []struct {
		file []byte
		want string
	}{
		{nil, "truncated"},
		{[]byte("BAM\x01...."), "not a BAI or CSI index"},
		{[]byte("TBI\x01...."), "tabix"},
		{numbers("BAI\x01", 1<<31), "byte 4: index states -2147483648 references"},
		{numbers("BAI\x01", 1<<24), "truncated"},
		{numbers("BAI\x01", 1<<24+1), "byte 8: an index of 16777217 references"},
		{numbers("BAI\x01", 1, 1<<31-1), "truncated"},
		{numbers("BAI\x01", 1, 1, 37449), "byte 12: bin 37449 of reference 0, where bins end at 37448"},
		{numbers("BAI\x01", 1, 1, 37450, 1), "byte 16: bin of the counts of reference 0 has 1 chunks, not 2"},
		{numbers("BAI\x01", 1, 1, 1, 1<<31-1, 0, 0, 0, 0), "truncated"},
		{numbers("BAI\x01", 1, 1, 1, 1, 9, 0, 8, 0, 0), "byte 20: chunk of bin 1 of reference 0 ends before it begins"},
		{numbers("BAI\x01", 1, 2, 1, 0, 1, 0, 0), "bin 1 of reference 0 twice"},
		{numbers("BAI\x01", 0, 7, 0, 7), "byte 16: bytes behind the end"},
		{numbers("CSI\x01", 14, 10, 0, 0), "byte 4: "},
		{numbers("CSI\x01", 63, 0, 0, 0), "byte 4: "},
		{numbers("CSI\x01", 0, 5, 0, 0), "byte 4: "},
		{numbers("CSI\x01", 14, 5, 1<<30), "byte 16: an index with 1073741824 bytes of auxiliary data"},
		{numbers("CSI\x01", 14, 5, 9, 1), "truncated"},
		{numbers("CSI\x01", 14, 5, 0, 1, 1, 37449), "bin 37449"},
	} {
		_, err := Read(bytes.NewReader(c.file))
		require.ErrorContains(t, err, c.want)
	}
	_, err := Read(bytes.NewReader(numbers("CSI\x01", 14, 5, 4, 1, 0)))
	require.NoError(t, err, "auxiliary data are kept")
}

func TestReadPassesFailuresOn(t *testing.T) {
	broken := errors.New("no more")
	file := samples(t)[0]
	for n := range len(file) {
		_, err := Read(io.MultiReader(bytes.NewReader(file[:n]), iotest.ErrReader(broken)))
		require.ErrorIs(t, err, broken, "behind byte %d", n)
		require.NotErrorIs(t, err, errs.ErrCorrupt)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err := z.Write(file)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	_, err = Read(bytes.NewReader(packed.Bytes()))
	require.NoError(t, err)
	bad := bytes.Clone(packed.Bytes())
	bad[len(bad)-6] ^= 1 // of the CRC
	_, err = Read(bytes.NewReader(bad))
	require.ErrorIs(t, err, errs.ErrCorrupt)
}

// biogo reads what is written, and finds the same counts and places.
func TestBiogoReads(t *testing.T) {
	for _, file := range samples(t) {
		x, err := Read(bytes.NewReader(file))
		require.NoError(t, err)
		refs, noCoor := x.Counts()
		if len(refs) == 0 {
			continue // of which biogo makes none
		}
		if x.Format() == BAI {
			theirs, err := bam.ReadIndex(bytes.NewReader(file))
			require.NoError(t, err)
			require.Equal(t, len(refs), theirs.NumRefs())
			for i, n := range refs {
				stats, ok := theirs.ReferenceStats(i)
				require.Equal(t, n.Mapped+n.Unmapped > 0, ok)
				require.Equal(t, n, Counts{stats.Mapped, stats.Unmapped})
			}
			n, ok := theirs.Unmapped()
			require.True(t, ok)
			require.Equal(t, noCoor, n)
			continue
		}
		z, err := gzip.NewReader(bytes.NewReader(file))
		require.NoError(t, err)
		theirs, err := csi.ReadFrom(z)
		require.NoError(t, err)
		require.Equal(t, len(refs), theirs.NumRefs())
		for i, n := range refs {
			stats, ok := theirs.ReferenceStats(i)
			require.Equal(t, n.Mapped+n.Unmapped > 0, ok)
			require.Equal(t, n, Counts{stats.Mapped, stats.Unmapped})
		}
	}
}

// Whatever Read takes can be asked and written, and is then read as the same.
func FuzzRead(f *testing.F) {
	for _, file := range samples(f) {
		if len(file) < 10000 {
			f.Add(file)
			f.Add(plain(f, file))
		}
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		x, err := Read(bytes.NewReader(file))
		if err != nil {
			return
		}
		x.Counts()
		x.NoCoor()
		for ref := range min(x.References(), 3) {
			for _, c := range x.Chunks(ref, 0, x.scheme.span()) {
				require.LessOrEqual(t, virtual(c.Begin), virtual(c.End))
			}
			x.Chunks(ref, 100000, 100001)
		}
		text := textOf(t, x)
		again, err := Read(bytes.NewReader(text))
		require.NoError(t, err)
		require.Equal(t, text, textOf(t, again))
	})
}
