//go:build unix

package main

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/seqlode/seqlode"
	"github.com/seqlode/seqlode/readset"
)

func TestSampleOf(t *testing.T) {
	for file, want := range map[string]string{
		"NA12878_S1_L001_R1_001.fastq.gz":    "NA12878",
		"NA12878_S1_R2_001.fastq.gz":         "NA12878",
		"NA12878_1.fq.gz":                    "NA12878",
		"NA12878.R2.fastq.gz":                "NA12878",
		"SRR000001_2.fastq.bgz":              "SRR000001",
		"sample-7.bam":                       "sample-7",
		"sample.unmapped.BAM":                "sample",
		"HG002.cram":                         "HG002",
		"run.11.fastq.gz":                    "run.11",
		"reads":                              "reads",
		".bam":                               ".bam",
		"_1.fastq.gz":                        "_1",
		"a b.fastq.gz":                       "a b",
		"m64011_190830_220126.hifi.fastq.gz": "m64011_190830_220126.hifi",
	} {
		require.Equal(t, want, sampleOf(file), file)
	}
}

func FuzzManifest(f *testing.F) {
	for _, text := range []string{
		`[{"sourceFiles": {"source1": "a", "source2": "b"}, "tags": {"a": "b"}}]`, `{"sources": [], "clientToken": "x"}`,
		"- sourceFiles: {source1: a}\n  sampleId: 007\n", "sources: &a\n- *a\n", "a: !!binary x", "", "!x y", "- subjectId: [`]", "[[[[", "- {skipNames: yes}",
	} {
		f.Add([]byte(text), true)
		f.Add([]byte(text), false)
	}
	f.Fuzz(func(t *testing.T, text []byte, asJSON bool) {
		m, err := parseManifest(text, asJSON)
		if err != nil {
			require.NotContains(t, err.Error(), "\n")
			require.NotContains(t, err.Error(), "readset.")
			return
		}
		again, err := yaml.Marshal(m)
		require.NoError(t, err)
		same, err := parseManifest(again, false)
		require.NoError(t, err)
		require.Len(t, same.Sources, len(m.Sources))
	})
}

// Sources on web servers are imported as files are.
func TestImportWeb(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the certificate of the test's server can be made known by SSL_CERT_FILE on Linux alone")
	}
	server := httptest.NewTLSServer(http.FileServer(http.Dir("../../testdata")))
	defer server.Close()
	cert := filepath.Join(t.TempDir(), "cert.pem")
	require.NoError(t, os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600))
	t.Setenv("SSL_CERT_FILE", cert)
	t.Setenv("SEQLODE_VAULT", filepath.Join(t.TempDir(), "v"))
	stdout, stderr, code := command(t, "import", server.URL+"/reads_1.fastq.gz", server.URL+"/reads_2.fastq.gz")
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "sample     reads\n")
	require.Contains(t, stdout, "source2    reads_2.fastq.gz  58 KiB\n")
	_, stderr, code = command(t, "import", server.URL+"/none.fastq.gz")
	require.Equal(t, exitFailed, code)
	require.Equal(t, "seqlode: "+server.URL+"/none.fastq.gz: the server answers 404 Not Found\n", stderr)
}

// An import that a process has begun and left is finished by import --resume,
// with what it reports.
func TestResume(t *testing.T) {
	dir := t.TempDir()
	vault := filepath.Join(dir, "v")
	copied, err := os.MkdirTemp("", copies)
	require.NoError(t, err)
	data, err := os.ReadFile("../../testdata/crlf.fastq.gz")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(copied, stdinName), data, 0o600))

	v, err := seqlode.Open(t.Context(), seqlode.Options{Dir: vault, Workers: -1, LocalSources: true})
	require.NoError(t, err)
	store, err := v.ReadSets.CreateSequenceStore(t.Context(), readset.CreateSequenceStoreInput{Name: defaultStore})
	require.NoError(t, err)
	for _, name := range []string{filepath.Join(copied, stdinName), filepath.Join(dir, "none.gz")} {
		uri, err := fileURI("", name)
		require.NoError(t, err)
		s := readset.ImportSource{SourceFileType: readset.FASTQ, SubjectID: "p", SampleID: "s"}
		s.SourceFiles.Source1 = uri
		_, err = v.ReadSets.StartReadSetImportJob(t.Context(), readset.StartReadSetImportJobInput{
			SequenceStoreID: store.ID, RoleARN: roleARN(v), Sources: []readset.ImportSource{s},
		})
		require.NoError(t, err)
	}
	require.NoError(t, v.Close())

	// A command that only reads leaves them alone.
	stdout, stderr, code := command(t, "ls", "--json", "--vault", vault)
	require.Zero(t, code, stderr)
	require.Empty(t, stdout)

	stdout, stderr, code = command(t, "import", "--vault", vault, "--resume")
	require.Equal(t, exitFailed, code)
	require.Contains(t, stdout, "source1    source1.fastq.gz  4.8 KiB\n")
	require.Contains(t, stderr, "none.gz: no such file or directory\n")
	require.NoDirExists(t, copied)

	_, stderr, code = command(t, "import", "--vault", vault, "--resume")
	require.Zero(t, code)
	require.Equal(t, "seqlode: no import was interrupted\n", stderr)
}
