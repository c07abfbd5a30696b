package source

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/seqlode/seqlode/internal/errs"
)

// Opener opens sources; the zero value opens https:// alone. It serves any number
// of goroutines.
type Opener struct {
	Local  bool         // file:// is allowed
	Client *http.Client // nil is http.DefaultClient
}

// Stream is an open source. Its reader is used by one goroutine.
type Stream struct {
	io.ReadCloser
	Name string // of the file, without folders
	Size int64  // in bytes; -1 where not known
}

// Check refuses, as Validation, a URI that Open would not look at, and, as
// NotSupported, one of a kind that is not there.
func (o *Opener) Check(uri string) error {
	_, err := o.parse(uri)
	return err
}

// Name is the name of the file that a URI names, without folders.
func Name(uri string) string {
	if u, err := url.Parse(uri); err == nil && u.Path != "" {
		return path.Base(u.Path)
	}
	return path.Base(uri)
}

// parse takes the URI of a source.
func (o *Opener) parse(uri string) (*url.URL, error) {
	u, err := url.Parse(uri)
	if err != nil {
		return nil, refuse(uri, errs.Validation, "is no URI")
	}
	switch {
	case u.Scheme == "file":
		err = o.checkFile(uri, u, "sources")
	case u.Scheme == "https" && u.Host != "":
	case u.Scheme == "s3":
		err = refuse(uri, errs.NotSupported, "sources in S3 are not supported by this version")
	default:
		err = refuse(uri, errs.Validation, "a source is s3://bucket/key, https://host/path or file:///folder/name")
	}
	return u, err
}

// refuse is the error of a URI.
func refuse(uri string, kind errs.Kind, why string) error {
	return errs.At(kind, errs.Pos{File: shown(uri)}, "%s", why)
}

// checkFile refuses the URI of a file where those of this machine are not allowed,
// or that names none of them.
func (o *Opener) checkFile(uri string, u *url.URL, as string) error {
	switch {
	case !o.Local:
		return refuse(uri, errs.Validation, "files of this machine are not allowed as "+as+" here")
	case u.Host != "" && u.Host != "localhost":
		return refuse(uri, errs.Validation, "names a file of the machine "+u.Host+"; a file's URI is file:///folder/name")
	case !path.IsAbs(u.Path) || path.Base(u.Path) == "/":
		return refuse(uri, errs.Validation, "a file's URI is file:///folder/name")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return refuse(uri, errs.Validation, "a file's URI has %3F for a question mark in a name, and %23 for a #")
	}
	return nil
}

// shown is what messages tell of a URI: without what may be a secret, a user's
// name and password, and the query in which signed URLs carry their signature.
func shown(uri string) string {
	uri, _, _ = strings.Cut(uri, "?")
	if scheme, rest, ok := strings.Cut(uri, "://"); ok {
		host, below, cut := strings.Cut(rest, "/")
		if at := strings.LastIndexByte(host, '@'); at >= 0 {
			uri = scheme + "://" + host[at+1:]
			if cut {
				uri += "/" + below
			}
		}
	}
	return uri
}

// FileURI is the URI of a file of this machine.
func FileURI(name string) (string, error) {
	abs, err := filepath.Abs(name)
	if err != nil {
		return "", errs.At(errs.Internal, errs.Pos{File: name}, "%w", err)
	}
	slashed := filepath.ToSlash(abs)
	if !path.IsAbs(slashed) { // a drive of Windows
		slashed = "/" + slashed
	}
	return (&url.URL{Scheme: "file", Path: slashed}).String(), nil
}

// Open opens a source. It is closed by the caller, and ends with ctx.
func (o *Opener) Open(ctx context.Context, uri string) (*Stream, error) {
	u, err := o.parse(uri)
	if err != nil {
		return nil, err
	}
	if u.Scheme == "file" {
		return openFile(localPath(u.Path))
	}
	return o.get(ctx, u)
}

// Limit bounds a source, which has not been read yet, to most bytes. One that is
// larger is LimitExceeded: at once where that is known, else when it is read so
// far.
func (s *Stream) Limit(most int64) error {
	large := errs.At(errs.LimitExceeded, errs.Pos{File: s.Name}, "has more than %d MiB, the most that it may have", most>>20)
	if s.Size > most {
		return large
	}
	s.ReadCloser = &bounded{s.ReadCloser, most, large}
	return nil
}

// bounded is a source that may not be longer than a number of bytes.
type bounded struct {
	io.ReadCloser
	left  int64 // below 0 where it is longer
	large error
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, b.large
	}
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return n + int(b.left), b.large
	}
	return n, err
}

// localPath is the path of a file's URI as this system writes it.
func localPath(p string) string {
	if filepath.Separator == '\\' && len(p) > 2 && p[2] == ':' {
		p = p[1:]
	}
	return filepath.FromSlash(p)
}

func openFile(name string) (*Stream, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, errs.At(kindOf(err), errs.Pos{File: name}, "%w", errors.Unwrap(err))
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = errs.At(errs.Validation, errs.Pos{File: name}, "is a folder")
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	size := int64(-1)
	if info.Mode().IsRegular() {
		size = info.Size()
	}
	return &Stream{f, filepath.Base(name), size}, nil
}

func kindOf(err error) errs.Kind {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errs.NotFound
	case errors.Is(err, fs.ErrExist):
		return errs.Conflict
	case errors.Is(err, fs.ErrPermission):
		return errs.AccessDenied
	}
	return errs.Internal
}

// get asks a web server for a source.
func (o *Opener) get(ctx context.Context, u *url.URL) (*Stream, error) {
	where := errs.Pos{File: shown(u.String())}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, errs.At(errs.Validation, where, "%w", bare(err))
	}
	req.Header.Set("Accept-Encoding", "identity") // the file as it is stored there
	client := http.Client{}
	if o.Client != nil {
		client = *o.Client
	}
	follow := client.CheckRedirect
	client.CheckRedirect = func(req *http.Request, via []*http.Request) error {
		switch {
		case req.URL.Scheme != "https":
			return errs.At(errs.Validation, errs.Pos{}, "the server leads on to %s, which is not https", shown(req.URL.String()))
		case follow != nil:
			return follow(req, via)
		case len(via) >= 10:
			return errs.At(errs.Validation, errs.Pos{}, "the server leads on too often")
		}
		return nil
	}
	resp, err := client.Do(req)
	if err != nil {
		kind := errs.Internal
		if e, ok := errors.AsType[*errs.Error](err); ok {
			kind = e.Kind
		}
		return nil, errs.At(kind, where, "%w", bare(err))
	}
	if resp.StatusCode != http.StatusOK {
		kind := errs.Internal
		switch resp.StatusCode {
		case http.StatusNotFound, http.StatusGone:
			kind = errs.NotFound
		case http.StatusUnauthorized, http.StatusForbidden:
			kind = errs.AccessDenied
		}
		_ = resp.Body.Close() // the status is what matters
		return nil, errs.At(kind, where, "the server answers %s", resp.Status)
	}
	return &Stream{resp.Body, path.Base(u.Path), resp.ContentLength}, nil
}

// bare is the error of a request without the URL.
func bare(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}
