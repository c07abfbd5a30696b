package dir_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/blob/dir"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/vfs/vfstest"
)

// A change is one call on a bucket and what it may do to one key.
type change struct {
	name   string
	key    string
	before string // "" for no object
	after  string
	run    func(b blob.Bucket) error
}

const (
	oldText = "the old text"
	newText = "the new text, which is longer"
)

func changes(ctx context.Context) []change {
	put := func(key string, opts blob.CreateOptions) func(blob.Bucket) error {
		return func(b blob.Bucket) error {
			w, err := b.Create(ctx, key, opts)
			if err != nil {
				return err
			}
			for _, part := range []string{newText[:5], newText[5:20], newText[20:]} {
				if _, err := w.Write([]byte(part)); err != nil {
					return errors.Join(err, w.Abort())
				}
			}
			want := blob.SumOf([]byte(newText))
			_, err = w.Commit(&want)
			return err
		}
	}
	once := mine
	once.IfAbsent = true
	return []change{
		{"a new object", "a/new/object", "", newText, put("a/new/object", mine)},
		{"a new object beside another", "a/new", "", newText, put("a/new", mine)},
		{"a replaced object", "a/old", oldText, newText, put("a/old", mine)},
		{"an object that must be the first", "a/new/object", "", newText, put("a/new/object", once)},
		{"a copy", "b/copy", "", oldText, func(b blob.Bucket) error { return b.Copy(ctx, "a/old", "b/copy", mine) }},
		{"a copy that replaces", "x/other", "others", oldText, func(b blob.Bucket) error { return b.Copy(ctx, "a/old", "x/other", mine) }},
		{"a delete", "a/old", oldText, "", func(b blob.Bucket) error { return b.Delete(ctx, "a/old") }},
		{"a delete of the last", "y/z/last", "others", "", func(b blob.Bucket) error { return b.Delete(ctx, "y/z/last") }},
	}
}

// start is a disk as it is before each change.
func start(t *testing.T) *vfstest.Disk {
	disk := vfstest.NewDisk()
	b := dir.New(disk, dir.Options{})
	for key, text := range map[string]string{"a/old": oldText, "x/other": "others", "y/z/last": "others"} {
		require.NoError(t, blob.Put(t.Context(), b, key, []byte(text), mine))
	}
	return disk
}

// state gives all objects with their texts.
func state(t *testing.T, disk *vfstest.Disk) map[string]string {
	t.Helper()
	b := dir.New(disk, dir.Options{})
	out := map[string]string{}
	for info, err := range b.List(t.Context(), "", "") {
		require.NoError(t, err)
		text, err := blob.Get(t.Context(), b, info.Key, 1000)
		require.NoError(t, err)
		out[info.Key] = string(text)
	}
	return out
}

// with gives a state with one key as told.
func with(all map[string]string, key, text string) map[string]string {
	out := maps.Clone(all)
	delete(out, key)
	if text != "" {
		out[key] = text
	}
	return out
}

// TestEveryOperationFails fails each file operation of each change in turn, in
// each way: alone or with all after it, done or not done. What was said to be done
// is done, what was not is done wholly or not at all, nothing else is touched, and
// the change works when it is tried again.
func TestEveryOperationFails(t *testing.T) {
	broken := errors.New("broken")
	for _, c := range changes(t.Context()) {
		for way, rule := range map[string]func(n int) *vfstest.Rule{
			"fails":                   func(n int) *vfstest.Rule { return vfstest.Nth(n, vfstest.Fault{Err: broken}) },
			"fails halfway":           func(n int) *vfstest.Rule { return vfstest.Nth(n, vfstest.Fault{Err: broken, Keep: 3}) },
			"is done and fails":       func(n int) *vfstest.Rule { return vfstest.Nth(n, vfstest.Fault{Err: broken, Done: true}) },
			"and all after fail":      func(n int) *vfstest.Rule { return vfstest.Gone(n, vfstest.Fault{Err: broken, Keep: 3}) },
			"is done, all after fail": func(n int) *vfstest.Rule { return vfstest.Gone(n, vfstest.Fault{Err: broken, Done: true}) },
		} {
			failures := 0
			for n, hit := 1, true; hit; n++ {
				what := fmt.Sprintf("%s: operation %d %s", c.name, n, way)
				disk := start(t)
				before := state(t, disk)
				faults := rule(n)
				err := c.run(dir.New(vfstest.Wrap(disk, faults.Hook), dir.Options{}))
				hit = faults.Hit()
				got := state(t, disk)
				if err == nil {
					require.Equal(t, with(before, c.key, c.after), got, what)
				} else {
					failures++
					require.ErrorIs(t, err, broken, what)
					var e *errs.Error
					require.ErrorAs(t, err, &e, what)
					require.Equal(t, errs.Internal, e.Kind, what)
					require.Contains(t, []any{with(before, c.key, c.before), with(before, c.key, c.after)}, any(got), what)
				}

				// Another try, by a process that finds what this one left.
				b := dir.New(disk, dir.Options{})
				err = c.run(b)
				if !errors.Is(err, errs.ErrConflict) { // the first try may have made what must be the first
					require.NoError(t, err, what)
				}
				require.Equal(t, with(before, c.key, c.after), state(t, disk), what)
				left := 0
				require.NoError(t, b.Sweep(t.Context(), func(blob.Staged) (bool, error) { left++; return true, nil }))
				require.LessOrEqual(t, left, 1, what)
				entries, err := disk.ReadDir("staging")
				require.NoError(t, err)
				require.Empty(t, entries, what)
			}
			require.NotZero(t, failures, "%s: no operation %s", c.name, way)
		}
	}
}

