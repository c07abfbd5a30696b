package reference

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/crash"
	"github.com/seqlode/seqlode/internal/event"
	"github.com/seqlode/seqlode/internal/service"
	"github.com/seqlode/seqlode/internal/source"
	"github.com/seqlode/seqlode/internal/vault"
)

func TestMain(m *testing.M) {
	os.Exit(crash.Main(m, map[string]func([]string) error{"importer": importer}))
}

// importer imports two good files and a bad one, and deletes the first of the
// references: importer ROUNDS DIR STORE GOOD GOOD BAD. With 0 rounds it does so on
// and on. It says "made ID" and "gone ID" once that is acknowledged.
func importer(args []string) error {
	ctx := context.Background()
	var rounds int
	if _, err := fmt.Sscan(args[0], &rounds); err != nil {
		return err
	}
	args = args[1:]
	h, closeAll, err := openHome(ctx, homeOptions{dir: args[0]})
	if err != nil {
		return err
	}
	store := args[1]
	in := StartReferenceImportJobInput{ReferenceStoreID: store, RoleARN: role}
	for _, file := range args[2:] {
		uri, err := source.FileURI(file)
		if err != nil {
			return err
		}
		in.Sources = append(in.Sources, ImportSource{SourceFile: uri, Name: filepath.Base(file)})
	}
	if err := crash.Say("opened"); err != nil {
		return err
	}
	for n := 0; n < rounds || rounds == 0; n++ {
		j, err := h.StartReferenceImportJob(ctx, in)
		if err != nil {
			return err
		}
		id, err := catalog.ParseID(j.ID)
		if err != nil {
			return err
		}
		if _, err := h.core.Jobs.Await(ctx, id); err != nil {
			return err
		}
		if j, err = h.GetReferenceImportJob(ctx, store, j.ID); err != nil {
			return err
		}
		if err := crash.Say("made %s\nmade %s", j.Sources[0].ReferenceID, j.Sources[1].ReferenceID); err != nil {
			return err
		}
		first := j.Sources[0].ReferenceID
		if err := h.DeleteReference(ctx, store, first); err != nil {
			return err
		}
		if err := crash.Say("gone %s", first); err != nil {
			return err
		}
	}
	return closeAll()
}

// TestKill kills a process while it imports, at any moment (ST-10): what it had
// acknowledged is there, its jobs are gone on with, and what is left over fsck
// takes away.
func TestKill(t *testing.T) {
	dir, files := t.TempDir(), t.TempDir()
	args := []string{dir, ""}
	contents := map[string][]byte{}
	long := ">long\n" + strings.Repeat(strings.Repeat("ACGTTGCAAC", 6)+"\n", 20_000)
	for name, text := range map[string][]byte{"plain.fa": []byte(long), "zipped.fa.gz": load(t, "testdata/genome.fa.gz")} {
		contents[name] = text
		args = append(args, filepath.Join(files, name))
		require.NoError(t, os.WriteFile(filepath.Join(files, name), text, 0o666))
	}
	args = append(args, write(t, "bad.fa", long+"ACGT\nACGT\n"))
	h, closeAll, err := openHome(t.Context(), homeOptions{dir: dir, idle: true})
	require.NoError(t, err)
	args[1] = h.newStore(t)
	require.NoError(t, h.core.Catalog.Update(t.Context(), func(tx *catalog.Tx) error {
		return tx.Set(h.core.Scope(), "quota."+service.References.Name, "1000000")
	}))
	require.NoError(t, closeAll())

	made, gone := map[string]bool{}, map[string]bool{}
	note := func(said []string) {
		for _, line := range said {
			what, id, _ := strings.Cut(line, " ")
			switch what {
			case "made":
				made[id] = true
			case "gone":
				gone[id] = true
			}
		}
	}
	first := crash.Start(t, "importer", append([]string{"2"}, args...)...) // what is not killed, so that there is something to lose
	first.Wait(t)
	note(first.Said())
	require.Len(t, made, 4)
	kills, finished, orphans := 0, 0, 0
	crash.Run(t, crash.Plan{
		Child: "importer", Args: append([]string{"0"}, args...), Seed: 4, Life: 150 * time.Millisecond,
		Check: func(t testing.TB, said []string, killed bool) {
			require.True(t, killed)
			kills++
			note(said)
			items, left := afterKill(t, dir, args[1], contents, made, gone)
			finished = items
			orphans += left
		},
	})
	t.Logf("%d kills, %d references made, %d of them acknowledged, %d orphans", kills, finished, len(made), orphans)
}

