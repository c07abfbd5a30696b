package sam

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/errs"
)

// headers are stored headers, all with a list of testRefs, and what becomes of
// them. Refusals name the line where there is one.
var headers = []struct {
	what, text string
	refs       int
	shown      string // by view -H --no-PG; with "\n@SQ…" for the lines of the list
	unreadable string // refused by NewHeader
	refused    string // refused by Parse
	names      string // the references by id
	chance     bool   // samtools decides by memory that it has not written (seen with MALLOC_PERTURB_)
}{
	{what: "no text", refs: 2, shown: listed, names: "chr1 chr2_with_a_longer_name"},
	{what: "nothing"},
	{what: "ordinary", text: "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr1\tLN:1048576\n", refs: 1, shown: "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr1\tLN:1048576\n", names: "chr1"},
	{what: "no @SQ in the text", text: "@HD\tVN:1.6\n", refs: 2, shown: "@HD\tVN:1.6\n" + listed, names: "chr1 chr2_with_a_longer_name"},
	{what: "@SQ in a comment", text: "@CO\t@SQ\tSN:x\n", refs: 2, shown: "@CO\t@SQ\tSN:x\n" + listed, names: "chr1 chr2_with_a_longer_name"},
	{what: "@SQ of one of two", text: "@SQ\tSN:chr2_with_a_longer_name\tLN:7\n", refs: 2, shown: "@SQ\tSN:chr2_with_a_longer_name\tLN:7\n", names: "chr1 chr2_with_a_longer_name"},
	{what: "@SQ of another", text: "@SQ\tSN:a\tLN:7\n@SQ\tSN:chr1\tLN:8\n@SQ\tSN:b\tLN:9\n", refs: 1, shown: "@SQ\tSN:a\tLN:7\n@SQ\tSN:chr1\tLN:8\n@SQ\tSN:b\tLN:9\n", names: "chr1 a b"},
	{what: "no last newline", text: "@HD\tVN:1.6", refs: 1, shown: "@HD\tVN:1.6\n@SQ\tSN:chr1\tLN:1048576\n", names: "chr1"},
	{what: "padding", text: "@CO\tx\n\x00\x00\x00", refs: 1, shown: "@CO\tx\n\x00\x00\x00@SQ\tSN:chr1\tLN:1048576\n", names: "chr1"},
	{what: "padding and no last newline", text: "@CO\tx\x00\x00\x00", refs: 1, shown: "@CO\tx\n\x00\x00@SQ\tSN:chr1\tLN:1048576\n", names: "chr1"},
	{what: "one NUL and no last newline", text: "@CO\tx\x00", shown: "@CO\tx\n"},
	{what: "padding alone", text: "\x00\x00\x00\x00\x00", refs: 1, shown: "\x00\x00\x00\x00\x00@SQ\tSN:chr1\tLN:1048576\n", names: "chr1"},
	{what: "bytes behind padding", text: "@CO\tx\n\x00@SQ\tSN:x\tLN:1\nmore", shown: "@CO\tx\n\x00@SQ\tSN:x\tLN:1\nmore"},
	{what: "bytes behind a NUL that becomes a newline", text: "@CO\tx\x00@SQ\tSN:x\tLN:1\n", refs: 1, shown: "@CO\tx\n@SQ\tSN:x\tLN:1\n", names: "chr1 x"},
	{what: "bytes behind a NUL that becomes a newline, no line", text: "@CO\tx\x00more\n", shown: "@CO\tx\nmore\n", refused: `line 2: header line "more" does not begin with '@'`},
	{what: "empty line", text: "@CO\tx\n\n@CO\ty\n", unreadable: `line 2: a header line begins with '\n'`},
	{what: "two last newlines", text: "@CO\tx\n\n", unreadable: "line 2"},
	{what: "a line of a record", text: "@CO\tx\n@CO\ty\nr1\t4\n", unreadable: "line 3"},
	{what: "carriage returns", text: "@HD\tVN:1.6\r\n@CO\tx\r\n", shown: "@HD\tVN:1.6\r\n@CO\tx\r\n"},
	{what: "a type of one letter", text: "@C\tx\tand more\n", shown: "@C\tx\tand more\n", refused: `line 1: header line "@C\tx\tand more" does not begin with '@' and two letters`},
	{what: "a type of digits", text: "@C1\tXX:x\n", shown: "@C1\tXX:x\n", refused: "line 1"},
	{what: "types in lower case and of nobody", text: "@zz\tXX:x\n@ZZ\txx:\n", shown: "@zz\tXX:x\n@ZZ\txx:\n"},
	{what: "a comment without a tab", text: "@CO x\n", shown: "@CO x\n", refused: `line 1: header line "@CO x" has no tab behind its type`},
	{what: "types alone", text: "@CO\n@SQ\n@RG\n@PG\n@HD\n", shown: "@CO\n@SQ\n@RG\n@PG\n@HD\n"},
	{what: "an empty comment", text: "@CO\t\n", shown: "@CO\t\n"},
	{what: "a short last line", text: "@CO\tx\n@1\n", shown: "@CO\tx\n@1\n"},
	{what: "a short last line and padding", text: "@CO\tx\n@1\n\x00\x00\x00", shown: "@CO\tx\n@1\n\x00\x00\x00", refused: "line 2"},
	{what: "a text too short", text: "@", shown: "@\n", refused: "line 1: header line \"@\\n\" is too short"},
	{what: "the shortest text", text: "@1", shown: "@1\n"},
	{what: "a field without a colon", text: "@HD\tVN:1.6\tSO\n", shown: "@HD\tVN:1.6\tSO\n", refused: "has a field that is not TAG:VALUE"},
	{what: "an empty field", text: "@HD\tVN:1.6\t\tSO:x\n", shown: "@HD\tVN:1.6\t\tSO:x\n", refused: "line 1"},
	{what: "a tab at the end", text: "@HD\tVN:1.6\t\n", shown: "@HD\tVN:1.6\t\n", refused: "line 1"},
	{what: "odd fields", text: "@HD\t::::\t \x01:\xff\xfe\tVN:\n", shown: "@HD\t::::\t \x01:\xff\xfe\tVN:\n"},
	{what: "@SQ without SN", text: "@HD\tVN:1\n@SQ\tLN:7\n", shown: "@HD\tVN:1\n@SQ\tLN:7\n", refused: `line 2: header line "@SQ" has no SN`},
	{what: "@SQ without LN", text: "@SQ\tSN:x\n", shown: "@SQ\tSN:x\n", refused: `line 1: header line "@SQ SN:x" has no LN`},
	{what: "@SQ without LN, in the list", text: "@SQ\tSN:chr1\n", refs: 1, shown: "@SQ\tSN:chr1\n", refused: "has no LN"},
	{what: "LN of -1", text: "@SQ\tSN:x\tLN:-1\n", shown: "@SQ\tSN:x\tLN:-1\n", refused: "has no LN"},
	{what: "LN of -1 and more", text: "@SQ\tSN:x\tLN:  -1x\n", shown: "@SQ\tSN:x\tLN:  -1x\n", refused: "has no LN"},
	{what: "LN of anything else", text: "@SQ\tSN:a\tLN:\n@SQ\tSN:b\tLN:x\n@SQ\tSN:c\tLN:-2\n@SQ\tSN:d\tLN:99999999999999999999\n@SQ\tSN:e\tLN:-\n@SQ\tSN:f\tLN:+-1\n", shown: "@SQ\tSN:a\tLN:\n@SQ\tSN:b\tLN:x\n@SQ\tSN:c\tLN:-2\n@SQ\tSN:d\tLN:99999999999999999999\n@SQ\tSN:e\tLN:-\n@SQ\tSN:f\tLN:+-1\n", names: "a b c d e f"},
	{what: "the last SN and LN count", text: "@SQ\tSN:a\tLN:-1\tSN:b\tLN:5\n", shown: "@SQ\tSN:a\tLN:-1\tSN:b\tLN:5\n", names: "b"},
	{what: "the same SN twice", text: "@SQ\tSN:a\tLN:5\n@SQ\tSN:a\tLN:5\n", shown: "@SQ\tSN:a\tLN:5\n@SQ\tSN:a\tLN:5\n", refused: `line 2: header line "@SQ SN:a" names a reference again`},
	{what: "the same SN twice, in the list", text: "@SQ\tSN:chr1\tLN:5\n@SQ\tSN:chr1\tLN:5\n", refs: 1, shown: "@SQ\tSN:chr1\tLN:5\n@SQ\tSN:chr1\tLN:5\n", refused: "line 2"},
	{what: "SN that is another's AN", text: "@SQ\tSN:a\tLN:5\tAN:b,c\n@SQ\tSN:b\tLN:5\n@SQ\tSN:c\tLN:5\tAN:a\n", shown: "@SQ\tSN:a\tLN:5\tAN:b,c\n@SQ\tSN:b\tLN:5\n@SQ\tSN:c\tLN:5\tAN:a\n", names: "a b c"},
	{what: "AN that is in the list", text: "@SQ\tSN:a\tLN:5\tAN:chr1\n", refs: 1, shown: "@SQ\tSN:a\tLN:5\tAN:chr1\n", names: "chr1 a"},
	{what: "an empty SN", text: "@SQ\tSN:\tLN:5\n", shown: "@SQ\tSN:\tLN:5\n", names: ""},
	{what: "@RG without ID", text: "@RG\tSM:x\n", shown: "@RG\tSM:x\n", refused: `line 1: header line "@RG" has no ID`},
	{what: "@PG without ID", text: "@PG\tPN:x\n", shown: "@PG\tPN:x\n", refused: `line 1: header line "@PG" has no ID`},
	{what: "IDs twice", text: "@RG\tID:x\n@RG\tID:x\n@PG\tID:y\n@PG\tID:y\n", shown: "@RG\tID:x\n@RG\tID:x\n@PG\tID:y\n@PG\tID:y\n"},
	{what: "PP to nowhere and in a ring", chance: true, text: "@PG\tID:a\tPP:x\n@PG\tID:b\tPP:c\n@PG\tID:c\tPP:b\n", shown: "@PG\tID:a\tPP:x\n@PG\tID:b\tPP:c\n@PG\tID:c\tPP:b\n"},
	{what: "two @HD, the second first", text: "@CO\tx\n@HD\tVN:1\tSO:unsorted\n@HD\tVN:2\tSO:queryname\n", shown: "@CO\tx\n@HD\tVN:1\tSO:unsorted\n@HD\tVN:2\tSO:queryname\n"},
}

