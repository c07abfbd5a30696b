// Package blobtest is the suite that every driver of objects passes: what
// [blob.Bucket] promises, one promise a test.
package blobtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/errs"
)

// opts are those of a process that is at work.
var opts = blob.CreateOptions{Lease: "lease-1"}

var tests = []struct {
	name string
	run  func(t *testing.T, b blob.Bucket)
}{
	{"AppearsOnCommit", appearsOnCommit},
	{"AbortLeavesNothing", abortLeavesNothing},
	{"EndsOnce", endsOnce},
	{"WrongSum", wrongSum},
	{"Cancelled", cancelled},
	{"Empty", empty},
	{"Replace", replace},
	{"IfAbsent", ifAbsent},
	{"IfAbsentRace", ifAbsentRace},
	{"NotFound", notFound},
	{"Ranges", ranges},
	{"ParallelReads", parallelReads},
	{"Delete", remove},
	{"Copy", copies},
	{"ListOrder", listOrder},
	{"ListPages", listPages},
	{"ListStops", listStops},
	{"Keys", keys},
	{"Leases", leases},
	{"Sweep", sweep},
	{"SweepError", sweepError},
	{"Crowd", crowd},
}

// Run runs the suite; open gives an empty bucket, and cleans up by itself.
func Run(t *testing.T, open func(t *testing.T) blob.Bucket) {
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { test.run(t, open(t)) })
	}
}

// put makes an object.
func put(t *testing.T, b blob.Bucket, key, text string) {
	t.Helper()
	require.NoError(t, blob.Put(t.Context(), b, key, []byte(text), opts))
}

// holds requires an object of a text.
func holds(t *testing.T, b blob.Bucket, key, text string) {
	t.Helper()
	info, err := b.Stat(t.Context(), key)
	require.NoError(t, err)
	require.Equal(t, key, info.Key)
	require.EqualValues(t, len(text), info.Size)
	require.False(t, info.ModTime.IsZero())
	got, err := blob.Get(t.Context(), b, key, int64(len(text)))
	require.NoError(t, err)
	require.Equal(t, text, string(got))
}

// absent requires that there is no object, for Stat, Open and List.
func absent(t *testing.T, b blob.Bucket, key string) {
	t.Helper()
	_, err := b.Stat(t.Context(), key)
	require.ErrorIs(t, err, errs.ErrNotFound)
	_, err = b.Open(t.Context(), key)
	require.ErrorIs(t, err, errs.ErrNotFound)
	require.NotContains(t, list(t, b, "", ""), key)
}

func list(t *testing.T, b blob.Bucket, prefix, after string) []string {
	t.Helper()
	out := []string{}
	for info, err := range b.List(t.Context(), prefix, after) {
		require.NoError(t, err)
		out = append(out, info.Key)
	}
	return out
}

// inProgress counts the pieces of unfinished work.
func inProgress(t *testing.T, b blob.Bucket) (n int) {
	t.Helper()
	require.NoError(t, b.Sweep(t.Context(), func(blob.Staged) (bool, error) {
		n++
		return false, nil
	}))
	return n
}

func create(t *testing.T, b blob.Bucket, key string) blob.Writer {
	t.Helper()
	w, err := b.Create(t.Context(), key, opts)
	require.NoError(t, err)
	return w
}

func write(t *testing.T, w io.Writer, text string) {
	t.Helper()
	n, err := io.WriteString(w, text)
	require.NoError(t, err)
	require.Equal(t, len(text), n)
}

func appearsOnCommit(t *testing.T, b blob.Bucket) {
	const key = "objects/000000000000/sequenceStore/1234567890/readSet/0987654321/reads.bam"
	w := create(t, b, key)
	absent(t, b, key)
	write(t, w, "first, ")
	absent(t, b, key)
	write(t, w, "second")
	absent(t, b, key)
	want := blob.SumOf([]byte("first, second"))
	sum, err := w.Commit(&want)
	require.NoError(t, err)
	require.Equal(t, want, sum)
	holds(t, b, key, "first, second")
	require.Equal(t, []string{key}, list(t, b, "", ""))
	require.Zero(t, inProgress(t, b))
}

func abortLeavesNothing(t *testing.T, b blob.Bucket) {
	w := create(t, b, "a/b")
	write(t, w, "text")
	require.NoError(t, w.Abort())
	absent(t, b, "a/b")
	require.NoError(t, create(t, b, "a/b").Abort())
	absent(t, b, "a/b")
	require.Zero(t, inProgress(t, b))
}

