package readset_test

import (
	"bytes"
	"crypto/md5"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/seqlode/seqlode/internal/oracle"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/index"
	"github.com/seqlode/seqlode/readset"
)

// TestSampleAsSamtools has samtools make of sample.sam what the other tests
// take for granted.
func TestSampleAsSamtools(t *testing.T) {
	oracle.Needs(t, "samtools")
	want, err := os.ReadFile("testdata/sample.sam")
	require.NoError(t, err)
	got, _, ok := oracle.View(t, "-h", "--no-PG", "testdata/sample.bam")
	require.True(t, ok)
	require.Equal(t, string(want), got)
}

// TestConformance holds every BAM of the format specs' test files, and a BAM of
// each of their SAM files that samtools can make one of.
func TestConformance(t *testing.T) {
	oracle.Needs(t, "samtools")
	files, refused := 0, 0
	oracle.ConformanceBAMs(t, func(name, bam string) {
		files++
		if !sameAsSamtools(t, name, bam) {
			refused++
		}
	})
	t.Logf("%d files, %d of them refused", files, refused)
}

// linesUnread are the files of which samtools view refuses the header's lines, and
// samtools view -h --no-PG does not look at them. Here the former holds for both:
// what has no ETag has no view. They hold no records.
var linesUnread = []string{"hdr.SQ5.sam", "hdr.SQ7.sam"}

// sameAsSamtools compares a file's header and text with what samtools prints,
// and says whether both were content.
func sameAsSamtools(t *testing.T, name, bam string) bool {
	t.Helper()
	header, _, headerGood := oracle.View(t, "-H", "--no-PG", bam)
	text, _, good := oracle.View(t, bam)
	both, _, bothGood := oracle.View(t, "-h", "--no-PG", bam)
	if good != bothGood {
		require.Contains(t, linesUnread, filepath.Base(name))
	}

	file, err := os.ReadFile(bam)
	require.NoError(t, err)
	r, err := readset.Open(bytes.NewReader(file), readset.Options{})
	require.Equal(t, headerGood, err == nil, "%s: %v", name, err)
	if err != nil {
		return false
	}
	defer r.Close()
	require.Equal(t, header, string(r.Header().AppendSAM(nil)), name)
	var got, lines strings.Builder
	err = r.WriteSAM(&got)
	require.Equal(t, good, err == nil, "%s: %v", name, err)
	require.Equal(t, text, got.String(), name)
	if good {
		require.Equal(t, both, header+got.String(), name)
	}
	for rec, fault := range r.Records() {
		if fault != nil {
			require.EqualError(t, fault, err.Error(), name)
			break
		}
		lines.Write(rec.AppendSAM(nil))
	}
	require.Equal(t, text, lines.String(), name)
	return good
}

// TestReads holds the whole text of the files of make-reads.sh.
func TestReads(t *testing.T) {
	oracle.Needs(t, "samtools")
	reads := oracle.Reads(t)
	for _, name := range []string{"ecoli.bam", "ecoli.ubam"} {
		path := filepath.Join(reads, name)
		theirs, ours := md5.New(), md5.New()
		cmd := exec.Command("samtools", "view", path)
		cmd.Stdout = theirs
		require.NoError(t, cmd.Run())
		file, err := os.Open(path)
		require.NoError(t, err)
		defer file.Close()
		require.NoError(t, open(t, file, readset.Options{}).WriteSAM(ours))
		require.Equal(t, theirs.Sum(nil), ours.Sum(nil), name)
	}
}

// holdRegions compares the records of regions, in one call of samtools.
func holdRegions(t *testing.T, path string, regions []string) {
	t.Helper()
	want, _, ok := oracle.View(t, append([]string{path}, regions...)...)
	require.True(t, ok)
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	bai, err := os.Open(path + ".bai")
	require.NoError(t, err)
	defer bai.Close()
	r := open(t, file, readset.Options{Index: bai})
	var got strings.Builder
	for _, text := range regions {
		region, err := r.Header().ParseRegion(text)
		require.NoError(t, err)
		for rec, err := range r.Region(region.Reference, region.Begin, region.End) {
			require.NoError(t, err)
			got.Write(rec.AppendSAM(nil))
		}
	}
	require.NotEmpty(t, want)
	require.True(t, want == got.String(), "%v", regions)
}

// randomRegions makes regions of all lengths.
func randomRegions(rnd *rand.Rand, n int, references []readset.Reference) (regions []string) {
	for range n {
		ref := references[rnd.IntN(len(references))]
		beg := 1 + rnd.Int64N(ref.Length)
		regions = append(regions, fmt.Sprintf("%s:%d-%d", ref.Name, beg, beg+rnd.Int64N(1<<rnd.IntN(16))))
	}
	return regions
}

func TestRegionsOfReads(t *testing.T) {
	oracle.Needs(t, "samtools")
	reads := oracle.Reads(t)
	path := filepath.Join(reads, "ecoli.bam")
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	references := open(t, file, readset.Options{}).Header().References()
	holdRegions(t, path, randomRegions(rand.New(rand.NewPCG(1, 2)), 200, references))
}

