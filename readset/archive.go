package readset

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
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
		sets, err := r.IdleReadSets(r.Now().Add(-age), most)
		idle = nil
		for _, set := range sets {
			taken, failed := claimed(r, set)
			if failed != nil {
				return failed
			}
			if !taken { // by a sweep before this one
				idle = append(idle, set)
			}
		}
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
		return job.Outcome{}, err
	}
	return job.Outcome{Commit: m.commit, ResultID: m.set.ID, Done: m.done}, nil
}

// claim stands at the end of the statusMessage of a read set that an item of a job
// moves.
func claim(item catalog.JobItem) string {
	return fmt.Sprintf("%s%d of job %s)", claimHead, item.Ordinal, item.JobID)
}

const claimHead = " (being moved by item "

// unclaimed is a statusMessage without a claim.
func unclaimed(message string) string {
	message, _, _ = strings.Cut(message, claimHead)
	return message
}

// claimOf is the claim at the end of a statusMessage, or nothing.
func claimOf(message string) string { return message[len(unclaimed(message)):] }

// claimed reports whether the read set is moved by an item that is not over.
func claimed(r *catalog.Reader, set catalog.ReadSet) (bool, error) {
	_, by, ok := strings.Cut(set.StatusMessage, claimHead)
	var ordinal int
	var id catalog.ID
	if _, err := fmt.Sscanf(by, "%d of job %d)", &ordinal, &id); !ok || err != nil {
		return false, nil //nolint:nilerr // any other message
	}
	item, err := r.JobItem(id, ordinal)
	if errors.Is(err, errs.ErrNotFound) {
		return false, nil
	}
	return item.Status == catalog.ItemInProgress, err
}

// prepare claims the read set for the item. It is done where the read set is where
// it is to be.
func (m *move) prepare(ctx context.Context) (done bool, err error) {
	var in JobReadSet
	if err := unkeep(m.lease.Item.Request, &in); err != nil {
		return false, err
	}
	err = m.lease.Update(ctx, func(tx *catalog.Tx, item *catalog.JobItem) (err error) {
		if m.store, m.set, err = m.service.readSet(&tx.Reader, m.lease.Job.StoreID.String(), in.ReadSetID); err != nil {
			return err
		}
		if done = m.set.Status == m.end; done {
			return nil
		}
		if m.files, err = tx.Files(m.set.ID); err != nil {
			return err
		}
		if m.tags, err = tx.Tags(m.set.ID); err != nil {
			return err
		}
		if m.set.Status == m.during && strings.HasSuffix(m.set.StatusMessage, claim(*item)) {
			return nil // by a hold before this one
		}
		taken, err := claimed(&tx.Reader, m.set)
		if err != nil {
			return err
		}
		if taken || m.set.Status != m.begin {
			return &Error{Resource: "readSet " + in.ReadSetID, Kind: errs.Conflict,
				Err: errs.At(errs.Conflict, errs.Pos{}, "is %s%s", m.set.Status, claimOf(m.set.StatusMessage))}
		}
		item.ResultID = m.set.ID
		was := m.set.Status
		m.set.Status, m.set.StatusMessage, m.set.UpdateTime = m.during, unclaimed(m.set.StatusMessage)+claim(*item), tx.Now()
		if err := tx.UpdateReadSet(m.set); err != nil || was == m.during {
			return err
		}
		return event.ReadSet(tx, m.store.Scope, m.set)
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
	after.Status, after.StatusMessage = m.end, unclaimed(m.set.StatusMessage)
	return v.PutSidecar(ctx, m.to, m.folder(), m.files, keepOfSet(after, m.tags), opts)
}

// commit tells of the new place.
func (m *move) commit(tx *catalog.Tx) error {
	set, err := tx.ReadSet(m.store.ID, m.set.ID)
	if err != nil {
		return err
	}
	if set.Status != m.during || set.StatusMessage != m.set.StatusMessage {
		return &Error{Resource: "readSet " + set.ID.String(), Kind: errs.Conflict, Err: errs.At(errs.Conflict, errs.Pos{}, "has become %s meanwhile", set.Status)}
	}
	set.Status, set.StatusMessage, set.UpdateTime = m.end, unclaimed(set.StatusMessage), tx.Now()
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

// done removes the copies that nobody needs any more. It does so while no other
// transaction can write, since another move of the read set may be about to make
// them anew.
func (m *move) done(ctx context.Context, failure error) {
	if failure != nil {
		return // Undo has seen to it
	}
	err := m.service.vault.Catalog.Update(ctx, func(tx *catalog.Tx) error {
		set, err := tx.ReadSet(m.store.ID, m.set.ID)
		if errors.Is(err, errs.ErrNotFound) || err == nil && (set.Status != m.end || set.StatusMessage != unclaimed(set.StatusMessage)) {
			return nil
		}
		return errors.Join(err, m.service.vault.RemoveFolder(ctx, m.from, m.folder()))
	})
	if err != nil {
		m.service.vault.Log.LogAttrs(ctx, slog.LevelWarn, "the other copy of a read set was not removed; fsck will find it",
			slog.String("readSet", m.set.ID.String()), slog.Any("error", err))
	}
}

// giveUp takes back, in the transaction that fails it, what an item that archives
// or activates had begun: its claim, and the copies that it has made.
func (s *Service) giveUp(tx *catalog.Tx, j catalog.Job, item catalog.JobItem) error {
	if item.ResultID == 0 {
		return nil
	}
	copies := catalog.InArchive
	if j.Kind == event.ReadSetActivation {
		copies = catalog.InObjects
	}
	set, err := tx.ReadSet(j.StoreID, item.ResultID)
	gone := errors.Is(err, errs.ErrNotFound) // deleted while its copies were made
	if err == nil && !strings.HasSuffix(set.StatusMessage, claim(item)) {
		return nil
	}
	if err != nil && !gone {
		return err
	}
	if err := s.vault.RemoveFolder(context.Background(), copies, vault.ReadSetFolder(j.Scope, j.StoreID, item.ResultID)); err != nil {
		s.vault.Log.Warn("copies of a read set were not removed; fsck will find them", slog.String("readSet", item.ResultID.String()), slog.Any("error", err))
	}
	if gone {
		return nil
	}
	if set.Status == catalog.ReadSetActivating {
		set.Status = catalog.ReadSetArchived
	}
	set.StatusMessage, set.UpdateTime = unclaimed(set.StatusMessage), tx.Now()
	if err := tx.UpdateReadSet(set); err != nil || j.Kind == archiving {
		return err
	}
	return event.ReadSet(tx, j.Scope, set)
}