func endsOnce(t *testing.T, b blob.Bucket) {
	w := create(t, b, "done")
	write(t, w, "text")
	_, err := w.Commit(nil)
	require.NoError(t, err)
	_, err = w.Commit(nil)
	require.Error(t, err)
	_, err = w.Write([]byte("more"))
	require.Error(t, err)
	require.NoError(t, w.Abort(), "after Commit: nothing")
	holds(t, b, "done", "text")

	w = create(t, b, "given up")
	require.NoError(t, w.Abort())
	require.NoError(t, w.Abort())
	_, err = w.Write([]byte("more"))
	require.Error(t, err)
	_, err = w.Commit(nil)
	require.Error(t, err)
	absent(t, b, "given up")
}

func wrongSum(t *testing.T, b blob.Bucket) {
	for name, want := range map[string]blob.Sum{
		"longer":   {Size: 5, CRC32C: blob.SumOf([]byte("text")).CRC32C},
		"checksum": {Size: 4, CRC32C: blob.SumOf([]byte("test")).CRC32C},
		"zero":     {},
	} {
		w := create(t, b, name)
		write(t, w, "text")
		_, err := w.Commit(&want)
		require.ErrorIs(t, err, errs.ErrCorrupt, name)
		require.ErrorContains(t, err, name, "names the object")
		absent(t, b, name)
	}
	require.Zero(t, inProgress(t, b))
}

func cancelled(t *testing.T, b blob.Bucket) {
	put(t, b, "there", "text")
	why := errors.New("no longer wanted")
	ctx, cancel := context.WithCancelCause(t.Context())
	w, err := b.Create(ctx, "new", opts)
	require.NoError(t, err)
	write(t, w, "text")
	cancel(why)
	_, err = w.Write([]byte("more"))
	require.ErrorIs(t, err, why)
	_, err = w.Commit(nil)
	require.ErrorIs(t, err, why)
	require.NoError(t, w.Abort(), "works without a context")
	absent(t, b, "new")
	require.Zero(t, inProgress(t, b))

	_, err = b.Create(ctx, "new", opts)
	require.ErrorIs(t, err, why)
	_, err = b.Open(ctx, "there")
	require.ErrorIs(t, err, why)
	_, err = b.Stat(ctx, "there")
	require.ErrorIs(t, err, why)
	require.ErrorIs(t, b.Copy(ctx, "there", "new", opts), why)
	require.ErrorIs(t, b.Delete(ctx, "there"), why)
	for _, err := range b.List(ctx, "", "") {
		require.ErrorIs(t, err, why)
	}
	holds(t, b, "there", "text")
}

func empty(t *testing.T, b blob.Bucket) {
	w := create(t, b, "empty")
	sum, err := w.Commit(&blob.Sum{})
	require.NoError(t, err)
	require.Zero(t, sum)
	holds(t, b, "empty", "")
	o, err := b.Open(t.Context(), "empty")
	require.NoError(t, err)
	defer o.Close()
	r, err := o.Range(0, -1)
	require.NoError(t, err)
	text, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Empty(t, text)
	require.NoError(t, r.Close())
}

func replace(t *testing.T, b blob.Bucket) {
	put(t, b, "a/key", "first")
	w := create(t, b, "a/key")
	write(t, w, "the second")
	holds(t, b, "a/key", "first")
	_, err := w.Commit(nil)
	require.NoError(t, err)
	holds(t, b, "a/key", "the second")
	require.Equal(t, []string{"a/key"}, list(t, b, "", ""))
}

func ifAbsent(t *testing.T, b blob.Bucket) {
	once := opts
	once.IfAbsent = true
	require.NoError(t, blob.Put(t.Context(), b, "a/key", []byte("first"), once))
	require.ErrorIs(t, blob.Put(t.Context(), b, "a/key", []byte("second"), once), errs.ErrConflict)
	put(t, b, "src", "third")
	require.ErrorIs(t, b.Copy(t.Context(), "src", "a/key", once), errs.ErrConflict)
	holds(t, b, "a/key", "first")
	require.Zero(t, inProgress(t, b))
	require.NoError(t, b.Delete(t.Context(), "a/key"))
	require.NoError(t, b.Copy(t.Context(), "src", "a/key", once))
	holds(t, b, "a/key", "third")
}