// Many references, some without a record, and long spliced records.
func TestRegionsOfManyReferences(t *testing.T) {
	oracle.Needs(t, "samtools")
	dir := t.TempDir()
	rnd := rand.New(rand.NewPCG(3, 4))
	text := []byte("BAM\x01\x00\x00\x00\x00")
	const references, length = 120, 1_000_000
	text = le.AppendUint32(text, references)
	var refs []readset.Reference
	for i := range references {
		name := fmt.Sprintf("c%d", i)
		refs = append(refs, readset.Reference{Name: name, Length: length})
		text = le.AppendUint32(text, uint32(len(name)+1))
		text = append(append(text, name...), 0)
		text = le.AppendUint32(text, length)
	}
	for ref := range int32(references) {
		for pos := int32(0); pos < length && ref%7 != 3; pos += rnd.Int32N(20_000) {
			rec := bamRecord("r", uint16(rnd.IntN(2)*4), ref, pos, []uint32{uint32(1+rnd.IntN(1<<(4+rnd.IntN(13))))<<4 | 3}, nil)
			text = append(le.AppendUint32(text, uint32(len(rec))), rec...)
		}
	}
	lost := bamRecord("lost", 4, -1, -1, nil, nil)
	text = append(le.AppendUint32(text, uint32(len(lost))), lost...)
	file := compressed(t, text, 3000)
	path := filepath.Join(dir, "many.bam")
	require.NoError(t, os.WriteFile(path, file, 0o600))
	require.NoError(t, os.WriteFile(path+".bai", indexOf(t, file, index.BAI).Bytes(), 0o600))
	regions := append(randomRegions(rnd, 200, refs), "*", "c5", "c3:1-2", ".", "c5", "c5:900k-")
	holdRegions(t, path, regions)
}

// TestRegionStringsAsSamtools has both read the same strings. samtools passes
// over a region that it can't read and ends well; here that is an error. Numbers
// beyond 64 bits wrap around in samtools, as in
// chr:1e99; here they are the largest number.
func TestRegionStringsAsSamtools(t *testing.T) {
	oracle.Needs(t, "samtools")
	dir := t.TempDir()
	names := []string{"c", "c:1-5", "c:7", "d}", "{e", "f:g:h"}
	text := headerOnly(names...)
	for ref := range int32(len(names)) {
		for pos := range int32(12) {
			rec := bamRecord(fmt.Sprintf("r%d.%d", ref, pos), 0, ref, pos, []uint32{1 << 4}, nil)
			text = append(le.AppendUint32(text, uint32(len(rec))), rec...)
		}
	}
	file := compressed(t, text, 60_000)
	path := filepath.Join(dir, "x.bam")
	require.NoError(t, os.WriteFile(path, file, 0o600))
	require.NoError(t, os.WriteFile(path+".bai", indexOf(t, file, index.BAI).Bytes(), 0o600))
	r := open(t, bytes.NewReader(file), readset.Options{Index: indexOf(t, file, index.BAI)})

	rnd := rand.New(rand.NewPCG(5, 6))
	beyond := regexp.MustCompile(`e\+?[0-9]{2}`)
	read, passed := 0, 0
	for range 1500 {
		s := names[rnd.IntN(len(names))]
		if rnd.IntN(3) == 0 {
			s = "{" + s + "}"
		}
		if rnd.IntN(5) > 0 {
			s += ":"
		}
		const letters = "0123456789-,.+ekKMx: {}"
		for range rnd.IntN(7) {
			if i := rnd.IntN(len(letters)); rnd.IntN(2) == 0 {
				s += letters[i : i+1]
			} else {
				s += letters[i%11 : i%11+1]
			}
		}
		if beyond.MatchString(s) {
			continue
		}
		want, said, ok := oracle.View(t, path, s)
		require.True(t, ok, "%q: %s", s, said)
		bad := strings.Contains(said, "specifies an invalid region")
		region, err := r.Header().ParseRegion(s)
		require.Equal(t, bad, err != nil, "%q: %v\n%s", s, err, said)
		if err != nil {
			passed++
			continue
		}
		read++
		require.Equal(t, want, strings.Join(linesOf(t, r.Region(region.Reference, region.Begin, region.End)), ""), "%q %+v", s, region)
	}
	t.Logf("%d read, %d passed over", read, passed)
	require.Greater(t, read, 200)
	require.Greater(t, passed, 200)
}

// A file whose last block is missing is printed, as far as it goes.
func TestCutFilesAsSamtools(t *testing.T) {
	oracle.Needs(t, "samtools")
	dir := t.TempDir()
	file, _, _ := sample(t)
	path := filepath.Join(dir, "cut.bam")
	for _, cut := range []int{28, 29, 100, len(file) / 2} {
		require.NoError(t, os.WriteFile(path, file[:len(file)-cut], 0o600))
		want, _, ok := oracle.View(t, path)
		r, err := readset.Open(bytes.NewReader(file[:len(file)-cut]), readset.Options{})
		if err != nil {
			require.False(t, ok)
			continue
		}
		var got strings.Builder
		err = r.WriteSAM(&got)
		require.Equal(t, ok, err == nil, "%d: %v", cut, err)
		require.Equal(t, want, got.String())
		require.NoError(t, r.Close())
	}
}
