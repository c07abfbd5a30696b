package source

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/errs"
)

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		uri   string
		local bool
		want  error
	}{
		{"file:///a/b.bam", true, nil},
		{"file://localhost/a/b.bam", true, nil},
		{"file:///a/b.bam", false, errs.ErrValidation},
		{"file://host/a/b.bam", true, errs.ErrValidation},
		{"file:a/b.bam", true, errs.ErrValidation},
		{"file:///", true, errs.ErrValidation},
		{"https://host/a/b.bam?x=y", false, nil},
		{"http://host/a/b.bam", false, errs.ErrValidation},
		{"https:///b.bam", false, errs.ErrValidation},
		{"s3://bucket/b.bam", true, errs.ErrNotSupported},
		{"/a/b.bam", true, errs.ErrValidation},
		{"", true, errs.ErrValidation},
		{"%zz", true, errs.ErrValidation},
	} {
		err := (&Opener{Local: c.local}).Check(c.uri)
		if c.want == nil {
			require.NoError(t, err, c.uri)
		} else {
			require.ErrorIs(t, err, c.want, c.uri)
		}
	}
}

func TestOpenFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "a b#1.fq")
	require.NoError(t, os.WriteFile(name, []byte("reads"), 0o600))
	uri, err := FileURI(name)
	require.NoError(t, err)
	require.Equal(t, "a b#1.fq", Name(uri))
	o := &Opener{Local: true}
	s, err := o.Open(t.Context(), uri)
	require.NoError(t, err)
	defer s.Close()
	text, err := io.ReadAll(s)
	require.NoError(t, err)
	require.Equal(t, "reads", string(text))
	require.Equal(t, "a b#1.fq", s.Name)
	require.EqualValues(t, 5, s.Size)

	folder, err := FileURI(dir)
	require.NoError(t, err)
	_, err = o.Open(t.Context(), folder)
	require.ErrorContains(t, err, "is a folder")
	_, err = o.Open(t.Context(), uri+"x")
	require.ErrorIs(t, err, errs.ErrNotFound)
}

func TestOpenWeb(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/a/b.fq.gz":
			if r.Header.Get("Accept-Encoding") == "identity" {
				_, _ = io.WriteString(w, "reads")
			}
		case "/secret":
			w.WriteHeader(http.StatusForbidden)
		case "/broken":
			w.WriteHeader(http.StatusBadGateway)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer server.Close()
	o := &Opener{Client: server.Client()}
	s, err := o.Open(t.Context(), server.URL+"/a/b.fq.gz?token=1")
	require.NoError(t, err)
	defer s.Close()
	text, err := io.ReadAll(s)
	require.NoError(t, err)
	require.Equal(t, "reads", string(text))
	require.Equal(t, "b.fq.gz", s.Name)
	require.EqualValues(t, 5, s.Size)
	for path, want := range map[string]error{"/secret": errs.ErrAccessDenied, "/none": errs.ErrNotFound, "/broken": errs.ErrInternal} {
		_, err := o.Open(t.Context(), server.URL+path)
		require.ErrorIs(t, err, want)
		require.ErrorContains(t, err, path)
	}
}