// afterKill opens the vault that a killed process has left. Its clock is ahead, so
// that leases have run out. It gives the numbers of references that were ever made,
// and of objects that were left over.
func afterKill(t testing.TB, dir, store string, contents map[string][]byte, made, gone map[string]bool) (finished, orphans int) {
	t.Helper()
	ctx := t.Context()
	h, closeAll, err := openHome(ctx, homeOptions{dir: dir, now: func() time.Time { return time.Now().Add(time.Hour) }})
	require.NoError(t, err)
	defer func() { require.NoError(t, closeAll()) }()
	require.Eventually(t, func() bool {
		open, err := view(ctx, h.Service, func(r *catalog.Reader) (int, error) { return r.CountOpenJobs(h.core.Scope(), event.ReferenceImport) })
		require.NoError(t, err)
		return open == 0
	}, 5*time.Minute, 10*time.Millisecond)

	// Each job has come to its end, as if nothing had happened.
	for token := ""; ; {
		page, err := h.ListReferenceImportJobs(ctx, ListReferenceImportJobsInput{ReferenceStoreID: store, NextToken: token})
		require.NoError(t, err)
		for _, j := range page.ImportJobs {
			j, err := h.GetReferenceImportJob(ctx, store, j.ID)
			require.NoError(t, err)
			require.Equal(t, catalog.JobCompletedWithFailures, j.Status)
			for n, want := range []catalog.ItemStatus{catalog.ItemFinished, catalog.ItemFinished, catalog.ItemFailed} {
				require.Equal(t, want, j.Sources[n].Status, "%+v", j.Sources[n])
			}
			require.Contains(t, j.Sources[2].StatusMessage, "bad.fa: line 20003: ")
			finished += 2
		}
		if token = page.NextToken; token == "" {
			break
		}
	}

	report, err := h.core.Check(ctx, vault.CheckOptions{Repair: true})
	require.NoError(t, err)
	for _, p := range report.Problems {
		require.True(t, p.Fixed, "%+v", p)
		require.Contains(t, []vault.ProblemType{vault.Orphan, vault.Staging}, p.Type, "%+v", p)
		orphans++
	}
	h.clean(t)

	there := map[string]bool{}
	for token := ""; ; {
		page, err := h.ListReferences(ctx, ListReferencesInput{ReferenceStoreID: store, NextToken: token})
		require.NoError(t, err)
		for _, ref := range page.References {
			there[ref.ID] = true
			require.NoError(t, h.holds(ctx, store, ref.ID, contents[ref.Name]))
		}
		if token = page.NextToken; token == "" {
			break
		}
	}
	for id := range made {
		// A deletion may have been done and not acknowledged: of the first two.
		require.False(t, there[id] && gone[id], id)
	}
	for id := range gone {
		require.True(t, made[id])
	}
	lost := 0
	for id := range made {
		if !there[id] && !gone[id] {
			gone[id] = true
			lost++
		}
	}
	require.LessOrEqual(t, lost, 1, "deletions that were under way")
	require.LessOrEqual(t, len(there), finished)
	require.GreaterOrEqual(t, len(there), finished-len(gone))
	return finished, orphans
}

// holds says whether the bytes of a reference are those wanted.
func (h *home) holds(ctx context.Context, store, id string, want []byte) (err error) {
	o, err := h.OpenReference(ctx, store, id, SourceFile)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.Close()) }()
	got := make([]byte, o.Size())
	if n, err := o.ReadAt(got, 0); n < len(got) {
		return err
	}
	if !bytes.Equal(got, want) {
		return fmt.Errorf("reference %s is not what was imported", id)
	}
	return nil
}
