package readset

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/event"
	"github.com/seqlode/seqlode/internal/job"
	"github.com/seqlode/seqlode/internal/vault"
)

// ArchiveAge is how long a read set must not have been read before Sweep archives
// it, where nothing else is asked for.
const ArchiveAge = 30 * 24 * time.Hour

// Sweep begins to archive the read sets, of all stores, that nobody has read for
// an age; 0 stands for [ArchiveAge]. It gives the jobs. Jobs that are under way
// count against the quota of activation jobs: what does not fit is left to the
// next sweep.
func (s *Service) Sweep(ctx context.Context, age time.Duration) (jobs []ActivationJob, err error) {
	if age == 0 {
		age = ArchiveAge
	}
	const most = 1000
	var idle []catalog.ReadSet
	err = s.vault.Catalog.View(ctx, func(r *catalog.Reader) error {
		idle, err = r.IdleReadSets(r.Now().Add(-age), most)
		return err
	})
	if err != nil {
		return nil, err
	}
	var stores []catalog.ID
	sets := map[catalog.ID][]JobReadSet{}
	for _, set := range idle {
		if sets[set.StoreID] == nil {
			stores = append(stores, set.StoreID)
		}
		sets[set.StoreID] = append(sets[set.StoreID], JobReadSet{set.ID.String()})
	}
	for _, store := range stores {
		for batch := range slices.Chunk(sets[store], 100) {
			j, err := s.ArchiveReadSets(ctx, StartReadSetActivationJobInput{SequenceStoreID: store.String(), Sources: batch})
			if errors.Is(err, errs.ErrQuotaExceeded) {
				return jobs, nil
			}
			if err != nil {
				return jobs, err
			}
			jobs = append(jobs, j)
		}
	}
	return jobs, nil
}

// move is a read set on its way between its two places.
type move struct {
	service  *Service
	lease    *job.Lease
	from, to catalog.Area
	begin    catalog.ReadSetStatus // from which it is moved
	during   catalog.ReadSetStatus
	end      catalog.ReadSetStatus // which it has then

	store catalog.SequenceStore
	set   catalog.ReadSet
	files []catalog.File // as they will lie
	tags  map[string]string
}

// archiveReadSet is the work of one read set of an archive job.
func (s *Service) archiveReadSet(ctx context.Context, l *job.Lease) (job.Outcome, error) {
	m := &move{service: s, lease: l, from: catalog.InObjects, to: catalog.InArchive,
		begin: catalog.ReadSetActive, during: catalog.ReadSetActive, end: catalog.ReadSetArchived}
	return m.run(ctx)
}

// activateReadSet is the work of one read set of an activation job.
func (s *Service) activateReadSet(ctx context.Context, l *job.Lease) (job.Outcome, error) {
	m := &move{service: s, lease: l, from: catalog.InArchive, to: catalog.InObjects,
		begin: catalog.ReadSetArchived, during: catalog.ReadSetActivating, end: catalog.ReadSetActive}
	return m.run(ctx)
}

// run copies the read set's files to the other place, makes sure that they are
// what they were, and lets the catalog say so. The copies that the catalog then no
// longer tells of are removed last.
func (m *move) run(ctx context.Context) (job.Outcome, error) {
	done, err := m.prepare(ctx)
	if err != nil || done {
		return job.Outcome{ResultID: m.set.ID}, err
	}
	if err := m.copy(ctx); err != nil {
		if ctx.Err() == nil {
			err = errors.Join(err, m.remove(ctx, m.to))
		}
		return job.Outcome{}, oneLine(err)
	}
	return job.Outcome{Commit: m.commit, ResultID: m.set.ID, Done: m.done}, nil
}

