package sumlist

import (
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/etag"
)

var (
	md5hex = strings.Repeat("0a", 16)
	sha256 = strings.Repeat("1b", 32)
	sha512 = strings.Repeat("2c", 64)
)

func TestLineAndBack(t *testing.T) {
	for _, c := range []struct {
		line   Line
		text   string
		family etag.Family
	}{
		{Line{"FASTQ_MD5up", md5hex, "a.fastq.gz"}, "FASTQ_MD5up  " + md5hex + "  a.fastq.gz", etag.MD5up},
		{Line{"BAM_SHA256up", sha256, "-"}, "BAM_SHA256up  " + sha256 + "  -", etag.SHA256up},
		{Line{"CRAM_SHA512up", sha512, "two  spaces  "}, "CRAM_SHA512up  " + sha512 + "  two  spaces  ", etag.SHA512up},
		{Line{"FASTQ_MD5up", md5hex, " leading"}, "FASTQ_MD5up  " + md5hex + "   leading", etag.MD5up},
		{Line{"FASTQ_MD5up", md5hex, "a\nb"}, `\FASTQ_MD5up  ` + md5hex + `  a\nb`, etag.MD5up},
		{Line{"FASTQ_MD5up", md5hex, "a\rb"}, `\FASTQ_MD5up  ` + md5hex + `  a\rb`, etag.MD5up},
		{Line{"FASTQ_MD5up", md5hex, `a\nb`}, `\FASTQ_MD5up  ` + md5hex + `  a\\nb`, etag.MD5up},
		{Line{"FASTQ_MD5up", md5hex, "\xff\xfe"}, "FASTQ_MD5up  " + md5hex + "  \xff\xfe", etag.MD5up},
	} {
		require.Equal(t, c.text, c.line.String())
		got, err := Parse(c.text)
		require.NoError(t, err)
		require.Equal(t, c.line, got)
		require.Equal(t, c.family, got.Family())
	}
}

func TestParse(t *testing.T) {
	const form = "not ALGORITHM, two spaces, HEX, two spaces, FILE"
	for _, c := range []struct{ text, want, fault string }{
		{text: " \tFASTQ_MD5up  " + strings.ToUpper(md5hex) + "  a", want: "FASTQ_MD5up  " + md5hex + "  a"},
		{text: `FASTQ_MD5up  ` + md5hex + `  a\nb`, want: `\FASTQ_MD5up  ` + md5hex + `  a\\nb`}, // no mark: the backslash is part of the name
		{text: "", fault: form},
		{text: "FASTQ_MD5up", fault: form},
		{text: md5hex + "  a.fastq.gz", fault: form},
		{text: "FASTQ_MD5up " + md5hex + " a", fault: form},
		{text: "FASTQ_MD5up  " + md5hex + "  ", fault: form},
		{text: "FASTQ_SHA1up  " + md5hex + "  a", fault: `unknown algorithm "FASTQ_SHA1up"`},
		{text: "FASTA_MD5up  " + md5hex + "  a", fault: `unknown algorithm "FASTA_MD5up"`},
		{text: "UBAM_MD5up  " + md5hex + "  a", fault: `unknown algorithm "UBAM_MD5up"`},
		{text: "FASTQ_MD5up  " + md5hex[1:] + "  a", fault: "the hash of FASTQ_MD5up is not 32 hexadecimal digits"},
		{text: "FASTQ_MD5up  " + sha256 + "  a", fault: "the hash of FASTQ_MD5up is not 32 hexadecimal digits"},
		{text: "BAM_SHA512up  " + md5hex + "  a", fault: "the hash of BAM_SHA512up is not 128 hexadecimal digits"},
		{text: "FASTQ_MD5up  g" + md5hex[1:] + "  a", fault: "the hash of FASTQ_MD5up is not 32 hexadecimal digits"},
		{text: `\FASTQ_MD5up  ` + md5hex + `  a\tb`, fault: `unknown escape \t in the file name`},
		{text: `\FASTQ_MD5up  ` + md5hex + `  a\`, fault: "the file name ends in a lone backslash"},
		{text: "FASTQ_MD5up  " + md5hex + "  a\x00b", fault: "a zero byte in the file name"},
	} {
		got, err := Parse(c.text)
		if c.fault != "" {
			require.EqualError(t, err, c.fault, "%q", c.text)
			continue
		}
		require.NoError(t, err, "%q", c.text)
		require.Equal(t, c.want, got.String())
	}
}

func TestEscape(t *testing.T) {
	require.Equal(t, "a b", Escape("a b"))
	require.Equal(t, `\a\n\r\\b`, Escape("a\n\r\\b"))
}

func TestRead(t *testing.T) {
	a, b := "FASTQ_MD5up  "+md5hex+"  a", "BAM_SHA256up  "+sha256+"  b"
	list, err := Read(strings.NewReader("# made yesterday\n" + a + "\r\n\nnonsense\n" + b))
	require.NoError(t, err)
	require.Equal(t, []Line{{"FASTQ_MD5up", md5hex, "a"}, {"BAM_SHA256up", sha256, "b"}}, list.Lines)
	require.Len(t, list.Malformed, 1)
	require.Equal(t, 4, list.Malformed[0].Number)

	list, err = Read(strings.NewReader(""))
	require.NoError(t, err)
	require.Empty(t, list)

	_, err = Read(strings.NewReader(a + "\n" + strings.Repeat("x", 70000)))
	require.EqualError(t, err, "line 2 is longer than 65536 bytes: this is no list of ETags")

	broken := errors.New("disk on fire")
	_, err = Read(iotest.ErrReader(broken))
	require.ErrorIs(t, err, broken)
}

// What Parse takes, it takes again from what String makes of it.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"FASTQ_MD5up  " + md5hex + "  a", `\BAM_SHA256up  ` + sha256 + `  a\n\\b`, "x", `\`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 4096 {
			return
		}
		line, err := Parse(s)
		if err != nil {
			return
		}
		text := line.String()
		require.NotContains(t, text, "\n")
		again, err := Parse(text)
		require.NoError(t, err)
		require.Equal(t, line, again)
	})
}
