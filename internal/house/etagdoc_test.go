package house

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/etag"
	"github.com/seqlode/seqlode/reference"
)

// vector is a golden vector of docs/etag.md.
type vector struct {
	name    string
	members []string          // decompressed
	file    string            // of the repository, in place of members
	fasta   string            // of the repository, to restore a CRAM file with
	values  map[string]string // by algorithm
}

// vectors reads the blocks marked "vector" of docs/etag.md.
func vectors(t *testing.T) []vector {
	t.Helper()
	doc, err := os.ReadFile(root + "/docs/etag.md")
	require.NoError(t, err)
	var out []vector
	for _, block := range strings.Split(string(doc), "```vector\n")[1:] {
		body, _, ok := strings.Cut(block, "```")
		require.True(t, ok, "a vector's block does not end")
		v := vector{values: map[string]string{}}
		for line := range strings.Lines(body) {
			key, value, ok := strings.Cut(strings.TrimSpace(line), " ")
			require.True(t, ok, "line %q", line)
			value = strings.TrimSpace(value)
			switch key {
			case "name":
				v.name = value
			case "member":
				text, err := strconv.Unquote(value)
				require.NoError(t, err, "member %s", value)
				v.members = append(v.members, text)
			case "file":
				v.file = value
			case "reference":
				v.fasta = value
			default:
				v.values[key] = value
			}
		}
		require.NotEqual(t, len(v.members) == 0, v.file == "", v.name)
		require.Len(t, v.values, 3, v.name)
		out = append(out, v)
	}
	require.NotEmpty(t, out)
	return out
}

// gzipped gives a gzip file of the members.
func gzipped(t *testing.T, level int, members ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, m := range members {
		w, err := gzip.NewWriterLevel(&b, level)
		require.NoError(t, err)
		_, err = w.Write([]byte(m))
		require.NoError(t, err)
		require.NoError(t, w.Close())
	}
	return b.Bytes()
}

// forms gives the vector's file in several compressions.
func (v vector) forms(t *testing.T) map[string][]byte {
	t.Helper()
	if v.file != "" {
		file, err := os.ReadFile(root + "/" + v.file)
		require.NoError(t, err)
		if v.fasta != "" {
			return map[string][]byte{"as it stands": file}
		}
		z, err := gzip.NewReader(bytes.NewReader(file))
		require.NoError(t, err)
		text, err := io.ReadAll(z)
		require.NoError(t, err)
		return map[string][]byte{"as it stands": file, "one ordinary member": gzipped(t, gzip.BestSpeed, string(text))}
	}
	whole := strings.Join(v.members, "")
	return map[string][]byte{
		"as it stands":            gzipped(t, gzip.DefaultCompression, v.members...),
		"one member":              gzipped(t, gzip.BestCompression, whole),
		"stored":                  gzipped(t, gzip.NoCompression, whole),
		"an empty member at last": gzipped(t, gzip.BestSpeed, whole, ""),
		"a byte in each member":   gzipped(t, gzip.HuffmanOnly, strings.Split(whole, "")...),
	}
}

func TestETagVectors(t *testing.T) {
	for _, v := range vectors(t) {
		var bases reference.Bases
		if v.fasta != "" {
			fasta, err := reference.Open(t.Context(), root+"/"+v.fasta, reference.OpenOptions{})
			require.NoError(t, err)
			defer fasta.Close()
			bases = fasta
		}
		for form, file := range v.forms(t) {
			t.Run(v.name+"/"+form, func(t *testing.T) {
				for _, family := range []etag.Family{etag.MD5up, etag.SHA256up, etag.SHA512up} {
					got, err := etag.Compute(t.Context(), bytes.NewReader(file), etag.Options{Family: family, Bases: bases})
					require.NoError(t, err)
					require.Contains(t, v.values, got.Algorithm)
					require.Equal(t, v.values[got.Algorithm], got.Hex)
				}
			})
		}
	}
}

// TestETagVectorsByPublicTools computes the values as the document tells its
// readers to.
func TestETagVectorsByPublicTools(t *testing.T) {
	if os.Getenv("SEQLODE_INTEROP") == "" {
		t.Skip("runs gzip and coreutils; set SEQLODE_INTEROP=1")
	}
	tools := map[string]string{"FASTQ_MD5up": "md5sum", "FASTQ_SHA256up": "sha256sum", "FASTQ_SHA512up": "sha512sum"}
	for _, v := range vectors(t) {
		if v.file != "" {
			continue // in the interop tests of etag, beside others of its kind
		}
		for algorithm, tool := range tools {
			cmd := exec.CommandContext(t.Context(), "sh", "-c", "gzip -dc | "+tool)
			cmd.Stdin = bytes.NewReader(gzipped(t, gzip.DefaultCompression, v.members...))
			out, err := cmd.Output()
			require.NoError(t, err)
			require.Equal(t, v.values[algorithm], strings.Fields(string(out))[0], "%s, %s", v.name, algorithm)
		}
	}
}