func ifAbsentRace(t *testing.T, b blob.Bucket) {
	once := opts
	once.IfAbsent = true
	const writers = 8
	results := make([]error, writers)
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() { results[i] = blob.Put(t.Context(), b, "one/for all", fmt.Appendf(nil, "writer %d", i), once) })
	}
	wg.Wait()
	winner := -1
	for i, err := range results {
		if err == nil {
			require.Equal(t, -1, winner, "two won")
			winner = i
			continue
		}
		require.ErrorIs(t, err, errs.ErrConflict)
	}
	require.NotEqual(t, -1, winner, "nobody won")
	holds(t, b, "one/for all", fmt.Sprintf("writer %d", winner))
}

func notFound(t *testing.T, b blob.Bucket) {
	put(t, b, "folder/file", "text")
	for _, key := range []string{"file", "folder", "folder/fil", "folder/file/x", "folder/file/x/y", "folder/fileX"} {
		absent(t, b, key)
		_, err := b.Stat(t.Context(), key)
		require.ErrorContains(t, err, key, "names the object")
		require.ErrorIs(t, b.Copy(t.Context(), key, "new", opts), errs.ErrNotFound)
		require.NoError(t, b.Delete(t.Context(), key), "what is not there can be deleted: %s", key)
	}
	absent(t, b, "new")
	holds(t, b, "folder/file", "text")
	require.Zero(t, inProgress(t, b))
}

func ranges(t *testing.T, b blob.Bucket) {
	const text = "0123456789"
	put(t, b, "digits", text)
	o, err := b.Open(t.Context(), "digits")
	require.NoError(t, err)
	defer o.Close()
	require.EqualValues(t, len(text), o.Size())
	for _, c := range []struct {
		off, n int64
		want   string
	}{
		{0, -1, text}, {0, 10, text}, {0, 11, text}, {0, 1 << 62, text}, {3, 4, "3456"}, {9, 1, "9"}, {9, -1, "9"},
		{5, 0, ""}, {10, 0, ""}, {10, -1, ""}, {10, 5, ""},
	} {
		r, err := o.Range(c.off, c.n)
		require.NoError(t, err, "%d %d", c.off, c.n)
		got, err := io.ReadAll(r)
		require.NoError(t, err)
		require.Equal(t, c.want, string(got), "%d %d", c.off, c.n)
		require.NoError(t, r.Close())
	}
	_, err = o.Range(11, 1)
	require.ErrorIs(t, err, errs.ErrRangeNotSatisfiable)
	require.ErrorContains(t, err, "digits")
	_, err = o.Range(-1, 1)
	require.ErrorIs(t, err, errs.ErrValidation)

	buf := make([]byte, 4)
	n, err := o.ReadAt(buf, 6)
	require.Equal(t, 4, n)
	require.True(t, err == nil || err == io.EOF, "%v", err)
	require.Equal(t, "6789", string(buf))
	n, err = o.ReadAt(buf, 8)
	require.Equal(t, 2, n)
	require.Equal(t, io.EOF, err)
	n, err = o.ReadAt(buf, 20)
	require.Zero(t, n)
	require.Equal(t, io.EOF, err)

	_, err = blob.Get(t.Context(), b, "digits", 9)
	require.ErrorIs(t, err, errs.ErrLimitExceeded)
}

func parallelReads(t *testing.T, b blob.Bucket) {
	rnd := rand.New(rand.NewPCG(1, 2))
	data := make([]byte, 1<<20+17)
	for i := range data {
		data[i] = byte(rnd.Uint32())
	}
	require.NoError(t, blob.Put(t.Context(), b, "big", data, opts))
	o, err := b.Open(t.Context(), "big")
	require.NoError(t, err)
	defer o.Close()
	var wg sync.WaitGroup
	errors := make(chan error, 64)
	for seed := range uint64(8) {
		wg.Go(func() {
			rnd := rand.New(rand.NewPCG(3, seed))
			for range 20 {
				off := rnd.IntN(len(data))
				n := rnd.IntN(len(data) - off)
				buf := make([]byte, n)
				if _, err := o.ReadAt(buf, int64(off)); err != nil && err != io.EOF {
					errors <- err
					return
				}
				if !bytes.Equal(buf, data[off:off+n]) {
					errors <- fmt.Errorf("other bytes at %d", off)
					return
				}
				r, err := o.Range(int64(off), int64(n))
				if err != nil {
					errors <- err
					return
				}
				got, err := io.ReadAll(r)
				if err != nil || !bytes.Equal(got, buf) {
					errors <- fmt.Errorf("range at %d: %w", off, err)
					return
				}
			}
		})
	}
	wg.Wait()
	close(errors)
	require.NoError(t, <-errors)
}