const listed = "@SQ\tSN:chr1\tLN:1048576\n@SQ\tSN:chr2_with_a_longer_name\tLN:1048576\n"

func TestHeaders(t *testing.T) {
	for _, tt := range headers {
		h, err := NewHeader([]byte(tt.text), testRefs(tt.refs))
		if tt.unreadable != "" {
			require.ErrorContains(t, err, tt.unreadable, tt.what)
			require.ErrorIs(t, err, errs.ErrCorrupt)
			continue
		}
		require.NoError(t, err, tt.what)
		require.Equal(t, tt.text, string(h.Text), tt.what)
		require.Equal(t, "before"+tt.shown, string(h.AppendText([]byte("before"))), tt.what)
		p, err := h.Parse()
		if tt.refused != "" {
			require.ErrorContains(t, err, tt.refused, tt.what)
			require.ErrorIs(t, err, errs.ErrCorrupt)
			continue
		}
		require.NoError(t, err, tt.what)
		require.Equal(t, tt.names, string(bytes.Join(p.Names(), []byte(" "))), tt.what)
	}
}

func TestList(t *testing.T) {
	refs := []Ref{{[]byte("a\x00b"), 1<<32 - 1}, {[]byte(""), 1 << 31}}
	h, err := NewHeader(nil, refs)
	require.NoError(t, err)
	require.Equal(t, "@SQ\tSN:a\tLN:-1\n@SQ\tSN:\tLN:-2147483648\n", string(h.AppendText(nil)))
	require.Equal(t, "a\x00b", string(refs[0].Name), "the caller's list stays as it is")
	p, err := h.Parse()
	require.NoError(t, err)
	require.Equal(t, []Sequence{{Name: "a", Length: 1<<32 - 1}, {Name: "", Length: 1 << 31}}, p.Sequences)

	h, err = NewHeader([]byte("@CO\tx\n"), append(refs, Ref{[]byte("a"), 1}))
	require.NoError(t, err)
	_, err = h.Parse()
	require.ErrorContains(t, err, `reference "a" stands twice in the list`)
}

