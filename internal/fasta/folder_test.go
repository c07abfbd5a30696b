package fasta

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/oracle"
)

const someM5 = "0123456789abcdef0123456789abcdef"

func TestExpand(t *testing.T) {
	slash := func(s string) string { return filepath.FromSlash(s) }
	for _, c := range []struct{ place, want string }{
		{"dir", "dir/" + someM5},
		{"dir/", "dir/" + someM5},
		{"dir/%s", "dir/" + someM5},
		{"dir/%2s/%2s/%s", "dir/01/23/456789abcdef0123456789abcdef"},
		{"dir/%2s/%2s", "dir/01/23/456789abcdef0123456789abcdef"},
		{"dir/%s.fa", "dir/" + someM5 + ".fa"},
		{"dir/%31s-%9s-%s", "dir/0123456789abcdef0123456789abcde-f-"},
		{"%1s%1s", "01/23456789abcdef0123456789abcdef"},
	} {
		got, err := expand(c.place, someM5)
		require.NoError(t, err)
		require.Equal(t, slash(c.want), slash(got))
	}
	for _, place := range []string{"%", "a%d", "%%s", "%111s", "%-2s", "%2"} {
		_, err := expand(place, someM5)
		require.ErrorIs(t, err, errs.ErrValidation, place)
		_, err = NewFolder(place)
		require.ErrorIs(t, err, errs.ErrValidation, place)
	}
}

func TestNewFolder(t *testing.T) {
	sep := string(filepath.ListSeparator)
	list := func(places ...string) string { return strings.Join(places, sep) }
	for _, c := range []struct {
		list   string
		want   []string
		remote bool
	}{
		{"a", []string{"a"}, false},
		{list("", "a", "", "b/%s", ""), []string{"a", "b/%s"}, false},
		{list("a", "https://host/%s", "b"), []string{"a", "b"}, true},
		{list("a", "http://host:80/%s", "b"), []string{"a", "b"}, true},
		{list("URL=http://host/%s", "a"), []string{"a"}, true},
		{list("URL=host", "|http://host:8080", "a"), []string{"a"}, true},
		{list("ftp://host/%s", "//a", "http"), []string{"//a", "http"}, true},
	} {
		f, err := NewFolder(c.list)
		require.NoError(t, err, c.list)
		require.Equal(t, c.want, f.patterns, c.list)
		require.Equal(t, c.remote, f.remote, c.list)
	}
	for _, none := range []string{"", sep} {
		_, err := NewFolder(none)
		require.ErrorIs(t, err, errs.ErrValidation)
	}
	_, err := NewFolder("https://host/%s")
	require.ErrorIs(t, err, errs.ErrNotSupported)
	require.EqualError(t, err, `no local folder in "https://host/%s": references are not fetched from the network`)
}

func TestFolder(t *testing.T) {
	dir := t.TempDir()
	put := func(m5, content string) {
		path := filepath.Join(dir, m5[:2], m5[2:])
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	}
	put(someM5, "acgtNNACGTacgt")
	const lined = "ffffffffffffffffffffffffffffffff"
	put(lined, "ACGT\nACGT\n")
	const folder = "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "ee", folder[2:]), 0o700))

	f, err := NewFolder(filepath.Join(dir, "none") + string(filepath.ListSeparator) + filepath.Join(dir, "%2s"))
	require.NoError(t, err)
	for _, m5 := range []string{someM5, strings.ToUpper(someM5)} {
		c, err := f.Find(t.Context(), Contig{Name: "a", M5: m5})
		require.NoError(t, err)
		require.Equal(t, Contig{"a", 14, m5}, c)
		got, err := f.AppendBases(t.Context(), []byte("x"), c, 2, 12)
		require.NoError(t, err)
		require.Equal(t, "xGTNNACGTAC", string(got))
		got, err = f.AppendBases(t.Context(), []byte("x"), c, 14, 14)
		require.NoError(t, err)
		require.Equal(t, "x", string(got))
		_, err = f.AppendBases(t.Context(), nil, c, 2, 15)
		require.ErrorIs(t, err, errs.ErrRangeNotSatisfiable)
	}
	for _, c := range []struct {
		ask  Contig
		kind error
	}{
		{Contig{Name: "a"}, errs.ErrNotFound},
		{Contig{Name: "a", M5: "../../../../../../../etc/passwd/"}, errs.ErrNotFound},
		{Contig{Name: "a", M5: strings.Repeat("0", 32)}, errs.ErrNotFound},
		{Contig{Name: "a", M5: someM5, Length: 13}, errs.ErrValidation},
		{Contig{Name: "a", M5: folder}, errs.ErrValidation},
	} {
		_, err := f.Find(t.Context(), c.ask)
		require.ErrorIs(t, err, c.kind)
	}
	_, err = f.AppendBases(t.Context(), nil, Contig{Name: "a", M5: lined}, 0, 6)
	require.EqualError(t, err, filepath.Join(dir, "ff", lined[2:])+": not bases alone: a file of this folder holds one sequence without line ends")
	f.remote = true
	_, err = f.Find(t.Context(), Contig{Name: "a", M5: strings.Repeat("0", 32)})
	require.ErrorIs(t, err, errs.ErrNotFound)
	require.EqualError(t, err, `there is no sequence "a" with M5 00000000000000000000000000000000 in the local folders; places of the network are not asked`)
}

// TestFolderOfSamtools reads a folder that samtools fills from another.
func TestFolderOfSamtools(t *testing.T) {
	oracle.Needs(t, "samtools")
	dir := t.TempDir()
	dict := samtoolsM5(t, []byte(small))
	bases := map[string]string{"a": "ACGTACGTNNACGTACGTRYAC", "b": "TTTT"}
	sam := "@HD\tVN:1.6\tSO:coordinate\n"
	for _, name := range []string{"a", "b"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, dict[name].M5), []byte(bases[name]), 0o600))
		sam += fmt.Sprintf("@SQ\tSN:%s\tLN:%d\tM5:%s\n", name, dict[name].Length, dict[name].M5)
	}
	for _, name := range []string{"a", "b"} {
		sam += "r\t0\t" + name + "\t1\t9\t4M\t*\t0\t0\tACGT\tIIII\n"
	}
	cache := filepath.Join(dir, "cache", "%2s", "%2s", "%s")
	t.Setenv("REF_PATH", dir)
	t.Setenv("REF_CACHE", cache)
	oracle.Run(t, []byte(sam), "samtools", "view", "-C", "-o", filepath.Join(dir, "x.cram"), "-")
	for _, places := range []string{dir, cache} {
		f, err := NewFolder(places)
		require.NoError(t, err)
		for name, c := range dict {
			got, err := f.Find(t.Context(), Contig{Name: name, M5: c.M5})
			require.NoError(t, err)
			require.Equal(t, c, got)
			all, err := f.AppendBases(t.Context(), nil, got, 0, got.Length)
			require.NoError(t, err)
			require.Equal(t, bases[name], string(all))
		}
	}
}