func remove(t *testing.T, b blob.Bucket) {
	put(t, b, "a/b/one", "1")
	put(t, b, "a/b/two", "2")
	put(t, b, "a/c/three", "3")
	require.NoError(t, b.Delete(t.Context(), "a/b/one"))
	absent(t, b, "a/b/one")
	holds(t, b, "a/b/two", "2")
	require.NoError(t, b.Delete(t.Context(), "a/b/one"), "again")
	require.NoError(t, b.Delete(t.Context(), "a/b/two"))
	require.Equal(t, []string{"a/c/three"}, list(t, b, "", ""))
	put(t, b, "a/b/one", "again")
	holds(t, b, "a/b/one", "again")
}

func copies(t *testing.T, b blob.Bucket) {
	put(t, b, "a/src", "text")
	require.NoError(t, b.Copy(t.Context(), "a/src", "b/dst", opts))
	holds(t, b, "b/dst", "text")
	require.NoError(t, b.Copy(t.Context(), "a/src", "b/dst", opts), "again")
	holds(t, b, "b/dst", "text")
	require.NoError(t, b.Copy(t.Context(), "a/src", "a/src", opts), "onto itself")
	holds(t, b, "a/src", "text")
	put(t, b, "a/src", "new text")
	holds(t, b, "b/dst", "text")
	require.NoError(t, b.Copy(t.Context(), "a/src", "b/dst", opts))
	require.NoError(t, b.Delete(t.Context(), "a/src"))
	holds(t, b, "b/dst", "new text")
	require.Equal(t, []string{"b/dst"}, list(t, b, "", ""))
	require.Zero(t, inProgress(t, b))
}

// someKeys are in the order of their bytes, where slashes come after some
// characters and before others.
var someKeys = []string{
	"A", "a!b", "a-b/x", "a.b", "a/a", "a/b/c", "a/b/d", "a/bb", "a/b~", "a0/x", "ab!", "ab.c/d", "ab/c", "b/\u00e9", "c d/e+f=g,h;(i)",
}

func listOrder(t *testing.T, b blob.Bucket) {
	for _, i := range rand.New(rand.NewPCG(1, 1)).Perm(len(someKeys)) {
		put(t, b, someKeys[i], someKeys[i])
	}
	require.Equal(t, someKeys, list(t, b, "", ""))
	cuts := append([]string{"", "a", "a/", "a/b", "a/b/", "a/b/c", "a/bb", "ab", "z", "a//", "/", "..", "a/../"}, someKeys...)
	for _, prefix := range cuts {
		for _, after := range cuts {
			want := []string{}
			for _, key := range someKeys {
				if strings.HasPrefix(key, prefix) && key > after {
					want = append(want, key)
				}
			}
			require.Equal(t, want, list(t, b, prefix, after), "prefix %q after %q", prefix, after)
		}
	}
}

func listPages(t *testing.T, b blob.Bucket) {
	for _, key := range someKeys {
		put(t, b, key, "12345")
	}
	for limit := 1; limit <= len(someKeys)+1; limit++ {
		var got []string
		after, pages := "", 0
		for more := true; more; pages++ {
			var page []blob.Info
			var err error
			page, more, err = blob.Page(t.Context(), b, "a", after, limit)
			require.NoError(t, err)
			require.LessOrEqual(t, len(page), limit)
			require.False(t, more && len(page) < limit, "a short page is the last")
			for _, info := range page {
				require.EqualValues(t, 5, info.Size)
				got = append(got, info.Key)
			}
			after = got[len(got)-1]
		}
		require.Equal(t, someKeys[1:13], got, "limit %d", limit)
		require.Equal(t, (12+limit-1)/limit, pages)
	}
}

func listStops(t *testing.T, b blob.Bucket) {
	for _, key := range someKeys {
		put(t, b, key, "")
	}
	n := 0
	for _, err := range b.List(t.Context(), "", "") {
		require.NoError(t, err)
		if n++; n == 3 {
			break
		}
	}
	require.Equal(t, 3, n)
	for info, err := range b.List(t.Context(), "a", "") { // what goes during a listing spoils nothing
		require.NoError(t, err)
		require.NoError(t, b.Delete(t.Context(), info.Key))
	}
	require.Equal(t, append([]string{someKeys[0]}, someKeys[13:]...), list(t, b, "", ""))
}

