// Package mem keeps objects in memory, for tests and trials. What it holds ends
// with the process.
package mem

import (
	"bytes"
	"context"
	"io"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/errs"
)

// Bucket is a set of objects in memory.
type Bucket struct {
	mu      sync.Mutex
	objects map[string]stored
	staged  map[string]*writer // by the name of the piece
	pieces  int
}

type stored struct {
	data []byte
	time time.Time
}

var _ blob.Bucket = (*Bucket)(nil)

// New gives an empty one.
func New() *Bucket {
	return &Bucket{objects: map[string]stored{}, staged: map[string]*writer{}}
}

// find gives an object.
func (b *Bucket) find(ctx context.Context, op, key string) (stored, error) {
	if err := blob.CheckKey(key); err != nil {
		return stored{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	s, ok := b.objects[key]
	if !ok {
		return s, blob.Fail(ctx, op, key, errs.At(errs.NotFound, errs.Pos{}, "there is none"))
	}
	return s, blob.Fail(ctx, op, key, ctx.Err())
}

// Stat describes an object.
func (b *Bucket) Stat(ctx context.Context, key string) (blob.Info, error) {
	s, err := b.find(ctx, "stat", key)
	if err != nil {
		return blob.Info{}, err
	}
	return s.info(key), nil
}

func (s stored) info(key string) blob.Info {
	return blob.Info{Key: key, Size: int64(len(s.data)), ModTime: s.time}
}

// Open opens an object. It may be read on after it is deleted.
func (b *Bucket) Open(ctx context.Context, key string) (blob.Object, error) {
	s, err := b.find(ctx, "open", key)
	if err != nil {
		return nil, err
	}
	return &object{bytes.NewReader(s.data), ctx, key}, nil
}

// List gives objects in the order of their keys, as they are when it begins.
func (b *Bucket) List(ctx context.Context, prefix, after string) iter.Seq2[blob.Info, error] {
	return func(yield func(blob.Info, error) bool) {
		b.mu.Lock()
		objects := maps.Clone(b.objects)
		b.mu.Unlock()
		for _, key := range slices.Sorted(maps.Keys(objects)) {
			if !strings.HasPrefix(key, prefix) || key <= after {
				continue
			}
			if ctx.Err() != nil {
				yield(blob.Info{}, context.Cause(ctx))
				return
			}
			if !yield(objects[key].info(key), nil) {
				return
			}
		}
	}
}

// Delete takes an object away.
func (b *Bucket) Delete(ctx context.Context, key string) error {
	if err := blob.CheckKey(key); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if ctx.Err() == nil {
		delete(b.objects, key)
	}
	return blob.Fail(ctx, "delete", key, ctx.Err())
}

// Copy makes one object of the bytes of another.
func (b *Bucket) Copy(ctx context.Context, src, dst string, opts blob.CreateOptions) error {
	s, err := b.find(ctx, "copy", src)
	if err != nil {
		return err
	}
	return blob.Put(ctx, b, dst, s.data, opts)
}

// Create begins an object.
func (b *Bucket) Create(ctx context.Context, key string, opts blob.CreateOptions) (blob.Writer, error) {
	if err := blob.CheckKey(key); err != nil {
		return nil, err
	}
	if err := blob.CheckLease(opts.Lease); err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pieces++
	w := &writer{b: b, ctx: ctx, key: key, opts: opts, piece: opts.Lease + "/" + strconv.Itoa(b.pieces), time: time.Now()}
	b.staged[w.piece] = w
	return w, nil
}

// Sweep takes away work in progress of which drop says true.
func (b *Bucket) Sweep(ctx context.Context, drop func(blob.Staged) (bool, error)) error {
	b.mu.Lock()
	staged := maps.Clone(b.staged)
	b.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(staged)) {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		w := staged[name]
		b.mu.Lock()
		size := w.sum.Size
		b.mu.Unlock()
		yes, err := drop(blob.Staged{Lease: w.opts.Lease, Name: name, Size: size, ModTime: w.time})
		if err != nil {
			return err
		}
		if yes {
			b.mu.Lock()
			delete(b.staged, name)
			b.mu.Unlock()
		}
	}
	return nil
}

// writer is an object in progress. Its fields are guarded by the bucket.
type writer struct {
	b     *Bucket
	ctx   context.Context
	key   string
	opts  blob.CreateOptions
	piece string
	time  time.Time
	data  []byte
	sum   blob.Sum
	ended bool
}

// alive says why there is nothing more to write, or nil.
func (w *writer) alive() error {
	switch {
	case w.ended:
		return errs.At(errs.Internal, errs.Pos{}, "the writer has ended")
	case w.ctx.Err() != nil:
		return context.Cause(w.ctx)
	}
	return nil
}

func (w *writer) Write(p []byte) (int, error) {
	w.b.mu.Lock()
	defer w.b.mu.Unlock()
	if err := w.alive(); err != nil {
		return 0, blob.Fail(w.ctx, "write", w.key, err)
	}
	w.data = append(w.data, p...)
	w.sum = w.sum.Add(p)
	return len(p), nil
}

// Commit makes the object appear.
func (w *writer) Commit(want *blob.Sum) (blob.Sum, error) {
	w.b.mu.Lock()
	defer w.b.mu.Unlock()
	err := w.alive()
	w.ended = true
	if err == nil {
		err = w.sum.Check(want)
	}
	_, kept := w.b.staged[w.piece]
	delete(w.b.staged, w.piece)
	_, there := w.b.objects[w.key]
	switch {
	case err != nil:
	case !kept:
		err = errs.At(errs.Conflict, errs.Pos{}, "what was staged is gone: the lease %s has ended", w.opts.Lease)
	case there && w.opts.IfAbsent:
		err = errs.At(errs.Conflict, errs.Pos{}, "there is one already")
	}
	if err != nil {
		return blob.Sum{}, blob.Fail(w.ctx, "commit", w.key, err)
	}
	w.b.objects[w.key] = stored{w.data, time.Now()}
	return w.sum, nil
}

// Abort gives the object up.
func (w *writer) Abort() error {
	w.b.mu.Lock()
	defer w.b.mu.Unlock()
	w.ended = true
	delete(w.b.staged, w.piece)
	return nil
}

type object struct {
	*bytes.Reader
	ctx context.Context
	key string
}

// ReadAt reads at an offset.
func (o *object) ReadAt(p []byte, off int64) (int, error) {
	if o.ctx.Err() != nil {
		return 0, context.Cause(o.ctx)
	}
	n, err := o.Reader.ReadAt(p, off)
	return n, blob.Fail(o.ctx, "read", o.key, err)
}

// Range reads n bytes from off.
func (o *object) Range(off, n int64) (io.ReadCloser, error) {
	end, err := blob.CheckRange(o.Size(), off, n)
	if err != nil {
		return nil, blob.Fail(o.ctx, "read", o.key, err)
	}
	return io.NopCloser(io.NewSectionReader(o, off, end-off)), nil
}

func (o *object) Close() error { return nil }