func TestParsed(t *testing.T) {
	h, err := NewHeader([]byte("@CO\tone:\ttwo\n@HD\tVN:1.6\tGO:query\tXX:a:b c\tSO:coordinate\n@SQ\tSN:chr1\tLN:5\tM5:abc\n@RG\tID:x\tSM:s\n@RG\tID:y\n@SQ\tSN:new\tLN:6x\n@HD\tSO:unsorted\n"), testRefs(2))
	require.NoError(t, err)
	p, err := h.Parse()
	require.NoError(t, err)
	require.Equal(t, "coordinate", p.SortOrder())
	require.Equal(t, "query", p.GroupOrder())
	require.Equal(t, []Sequence{
		{Name: "chr1", Length: 1 << 20, MD5: "abc", Line: 3},
		{Name: "chr2_with_a_longer_name", Length: 1 << 20},
		{Name: "new", Length: 6, Line: 6},
	}, p.Sequences)
	require.Equal(t, Line{Number: 1, Type: "CO", Comment: "one:\ttwo"}, p.Lines[0])
	require.Equal(t, Line{Number: 2, Type: "HD", Fields: []Field{{"VN", "1.6"}, {"GO", "query"}, {"XX", "a:b c"}, {"SO", "coordinate"}}}, p.Lines[1])
	require.Len(t, p.Of("RG"), 2)
	id, ok := p.Of("RG")[1].Get("ID")
	require.True(t, ok)
	require.Equal(t, "y", id)
	_, ok = p.Of("RG")[1].Get("SM")
	require.False(t, ok)
	require.Len(t, p.Lines, 7)

	empty, err := (&Header{}).Parse()
	require.NoError(t, err)
	require.Empty(t, empty.SortOrder())
}