func keys(t *testing.T, b blob.Bucket) {
	part := strings.Repeat("p", blob.MaxPart)
	longest := strings.Join([]string{part, part, part, part}, "/")
	put(t, b, "a", "text")
	put(t, b, longest[:blob.MaxKey-1], "long")
	holds(t, b, longest[:blob.MaxKey-1], "long")
	for _, key := range []string{
		"", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/./b", "a/..", "a\x00b", "a\nb", "a\x7fb", `a\b`, "a\xffb",
		part + "p", longest + "/p",
	} {
		_, err := b.Create(t.Context(), key, opts)
		require.ErrorIs(t, err, errs.ErrValidation, "%q", key)
		_, err = b.Open(t.Context(), key)
		require.ErrorIs(t, err, errs.ErrValidation, "%q", key)
		_, err = b.Stat(t.Context(), key)
		require.ErrorIs(t, err, errs.ErrValidation, "%q", key)
		require.ErrorIs(t, b.Delete(t.Context(), key), errs.ErrValidation, "%q", key)
		require.ErrorIs(t, b.Copy(t.Context(), "a", key, opts), errs.ErrValidation, "%q", key)
		require.ErrorIs(t, b.Copy(t.Context(), key, "a", opts), errs.ErrValidation, "%q", key)
	}
}

func leases(t *testing.T, b blob.Bucket) {
	put(t, b, "src", "text")
	for _, lease := range []string{"", "a/b", "..", "a b", strings.Repeat("x", 65), "\u00e9"} {
		_, err := b.Create(t.Context(), "a", blob.CreateOptions{Lease: lease})
		require.ErrorIs(t, err, errs.ErrValidation, "%q", lease)
		require.ErrorIs(t, b.Copy(t.Context(), "src", "a", blob.CreateOptions{Lease: lease}), errs.ErrValidation, "%q", lease)
	}
}

func sweep(t *testing.T, b blob.Bucket) {
	put(t, b, "there", "text")
	var writers []blob.Writer
	for i := range 4 {
		w, err := b.Create(t.Context(), fmt.Sprintf("key/%d", i), blob.CreateOptions{Lease: []string{"live", "ended"}[i%2]})
		require.NoError(t, err)
		write(t, w, "text")
		writers = append(writers, w)
	}
	require.Equal(t, 4, inProgress(t, b))
	names := map[string]bool{}
	drop := func(s blob.Staged) (bool, error) {
		require.False(t, names[s.Name], "asked twice of one piece")
		names[s.Name] = true
		require.False(t, s.ModTime.IsZero())
		return s.Lease == "ended", nil
	}
	require.NoError(t, b.Sweep(t.Context(), drop))
	require.Len(t, names, 4)
	require.Equal(t, 2, inProgress(t, b))
	for i, w := range writers {
		_, err := w.Commit(nil)
		if i%2 == 0 {
			require.NoError(t, err)
			holds(t, b, fmt.Sprintf("key/%d", i), "text")
		} else {
			require.ErrorIs(t, err, errs.ErrConflict, "its lease has ended")
			require.ErrorContains(t, err, "ended")
			absent(t, b, fmt.Sprintf("key/%d", i))
		}
	}
	require.Zero(t, inProgress(t, b))
	holds(t, b, "there", "text")
}

func sweepError(t *testing.T, b blob.Bucket) {
	w := create(t, b, "key")
	why := errors.New("the catalog is away")
	require.ErrorIs(t, b.Sweep(t.Context(), func(blob.Staged) (bool, error) { return true, why }), why)
	require.Equal(t, 1, inProgress(t, b))
	_, err := w.Commit(nil)
	require.NoError(t, err)
}

// crowd: objects that come and go side by side in the same folders.
func crowd(t *testing.T, b blob.Bucket) {
	var wg sync.WaitGroup
	failures := make(chan error, 64)
	for i := range 4 {
		wg.Go(func() {
			mine := blob.CreateOptions{Lease: fmt.Sprintf("lease-%d", i)}
			for n := range 30 {
				key := fmt.Sprintf("deep/er/%d/%d", n%2, i)
				if err := blob.Put(t.Context(), b, key, []byte(key), mine); err != nil {
					failures <- err
					return
				}
				if got, err := blob.Get(t.Context(), b, key, 100); err != nil || string(got) != key {
					failures <- fmt.Errorf("got %q: %w", got, err)
					return
				}
				if err := b.Delete(t.Context(), key); err != nil {
					failures <- err
					return
				}
			}
		})
	}
	wg.Wait()
	close(failures)
	require.NoError(t, <-failures)
	require.Empty(t, list(t, b, "", ""))
	require.Zero(t, inProgress(t, b))
}