// prepare finds the read set and notes that it is moved. It is done where the read
// set is where it is to be.
func (m *move) prepare(ctx context.Context) (done bool, err error) {
	var in JobReadSet
	if err := unkeep(m.lease.Item.Request, &in); err != nil {
		return false, err
	}
	err = m.lease.Update(ctx, func(tx *catalog.Tx, item *catalog.JobItem) (err error) {
		if m.store, m.set, err = m.service.readSet(&tx.Reader, m.lease.Job.StoreID.String(), in.ReadSetID); err != nil {
			return err
		}
		done = m.set.Status == m.end && m.end != m.begin
		// A hold before this one, of this item, may have begun it.
		mine := m.set.Status == m.during && item.ResultID == m.set.ID
		if done || !mine && m.set.Status != m.begin {
			if !done {
				err = &Error{Resource: "readSet " + in.ReadSetID, Kind: errs.Conflict, Err: errs.At(errs.Conflict, errs.Pos{}, "is %s", m.set.Status)}
			}
			return err
		}
		item.ResultID = m.set.ID
		if m.files, err = tx.Files(m.set.ID); err != nil {
			return err
		}
		if m.tags, err = tx.Tags(m.set.ID); err != nil || m.set.Status == m.during {
			return err
		}
		m.set.Status, m.set.UpdateTime = m.during, tx.Now()
		return errors.Join(tx.UpdateReadSet(m.set), event.ReadSet(tx, m.store.Scope, m.set))
	})
	return done, err
}

func (m *move) folder() vault.Folder {
	return vault.ReadSetFolder(m.store.Scope, m.store.ID, m.set.ID)
}

// copy makes the files and the sidecar in the other place, and verifies them.
func (m *move) copy(ctx context.Context) error {
	v, opts := m.service.vault, blob.CreateOptions{Lease: m.lease.Name()}
	for i := range m.files {
		f := &m.files[i]
		if err := v.Objects.Copy(ctx, vault.Object(m.from, f.Key), vault.Object(m.to, f.Key), opts); err != nil {
			return err
		}
		f.Area = m.to
	}
	if err := m.service.verify(ctx, m.set, m.files); err != nil {
		return err
	}
	after := m.set
	after.Status = m.end
	return v.PutSidecar(ctx, m.to, m.folder(), m.files, keptReadSet{after, m.tags}, opts)
}

// commit tells of the new place.
func (m *move) commit(tx *catalog.Tx) error {
	set, err := tx.ReadSet(m.store.ID, m.set.ID)
	if err != nil {
		return err
	}
	if set.Status != m.during {
		return &Error{Resource: "readSet " + set.ID.String(), Kind: errs.Conflict, Err: errs.At(errs.Conflict, errs.Pos{}, "has become %s meanwhile", set.Status)}
	}
	set.Status, set.UpdateTime = m.end, tx.Now()
	if m.end == catalog.ReadSetActive {
		set.LastAccessTime = tx.Now() // or the next sweep would take it back
	}
	for _, f := range m.files {
		if err := tx.UpdateFile(f); err != nil {
			return err
		}
	}
	return errors.Join(tx.UpdateReadSet(set), event.ReadSet(tx, m.store.Scope, set))
}

// done removes the copies that nobody needs any more.
func (m *move) done(ctx context.Context, failure error) {
	left := m.from
	if failure != nil {
		left = m.to
	}
	if err := m.remove(ctx, left); err != nil {
		m.service.vault.Log.LogAttrs(ctx, slog.LevelWarn, "the other copy of a read set was not removed; fsck will find it",
			slog.String("readSet", m.set.ID.String()), slog.Any("error", err))
	}
}

func (m *move) remove(ctx context.Context, area catalog.Area) error {
	return m.service.vault.RemoveFolder(context.WithoutCancel(ctx), area, m.folder())
}

// giveUp takes back what an activation that failed had begun.
func (s *Service) giveUp(tx *catalog.Tx, j catalog.Job, item catalog.JobItem) error {
	set, err := tx.ReadSet(j.StoreID, item.ResultID)
	if errors.Is(err, errs.ErrNotFound) || err == nil && set.Status != catalog.ReadSetActivating {
		return nil
	}
	if err != nil {
		return err
	}
	set.Status, set.UpdateTime = catalog.ReadSetArchived, tx.Now()
	return errors.Join(tx.UpdateReadSet(set), event.ReadSet(tx, j.Scope, set))
}
