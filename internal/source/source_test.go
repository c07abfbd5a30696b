package source

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
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

// TestURIsAreSaidOnce: messages name a URI once, and what it was to be.
func TestURIsAreSaidOnce(t *testing.T) {
	listen, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	nobody := "https://" + listen.Addr().String() + "/a.bam"
	require.NoError(t, listen.Close())
	o := &Opener{Local: true}
	_, err = o.Open(t.Context(), nobody)
	require.Equal(t, 1, strings.Count(err.Error(), nobody), err)
	require.NotContains(t, err.Error(), "Get ")
	require.ErrorContains(t, o.Check("file://host/x"), "file://host/x: names a file of the machine host")
	require.EqualError(t, o.CheckFolder("s3://bucket/a"), "s3://bucket/a: destinations in S3 are not supported by this version")
	require.EqualError(t, o.CheckFolder("https://host/a"), "https://host/a: a destination is s3://bucket/folder/ or file:///folder/")
	require.EqualError(t, new(Opener).CheckFolder("file:///a"), "file:///a: files of this machine are not allowed as destinations here")
	require.ErrorIs(t, o.CheckFolder("file://host/x"), errs.ErrValidation)
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

	require.NoError(t, s.Limit(5))
	long, err := o.Open(t.Context(), uri)
	require.NoError(t, err)
	defer long.Close()
	require.ErrorIs(t, long.Limit(4), errs.ErrLimitExceeded)
	for _, odd := range []string{uri + "?x", uri + "#x", uri + "?"} {
		_, err = o.Open(t.Context(), odd)
		require.ErrorIs(t, err, errs.ErrValidation, odd)
	}

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
		case "/chunks":
			for range 5 {
				_, _ = io.WriteString(w, "1234")
				w.(http.Flusher).Flush()
			}
		case "/there":
			http.Redirect(w, r, "/a/b.fq.gz?token=1", http.StatusFound)
		case "/plain":
			http.Redirect(w, r, "http://plain/b.fq.gz?token=1", http.StatusFound)
		case "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
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

	// One whose size is not known beforehand is read up to its limit.
	for limit, want := range map[int64]error{20: nil, 19: errs.ErrLimitExceeded, 0: errs.ErrLimitExceeded} {
		s, err := o.Open(t.Context(), server.URL+"/chunks")
		require.NoError(t, err)
		require.NoError(t, s.Limit(limit))
		text, err := io.ReadAll(s)
		require.ErrorIs(t, err, want)
		require.Equal(t, "12341234123412341234"[:limit], string(text))
		_, err = s.Read(make([]byte, 1))
		require.Error(t, err)
		require.NoError(t, s.Close())
	}

	// A server may lead on, and not to http.
	s, err = o.Open(t.Context(), server.URL+"/there")
	require.NoError(t, err)
	require.NoError(t, s.Close())
	for path, want := range map[string]string{"/plain": "leads on to http://plain/b.fq.gz, which is not https", "/round": "leads on too often"} {
		_, err = o.Open(t.Context(), server.URL+path+"?secret")
		require.ErrorIs(t, err, errs.ErrValidation)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "secret")
		require.NotContains(t, err.Error(), "token")
	}
}

func TestShown(t *testing.T) {
	for uri, want := range map[string]string{
		"https://host/path?X-Amz-Signature=1": "https://host/path",
		"https://user:pass@host/a@b?x":        "https://host/a@b",
		"https://user@host":                   "https://host",
		"file:///a/b":                         "file:///a/b",
		"x":                                   "x",
	} {
		require.Equal(t, want, shown(uri))
	}
}
