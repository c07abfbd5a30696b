package simreads

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const committed = "../../testdata"

// member is what the outside of one gzip member shows.
type member struct {
	name  string
	extra string // the subfield identifiers and lengths
	text  int
}

func members(t *testing.T, stored []byte) (text []byte, ms []member) {
	t.Helper()
	in := bufio.NewReader(bytes.NewReader(stored))
	zr, err := gzip.NewReader(in)
	for ; err == nil; err = zr.Reset(in) {
		zr.Multistream(false)
		piece, err := io.ReadAll(zr)
		require.NoError(t, err)
		text = append(text, piece...)
		m := member{name: zr.Name, text: len(piece)}
		if len(zr.Extra) >= 4 {
			m.extra = string(zr.Extra[:4])
		}
		ms = append(ms, m)
	}
	require.Equal(t, io.EOF, err)
	return text, ms
}

// The committed files are what the generator writes today, but for the bytes
// that deflate chose, which may differ between releases of the compressor.
func TestCommittedTestSet(t *testing.T) {
	fresh := t.TempDir()
	require.NoError(t, WriteTestSet(fresh))
	list, err := os.ReadFile(filepath.Join(fresh, "etags.txt"))
	require.NoError(t, err)
	old, err := os.ReadFile(filepath.Join(committed, "etags.txt"))
	require.NoError(t, err)
	require.Equal(t, string(list), strings.ReplaceAll(string(old), "\r\n", "\n"))
	for _, f := range testSet {
		want, err := os.ReadFile(filepath.Join(fresh, f.name))
		require.NoError(t, err)
		got, err := os.ReadFile(filepath.Join(committed, f.name))
		require.NoError(t, err)
		require.Less(t, len(got), 200_000, f.name)
		wantText, wantMembers := members(t, want)
		gotText, gotMembers := members(t, got)
		require.True(t, bytes.Equal(wantText, gotText), f.name)
		require.Equal(t, wantMembers, gotMembers, f.name)
	}
}

func TestForms(t *testing.T) {
	const block, plain = "BC\x02\x00", ""
	shape := func(name string) []member {
		stored, err := os.ReadFile(filepath.Join(committed, name))
		require.NoError(t, err)
		_, ms := members(t, stored)
		return ms
	}
	bg := shape("reads.fastq.gz")
	require.Greater(t, len(bg), 6)
	require.Equal(t, member{extra: block}, bg[len(bg)-1])
	require.Equal(t, bg[:len(bg)-1], shape("reads.noeof.fastq.gz"))
	require.Len(t, shape("reads.gzip.fastq.gz"), 1)
	multi := shape("reads.multi.fastq.gz")
	require.Greater(t, len(multi), 6)
	for _, m := range multi {
		require.Equal(t, plain, m.extra)
		require.NotZero(t, m.text)
	}
	mixed := shape("reads.mixed.fastq.gz")
	rest := mixed[7].text
	require.Equal(t, []member{
		{extra: block, text: blockText},
		{extra: block, text: blockText},
		{extra: block},
		{name: "reads.fastq", extra: "XY\x02\x00", text: 100_001},
		{},
		{extra: block, text: 77},
		{extra: block},
		{text: rest},
		{extra: block},
	}, mixed)
	stored, err := os.ReadFile(filepath.Join(committed, "reads.mixed.fastq.gz"))
	require.NoError(t, err)
	require.Equal(t, 2, bytes.Count(stored, eofBlock), "the empty block in the middle is not the EOF block")
}

// Text that does not compress still fits its blocks.
func TestRandomText(t *testing.T) {
	text := make([]byte, 3*blockText+1)
	_, err := rand.Read(text)
	require.NoError(t, err)
	for _, c := range []Container{Gzip, MultiMember, BGZF, BGZFNoEOF} {
		var stored bytes.Buffer
		require.NoError(t, c.put(&stored, text))
		got, _ := members(t, stored.Bytes())
		require.True(t, bytes.Equal(text, got))
	}
}

// The ETags are those that the public tools give (storage spec §2).
func TestGoldenETags(t *testing.T) {
	list, err := os.ReadFile(filepath.Join(committed, "etags.txt"))
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(list)), "\n")
	require.Len(t, lines, 3*len(testSet))
	tools := map[string]string{"FASTQ_MD5up": "md5sum", "FASTQ_SHA256up": "sha256sum", "FASTQ_SHA512up": "sha512sum"}
	for _, line := range lines {
		field := strings.Split(strings.TrimSuffix(line, "\r"), "  ")
		require.Len(t, field, 3)
		tool := tools[field[0]]
		for _, program := range []string{"gzip", tool} {
			if _, err := exec.LookPath(program); err != nil {
				t.Skipf("the program %s is absent", program)
			}
		}
		unzip := exec.Command("gzip", "-dc", filepath.Join(committed, field[2]))
		text, err := unzip.Output()
		require.NoError(t, err, line)
		sum := exec.Command(tool)
		sum.Stdin = bytes.NewReader(text)
		out, err := sum.Output()
		require.NoError(t, err, line)
		require.Equal(t, field[1], strings.Fields(string(out))[0], line)
	}
}