func TestLeadingInt(t *testing.T) {
	for s, want := range map[string]int64{
		"": 0, "x": 0, "7": 7, "007": 7, " \v\f\r7x": 7, "+7": 7, "-7": -7, "--7": 0, "-": 0, "7-7": 7, "1e6": 1, "0x10": 0,
		"9223372036854775807": 1<<63 - 1, "9223372036854775808": 1<<63 - 1, "-9223372036854775808": -1 << 63, "-99999999999999999999": -1 << 63,
	} {
		require.Equal(t, want, leadingInt(s), "%q", s)
	}
}

func TestWithComment(t *testing.T) {
	for text, want := range map[string]string{
		"":                          "@CO\tnew\n",
		"@CO\told\n":                "@CO\told\n@CO\tnew\n",
		"@CO\told":                  "@CO\told\n@CO\tnew\n",
		"@CO\told\n\x00\x00":        "@CO\told\n@CO\tnew\n\x00\x00",
		"@CO\told\x00\x00":          "@CO\told\n@CO\tnew\n\x00\x00",
		"\x00\x00":                  "@CO\tnew\n\x00\x00",
		"@CO\told\n\x00junk\n\x00x": "@CO\told\n@CO\tnew\n\x00junk\n\x00x",
	} {
		stored := []byte(text)
		h, err := NewHeader(stored, testRefs(2))
		require.NoError(t, err)
		got, err := h.WithComment("new")
		require.NoError(t, err)
		require.Equal(t, want, string(got.Text))
		require.Equal(t, h.Refs, got.Refs)
		require.Equal(t, text, string(stored))
		p, err := got.Parse()
		require.NoError(t, err)
		require.Equal(t, "new", p.Lines[len(p.Lines)-1].Comment)
		again, err := NewHeader(got.Text, got.Refs)
		require.NoError(t, err)
		require.Equal(t, got, again)
	}
	for _, bad := range []string{"a\nb", "a\r", "\x00"} {
		_, err := (&Header{}).WithComment(bad)
		require.ErrorIs(t, err, errs.ErrValidation)
	}
}

func TestLineFaultIsShort(t *testing.T) {
	h, err := NewHeader([]byte("@CO "+strings.Repeat("x", 10000)+"\n"), nil)
	require.NoError(t, err)
	_, err = h.Parse()
	require.Less(t, len(err.Error()), 200)
	var e *errs.Error
	require.True(t, errors.As(err, &e))
	require.Equal(t, int64(1), e.Pos.Line)
}

func FuzzHeader(f *testing.F) {
	for _, tt := range headers {
		f.Add([]byte(tt.text), uint8(tt.refs))
	}
	f.Fuzz(func(t *testing.T, text []byte, refs uint8) {
		stored := bytes.Clone(text)
		h, err := NewHeader(text, testRefs(int(refs%3)))
		if err != nil {
			return
		}
		shown := h.AppendText(nil)
		if !bytes.Equal(text, stored) {
			t.Fatal("the text was changed")
		}
		if n := len(shown) - len(text); n < 0 {
			t.Fatalf("%d bytes fewer than stored", -n)
		}
		p, err := h.Parse()
		if err == nil && len(p.Sequences) < len(h.Refs) {
			t.Fatal("references are lost")
		}
		with, err := h.WithComment("x y")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := NewHeader(with.Text, with.Refs); err != nil {
			t.Fatalf("a header with a comment is refused: %v", err)
		}
		if p == nil {
			return
		}
		if q, err := with.Parse(); err == nil && q.Lines[len(q.Lines)-1].Comment != "x y" && bytes.Count(text, []byte{0}) == 0 {
			t.Fatalf("the comment is not the last line of %q", with.Text)
		}
	})
}