// TestPowerCut cuts the power before each file operation of a history. What was
// acknowledged is there, the change under way is done wholly or not at all.
func TestPowerCut(t *testing.T) {
	disk := start(t)
	acknowledged := state(t, disk)
	var now change
	cuts := 0
	rnd := rand.New(rand.NewPCG(1, 2))
	cut := func(vfstest.Op) *vfstest.Fault {
		chances := []func() bool{nil, func() bool { return true }}
		for range 6 {
			chances = append(chances, func() bool { return rnd.IntN(2) == 0 })
		}
		for _, keep := range chances {
			got := state(t, disk.Cut(keep))
			allowed := []any{any(acknowledged), any(with(acknowledged, now.key, now.after))}
			require.Contains(t, allowed, any(got), "power cut %d, during %s", cuts, now.name)
			cuts++
		}
		return nil
	}
	b := dir.New(vfstest.Wrap(disk, cut), dir.Options{})
	for range 2 { // the second time on what the first left
		for _, now = range changes(t.Context()) {
			if now.name == "an object that must be the first" {
				require.NoError(t, dir.New(disk, dir.Options{}).Delete(t.Context(), now.key))
				acknowledged = with(acknowledged, now.key, "")
			}
			if now.key == "a/new" {
				continue // a folder by now
			}
			if now.name == "a copy" || now.name == "a copy that replaces" {
				now.after = acknowledged["a/old"]
			}
			require.NoError(t, now.run(b), now.name)
			acknowledged = with(acknowledged, now.key, now.after)
			cut(vfstest.Op{})
		}
		require.NoError(t, blob.Put(t.Context(), dir.New(disk, dir.Options{}), "a/old", []byte(oldText), mine))
		acknowledged = with(acknowledged, "a/old", oldText)
	}
	require.Greater(t, cuts, 500)
}

// TestFullDisk writes on disks with room for less and less.
func TestFullDisk(t *testing.T) {
	for room := range len(newText) + 2 {
		disk := start(t)
		before := state(t, disk)
		c := changes(t.Context())[0]
		err := c.run(dir.New(vfstest.Wrap(disk, vfstest.Full(room)), dir.Options{}))
		if room > len(newText) { // its folders take room too
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, "no space left")
		require.ErrorContains(t, err, c.key)
		require.Equal(t, before, state(t, disk))
		entries, err := disk.ReadDir("staging/mine")
		require.NoError(t, err)
		require.Empty(t, entries, "the room is given back")
	}
}

func TestReserved(t *testing.T) {
	disk := start(t)
	b := dir.New(disk, dir.Options{Reserved: []string{"catalog.db"}})
	other := dir.New(disk, dir.Options{})
	require.NoError(t, blob.Put(t.Context(), other, "catalog.db", []byte("x"), mine))
	for _, key := range []string{"catalog.db", "catalog.db/x", "staging", "staging/mine/1"} {
		_, err := b.Stat(t.Context(), key)
		require.ErrorIs(t, err, errs.ErrValidation, key)
	}
	for info, err := range b.List(t.Context(), "", "") {
		require.NoError(t, err)
		require.NotEqual(t, "catalog.db", info.Key)
	}
}

// TestFullDiskSaid: a full disk is called that, and the staged file is not named.
func TestFullDiskSaid(t *testing.T) {
	for _, kind := range []vfstest.Kind{vfstest.Create, vfstest.Write, vfstest.Sync} {
		full := func(op vfstest.Op) *vfstest.Fault {
			if op.Kind == kind {
				return &vfstest.Fault{Err: syscall.ENOSPC}
			}
			return nil
		}
		err := blob.Put(t.Context(), dir.New(vfstest.Wrap(vfstest.NewDisk(), full), dir.Options{}), "objects/x", []byte("text"), mine)
		require.ErrorIs(t, err, syscall.ENOSPC)
		require.ErrorContains(t, err, "object objects/x: the disk is full")
		require.NotContains(t, err.Error(), "staging/")
	}
}

// TestSaidOnce: an error names the object, and neither the call nor the path again.
func TestSaidOnce(t *testing.T) {
	denied := func(vfstest.Op) *vfstest.Fault { return &vfstest.Fault{Err: syscall.EACCES} }
	b := dir.New(vfstest.Wrap(vfstest.NewDisk(), denied), dir.Options{})
	_, err := b.Open(t.Context(), "a/b")
	require.EqualError(t, err, "open: object a/b: "+syscall.EACCES.Error())
	_, err = b.Stat(t.Context(), "a/b")
	require.EqualError(t, err, "stat: object a/b: "+syscall.EACCES.Error())
}
