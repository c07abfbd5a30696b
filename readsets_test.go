package seqlode

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/etag"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/crash"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/source"
	"github.com/seqlode/seqlode/readset"
)

const testRole = "arn:aws:iam::000000000000:role/test"

// killedReadSets are the options of a vault with read sets whose processes are
// killed.
func killedReadSets(dir string) Options {
	o := killed(filepath.Join(dir, "vault"))
	o.LocalSources, o.attempts = true, 1000
	return o
}

// readsOf writes a pair of FASTQ files, and gives their URIs and the ETag of the
// first.
func readsOf(dir, name string) (uris [2]string, tag string, err error) {
	for i := range uris {
		var text, file bytes.Buffer
		for n := range 400 {
			fmt.Fprintf(&text, "@%s.%d/%d\n%s\n+\n%s\n", name, n, i+1, strings.Repeat("ACGT", 20), strings.Repeat("IIII", 20))
		}
		w := gzip.NewWriter(&file)
		_, err := w.Write(text.Bytes())
		path := filepath.Join(dir, fmt.Sprintf("%s_%d.fq.gz", name, i+1))
		if err := errors.Join(err, w.Close(), os.WriteFile(path, file.Bytes(), 0o600)); err != nil {
			return uris, "", err
		}
		if uris[i], err = source.FileURI(path); err != nil {
			return uris, "", err
		}
		if i == 0 {
			r, err := etag.Compute(context.Background(), bytes.NewReader(file.Bytes()), etag.Options{})
			if err != nil {
				return uris, "", err
			}
			tag = r.Hex
		}
	}
	return uris, tag, nil
}

// readSetsChild imports, archives, activates, exports and deletes read sets, one
// after the other, and says what is acknowledged: readsets DIR NAME ROUNDS. With 0
// rounds it goes on and on.
func readSetsChild(args []string) error {
	ctx, dir := context.Background(), args[0]
	var rounds int
	if _, err := fmt.Sscan(args[2], &rounds); err != nil {
		return err
	}
	v, err := Open(ctx, killedReadSets(dir))
	if err != nil {
		return err
	}
	if err := crash.Say("opened"); err != nil {
		return err
	}
	store, err := v.ReadSets.CreateSequenceStore(ctx, readset.CreateSequenceStoreInput{Name: "store", ClientToken: "store"})
	if err != nil {
		return err
	}
	await := func(id string, err error) error {
		if err != nil {
			return err
		}
		n, err := catalog.ParseID(id)
		if err != nil {
			return err
		}
		j, err := v.core.Jobs.Await(ctx, n)
		if err != nil || j.Status != catalog.JobCompleted {
			return fmt.Errorf("job %s is %s: %w", id, j.Status, err)
		}
		return nil
	}
	for n := 0; n < rounds || rounds == 0; n++ {
		name := fmt.Sprintf("%s-%d-%d", args[1], os.Getpid(), n)
		uris, tag, err := readsOf(dir, name)
		if err != nil {
			return err
		}
		j, err := v.ReadSets.StartReadSetImportJob(ctx, readset.StartReadSetImportJobInput{
			SequenceStoreID: store.ID, RoleARN: testRole, Sources: []readset.ImportSource{{
				SourceFiles: readset.SourceFiles{Source1: uris[0], Source2: uris[1]}, SourceFileType: readset.FASTQ, SubjectID: "s", SampleID: "s", Name: name,
			}},
		})
		if err := await(j.ID, err); err != nil {
			return err
		}
		if j, err = v.ReadSets.GetReadSetImportJob(ctx, store.ID, j.ID); err != nil {
			return err
		}
		id := j.Sources[0].ReadSetID
		if err := crash.Say("imported %s %s %s", store.ID, id, tag); err != nil {
			return err
		}
		in := readset.StartReadSetActivationJobInput{SequenceStoreID: store.ID, Sources: []readset.JobReadSet{{ReadSetID: id}}}
		if n%4 > 0 {
			a, err := v.ReadSets.ArchiveReadSets(ctx, in)
			if err := await(a.ID, err); err != nil {
				return err
			}
			if err := crash.Say("archived %s %s", store.ID, id); err != nil {
				return err
			}
		}
		if n%4 > 1 {
			a, err := v.ReadSets.StartReadSetActivationJob(ctx, in)
			if err := await(a.ID, err); err != nil {
				return err
			}
			if err := crash.Say("activated %s %s", store.ID, id); err != nil {
				return err
			}
		}
		if n%4 == 2 {
			uri, err := source.FileURI(filepath.Join(dir, "out-"+name))
			if err != nil {
				return err
			}
			e, err := v.ReadSets.StartReadSetExportJob(ctx, readset.StartReadSetExportJobInput{SequenceStoreID: store.ID, Destination: uri, RoleARN: testRole, Sources: in.Sources})
			if err := await(e.ID, err); err != nil {
				return err
			}
			if err := crash.Say("exported %s %s", filepath.Join(dir, "out-"+name, name+"_1.fq.gz"), tag); err != nil {
				return err
			}
		}
		if n%4 == 3 {
			if err := crash.Say("deleting %s %s", store.ID, id); err != nil {
				return err
			}
			if out, err := v.ReadSets.BatchDeleteReadSet(ctx, store.ID, []string{id}); err != nil || len(out.Errors) > 0 {
				return fmt.Errorf("%v: %w", out.Errors, err)
			}
			if err := crash.Say("deleted %s %s", store.ID, id); err != nil {
				return err
			}
		}
	}
	return v.Close()
}

