package reference

import (
	"context"
	"errors"
	"io"
	"sync"

	"github.com/seqlode/seqlode/internal/bgzf"
	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/fasta"
	"github.com/seqlode/seqlode/internal/vault"
)

// openFiles keeps references open that decoders ask, up to a bound of memory but
// for those in use.
type openFiles struct {
	service *Service
	bound   int64

	mu   sync.Mutex
	open map[catalog.ID]*openFile
	uses int64 // so far
}

// openFile is a stored reference that is open when ready is closed.
type openFile struct {
	ready chan struct{}
	err   error
	*StoredFile

	users   int
	last    int64 // the number of its last use
	dropped bool  // it is closed with its last user
}

// with calls use with a stored reference.
func (o *openFiles) with(ctx context.Context, id catalog.ID, use func(*StoredFile) error) (err error) {
	f, err := o.take(ctx, id)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.leave(f)) }()
	return use(f.StoredFile)
}

// take opens a reference, or takes it where it is open.
func (o *openFiles) take(ctx context.Context, id catalog.ID) (*openFile, error) {
	o.mu.Lock()
	f, there := o.open[id]
	if !there {
		f = &openFile{ready: make(chan struct{})}
		o.open[id] = f
	}
	f.users++
	o.uses++
	f.last = o.uses
	o.mu.Unlock()
	if !there {
		// It is read for longer than this call goes on.
		f.StoredFile, f.err = o.service.openStored(context.WithoutCancel(ctx), id, true)
		close(f.ready)
	}
	select {
	case <-f.ready:
	case <-ctx.Done():
		return nil, errors.Join(context.Cause(ctx), o.leave(f))
	}
	if f.err != nil {
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.open[id] == f {
			delete(o.open, id)
		}
		return nil, f.err
	}
	return f, nil
}

// leave ends a use, and closes what the bound has no room for.
func (o *openFiles) leave(f *openFile) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	f.users--
	if f.dropped {
		if f.users > 0 || f.StoredFile == nil { // it could not be opened
			return nil
		}
		return f.Close()
	}
	var all []error
	for {
		var size int64
		var oldest catalog.ID
		for id, f := range o.open {
			select {
			case <-f.ready:
			default:
				continue
			}
			if f.err != nil {
				continue
			}
			size += f.memory
			if f.users == 0 && (oldest == 0 || f.last < o.open[oldest].last) {
				oldest = id
			}
		}
		if size <= o.bound || oldest == 0 {
			return errors.Join(all...)
		}
		all = append(all, o.open[oldest].Close())
		delete(o.open, oldest)
	}
}

// forget closes a reference that is deleted, when its last user has left it.
func (o *openFiles) forget(id catalog.ID) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	f, there := o.open[id]
	if !there {
		return nil
	}
	delete(o.open, id)
	if f.users > 0 {
		f.dropped = true
		return nil
	}
	return f.Close()
}

// close closes all; none is in use.
func (o *openFiles) close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	var all []error
	for id, f := range o.open {
		all = append(all, f.Close())
		delete(o.open, id)
	}
	return errors.Join(all...)
}

// StoredFile is a stored reference open for reading its bases. Close it.
type StoredFile struct {
	*File
	object blob.Object
	memory int64 // bytes of its indexes, about
}

// Close closes the file.
func (f *StoredFile) Close() error { return f.object.Close() }

// OpenFile opens a reference for reading spans of it, by its indexes, in the case
// that its bases have in the file. It may be read until ctx ends. Its sequences
// have no M5s.
func (s *Service) OpenFile(ctx context.Context, referenceStoreID, id string) (*StoredFile, error) {
	ref, err := view(ctx, s, func(r *catalog.Reader) (catalog.Reference, error) {
		_, ref, err := s.reference(r, referenceStoreID, id)
		return ref, err
	})
	if err != nil {
		return nil, err
	}
	return s.openStored(ctx, ref.ID, false)
}

// openStored opens a reference, with its M5s where they are wanted.
func (s *Service) openStored(ctx context.Context, id catalog.ID, m5s bool) (_ *StoredFile, err error) {
	var files []catalog.File
	var rows []catalog.ReferenceSequence
	if err := s.vault.Catalog.View(ctx, func(r *catalog.Reader) (err error) {
		if files, err = r.Files(id); err == nil && m5s {
			rows, err = r.ReferenceSequences(id)
		}
		return err
	}); err != nil {
		return nil, err
	}
	var source, fai, gzi *catalog.File
	for i, f := range files {
		switch f.Role {
		case catalog.Source:
			source = &files[i]
		case catalog.Index:
			fai = &files[i]
		case catalog.GZI:
			gzi = &files[i]
		}
	}
	if source == nil || fai == nil {
		return nil, &Error{Resource: "reference " + id.String(), Kind: errs.NotFound}
	}
	x, err := readObject(ctx, s, *fai, fasta.ReadIndex)
	if err != nil {
		return nil, err
	}
	if m5s && len(rows) != len(x.Sequences) {
		return nil, errs.At(errs.Corrupt, errs.Pos{}, "reference %s has %d sequences in its index, and %d in the catalog", id, len(x.Sequences), len(rows))
	}
	for i, row := range rows {
		x.Sequences[i].M5 = row.M5
	}
	var blocks bgzf.Index
	if gzi != nil {
		if blocks, err = readObject(ctx, s, *gzi, bgzf.ReadIndex); err != nil {
			return nil, err
		}
	}
	object, err := s.vault.Objects.Open(ctx, vault.Object(source.Area, source.Key))
	if err != nil {
		return nil, err
	}
	f := &StoredFile{object: object, memory: 16*int64(len(blocks)) + 300*int64(len(x.Sequences))}
	if gzi == nil {
		f.File = fasta.NewFile(object, x)
	} else {
		f.File = fasta.NewBlockFile(object, x, blocks, 0)
		f.memory += fasta.DefaultBlockCache
	}
	return f, nil
}

// readObject reads an index.
func readObject[X any](ctx context.Context, s *Service, f catalog.File, read func(io.Reader) (X, error)) (X, error) {
	var none X
	key := vault.Object(f.Area, f.Key)
	object, err := s.vault.Objects.Open(ctx, key)
	if err != nil {
		return none, err
	}
	defer object.Close()
	x, err := read(io.NewSectionReader(object, 0, object.Size()))
	if err != nil {
		return none, errs.InFile(err, key, errs.Internal)
	}
	return x, nil
}