// acknowledged is what children have said of a read set.
type acknowledged struct {
	store, tag        string
	status            catalog.ReadSetStatus
	deleting, deleted bool
	checks            int // times that it was verified
}

// TestReadSetsKilled: import, export, archive, activation and deletion survive
// being killed at any moment: every acknowledged read set is there and verifies,
// and the vault is clean.
func TestReadSetsKilled(t *testing.T) {
	dir := t.TempDir()
	sets, exports := map[string]*acknowledged{}, map[string]string{}
	note := func(said []string) {
		for _, line := range said {
			f := strings.Fields(line)
			if len(f) < 3 {
				continue
			}
			switch f[0] {
			case "imported":
				sets[f[2]] = &acknowledged{store: f[1], tag: f[3], status: catalog.ReadSetActive}
			case "archived":
				sets[f[2]].status = catalog.ReadSetArchived
			case "activated":
				sets[f[2]].status = catalog.ReadSetActive
			case "deleting":
				sets[f[2]].deleting = true
			case "deleted":
				sets[f[2]].deleted = true
			case "exported":
				exports[f[1]] = f[2]
			}
		}
	}
	first := crash.Start(t, "readsets", dir, "first", "4") // what is not killed, so that there is something to lose
	first.Wait(t)
	note(first.Said())
	require.Len(t, sets, 4)
	require.Len(t, exports, 1)
	crash.Run(t, crash.Plan{
		Child: "readsets", Args: []string{dir, "k", "0"}, Seed: 7, Life: 700 * time.Millisecond,
		Check: func(t testing.TB, said []string, _ bool) {
			note(said)
			o := killedReadSets(dir)
			o.Workers = -1
			v, err := Open(t.Context(), o)
			require.NoError(t, err)
			defer func() { require.NoError(t, v.Close()) }()
			holdReadSets(t, v, sets, false)
			report, err := v.Fsck(t.Context(), FsckOptions{Repair: true})
			require.NoError(t, err)
			for _, p := range report.Problems {
				require.Contains(t, []any{Staging, Orphan}, p.Type, "%s: %s", p.Key, p.Message)
				require.True(t, p.Fixed, p.Key)
			}
			holdReadSets(t, v, sets, false)
		},
	})
	o := killedReadSets(dir)
	v, err := Open(t.Context(), o)
	require.NoError(t, err)
	for open := 1; open > 0; { // what was begun comes to its end
		require.NoError(t, v.core.Catalog.View(t.Context(), func(r *catalog.Reader) (err error) {
			open, err = r.CountOpenJobs(v.core.Scope(), v.core.Works...)
			return err
		}))
		time.Sleep(10 * time.Millisecond)
	}
	require.NoError(t, v.Close()) // with a worker that was too slow for its lease, which may still write
	o.Workers = -1
	v, err = Open(t.Context(), o)
	require.NoError(t, err)
	defer func() { require.NoError(t, v.Close()) }()
	holdReadSets(t, v, sets, true)
	for path, tag := range exports {
		f, err := os.Open(path)
		require.NoError(t, err)
		r, err := etag.Compute(t.Context(), f, etag.Options{})
		require.NoError(t, err)
		require.Equal(t, tag, r.Hex)
		require.NoError(t, f.Close())
	}
	_, err = v.Fsck(t.Context(), FsckOptions{Repair: true})
	require.NoError(t, err)
	report, err := v.Fsck(t.Context(), FsckOptions{})
	require.NoError(t, err)
	require.Empty(t, report.Problems)
	t.Logf("%d read sets and %d exports acknowledged", len(sets), len(exports))
}

// holdReadSets requires that what was acknowledged is so; with over, no job is
// under way.
func holdReadSets(t testing.TB, v *Vault, sets map[string]*acknowledged, over bool) {
	t.Helper()
	for id, want := range sets {
		m, err := v.ReadSets.GetReadSetMetadata(t.Context(), want.store, id)
		if want.deleted {
			require.ErrorIs(t, err, errs.ErrNotFound)
			continue
		}
		if want.deleting && errors.Is(err, errs.ErrNotFound) {
			continue
		}
		require.NoError(t, err, id)
		require.Equal(t, want.tag, m.ETag.Source1)
		if want.checks++; want.checks <= 4 || over { // after the kills that came next, and at the end
			require.NoError(t, v.ReadSets.VerifyReadSet(t.Context(), want.store, id), id)
		}
		if over { // what was begun before a kill may have gone on behind what was acknowledged
			require.Contains(t, []catalog.ReadSetStatus{catalog.ReadSetActive, catalog.ReadSetArchived}, m.Status)
		}
	}
}
