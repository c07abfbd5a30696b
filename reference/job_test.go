package reference

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/event"
	"github.com/seqlode/seqlode/internal/service"
)

// started is a request that is good.
func started(t *testing.T, store string) StartReferenceImportJobInput {
	t.Helper()
	return StartReferenceImportJobInput{
		ReferenceStoreID: store, RoleARN: role,
		Sources: []ImportSource{{SourceFile: uri(t, "testdata/genome.fa"), Name: "small genome", Description: "of three", Tags: map[string]string{"k": "v"}}},
	}
}

func TestRulesOfJobs(t *testing.T) {
	h := newHome(t, homeOptions{})
	store := h.newStore(t)
	source := func(change func(*ImportSource)) func(*StartReferenceImportJobInput) {
		return func(in *StartReferenceImportJobInput) { change(&in.Sources[0]) }
	}
	for name, c := range map[string]struct {
		change func(*StartReferenceImportJobInput)
		want   error
	}{
		"no store":         {func(in *StartReferenceImportJobInput) { in.ReferenceStoreID = "" }, ErrValidation},
		"another store":    {func(in *StartReferenceImportJobInput) { in.ReferenceStoreID = "9999999999" }, ErrNotFound},
		"no role":          {func(in *StartReferenceImportJobInput) { in.RoleARN = "" }, ErrValidation},
		"a long token":     {func(in *StartReferenceImportJobInput) { in.ClientToken = strings.Repeat("a", 128) }, ErrValidation},
		"no sources":       {func(in *StartReferenceImportJobInput) { in.Sources = nil }, ErrValidation},
		"101 sources":      {func(in *StartReferenceImportJobInput) { in.Sources = make([]ImportSource, 101) }, ErrValidation},
		"no name":          {source(func(s *ImportSource) { s.Name = "" }), ErrValidation},
		"a short name":     {source(func(s *ImportSource) { s.Name = "ab" }), ErrValidation},
		"a description":    {source(func(s *ImportSource) { s.Description = "\x00" }), ErrValidation},
		"a tag of ours":    {source(func(s *ImportSource) { s.Tags = map[string]string{"omics:x": ""} }), ErrValidation},
		"no file":          {source(func(s *ImportSource) { s.SourceFile = "" }), ErrValidation},
		"a path":           {source(func(s *ImportSource) { s.SourceFile = "/data/genome.fa" }), ErrValidation},
		"S3, not here yet": {source(func(s *ImportSource) { s.SourceFile = "s3://bucket/genome.fa" }), ErrNotSupported},
	} {
		in := started(t, store)
		c.change(&in)
		_, err := h.StartReferenceImportJob(t.Context(), in)
		require.ErrorIs(t, err, c.want, name)
	}
	out, err := h.ListReferenceImportJobs(t.Context(), ListReferenceImportJobsInput{ReferenceStoreID: store})
	require.NoError(t, err)
	require.Empty(t, out.ImportJobs)
	require.NotNil(t, out.ImportJobs)
}

func TestJob(t *testing.T) {
	h := newHome(t, homeOptions{})
	store := h.newStore(t)
	in := started(t, store)
	in.ClientToken = "once"
	j, err := h.StartReferenceImportJob(t.Context(), in)
	require.NoError(t, err)
	require.Equal(t, catalog.JobSubmitted, j.Status)
	require.Equal(t, role, j.RoleARN)
	require.Equal(t, store, j.ReferenceStoreID)
	require.Empty(t, j.Sources)

	again, err := h.StartReferenceImportJob(t.Context(), in)
	require.NoError(t, err)
	require.Equal(t, j, again, "the same token, the same answer")
	in.Sources[0].Name = "another name"
	_, err = h.StartReferenceImportJob(t.Context(), in)
	require.ErrorIs(t, err, ErrConflict, "the same token, another request")

	done := h.await(t, store, j.ID)
	require.Equal(t, catalog.JobCompleted, done.Status)
	require.Equal(t, j.CreationTime, done.CreationTime)
	require.False(t, done.CompletionTime.IsZero())
	want := ImportSourceItem{ImportSource: started(t, store).Sources[0], Status: catalog.ItemFinished, ReferenceID: done.Sources[0].ReferenceID}
	require.Equal(t, []ImportSourceItem{want}, done.Sources)

	ref, err := h.GetReferenceMetadata(t.Context(), store, want.ReferenceID)
	require.NoError(t, err)
	require.Equal(t, "small genome", ref.Name)
	require.Equal(t, "of three", ref.Description)
	require.Equal(t, j.ID, ref.CreationJobID)
	tags, err := h.ListTagsForResource(t.Context(), ref.ARN)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"k": "v"}, tags)

	_, err = h.GetReferenceImportJob(t.Context(), store, "9999999999")
	require.ErrorIs(t, err, ErrNotFound)
	_, err = h.GetReferenceImportJob(t.Context(), "9999999999", j.ID)
	require.ErrorIs(t, err, ErrNotFound)

	var told []string
	require.NoError(t, h.core.Catalog.View(t.Context(), func(r *catalog.Reader) error {
		events, err := r.Undelivered("test", 100)
		for _, e := range events {
			detail := string(e.Detail)
			at := strings.Index(detail, `"status":"`) + len(`"status":"`)
			told = append(told, e.DetailType+" "+detail[at:at+strings.IndexByte(detail[at:], '"')])
		}
		return err
	}))
	require.Equal(t, []string{
		"Reference Store Status Change CREATED", "Reference Store Status Change ACTIVE",
		"Reference Import Job Status Change SUBMITTED", "Reference Import Job Status Change IN_PROGRESS",
		"Reference Status Change ACTIVE", "Reference Import Job Status Change COMPLETED",
	}, told)
}

func TestQuotas(t *testing.T) {
	h := newHome(t, homeOptions{idle: true})
	store := h.newStore(t)
	start := func() error {
		_, err := h.StartReferenceImportJob(t.Context(), started(t, store))
		return err
	}
	for range 5 {
		require.NoError(t, start())
	}
	err := start()
	require.ErrorIs(t, err, ErrQuotaExceeded)
	require.ErrorContains(t, err, service.ImportJobs.Name)
	require.ErrorIs(t, h.DeleteReferenceStore(t.Context(), store), ErrConflict, "imports go on")
}

// TestCancelJob: a job that nobody works on is cancelled at once, and a call that
// waits for it comes back.
func TestCancelJob(t *testing.T) {
	h := newHome(t, homeOptions{idle: true})
	store := h.newStore(t)
	j, err := h.StartReferenceImportJob(t.Context(), started(t, store))
	require.NoError(t, err)
	soon, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err = h.AwaitReferenceImportJob(soon, store, j.ID)
	require.ErrorIs(t, err, errs.ErrTimeout)
	require.ErrorIs(t, h.CancelReferenceImportJob(t.Context(), store, store), ErrNotFound)
	require.NoError(t, h.CancelReferenceImportJob(t.Context(), store, j.ID))
	require.ErrorIs(t, h.CancelReferenceImportJob(t.Context(), store, j.ID), ErrConflict)
	j = h.await(t, store, j.ID)
	require.Equal(t, catalog.JobCancelled, j.Status)
	require.Equal(t, catalog.ItemFailed, j.Sources[0].Status)
	require.Equal(t, "cancelled", j.Sources[0].StatusMessage)
}

func TestQuotaOfReferences(t *testing.T) {
	h := newHome(t, homeOptions{})
	store := h.newStore(t)
	require.NoError(t, h.core.Catalog.Update(t.Context(), func(tx *catalog.Tx) error {
		return tx.Set(h.core.Scope(), "quota."+service.References.Name, "3")
	}))
	h.one(t, store, "testdata/genome.fa")
	before := len(h.objects(t))
	j := h.bring(t, store, "testdata/genome.fa", "testdata/genome.fa", "testdata/genome.fa", "testdata/genome.fa")
	require.Equal(t, catalog.JobCompletedWithFailures, j.Status)
	require.Equal(t, "2 of 4 sources failed", j.StatusMessage)
	require.Len(t, h.objects(t), before+2*3)
	_, err := h.StartReferenceImportJob(t.Context(), started(t, store))
	require.ErrorIs(t, err, ErrQuotaExceeded)
	require.ErrorContains(t, err, service.References.Name)
	h.clean(t)
}

func TestListsOfJobs(t *testing.T) {
	h := newHome(t, homeOptions{})
	store := h.newStore(t)
	good := h.bring(t, store, "testdata/genome.fa")
	bad := h.bring(t, store, write(t, "bad.fa", "no FASTA"))
	ids := func(in ListReferenceImportJobsInput) (ids []string, next string) {
		in.ReferenceStoreID = store
		out, err := h.ListReferenceImportJobs(t.Context(), in)
		require.NoError(t, err)
		for _, j := range out.ImportJobs {
			require.Equal(t, role, j.RoleARN)
			require.Empty(t, j.Sources)
			ids = append(ids, j.ID)
		}
		return ids, out.NextToken
	}
	all, next := ids(ListReferenceImportJobsInput{})
	require.Equal(t, []string{good.ID, bad.ID}, all)
	require.Empty(t, next)
	first, next := ids(ListReferenceImportJobsInput{MaxResults: 1})
	require.Equal(t, []string{good.ID}, first)
	second, next := ids(ListReferenceImportJobsInput{MaxResults: 1, NextToken: next})
	require.Equal(t, []string{bad.ID}, second)
	require.Empty(t, next)
	failed, _ := ids(ListReferenceImportJobsInput{Filter: JobFilter{Status: catalog.JobFailed}})
	require.Equal(t, []string{bad.ID}, failed)
	later, _ := ids(ListReferenceImportJobsInput{Filter: JobFilter{CreatedAfter: time.Now().Add(time.Hour)}})
	require.Empty(t, later)
	_, err := h.ListReferenceImportJobs(t.Context(), ListReferenceImportJobsInput{ReferenceStoreID: store, Filter: JobFilter{Status: "DONE"}})
	require.ErrorIs(t, err, ErrValidation)
	_, err = h.ListReferenceImportJobs(t.Context(), ListReferenceImportJobsInput{ReferenceStoreID: store, NextToken: "made up"})
	require.ErrorIs(t, err, ErrValidation)
	_, err = h.ListReferenceImportJobs(t.Context(), ListReferenceImportJobsInput{ReferenceStoreID: "9999999999"})
	require.ErrorIs(t, err, ErrNotFound)
	require.Equal(t, event.ReferenceImport, "reference-import", "rows of jobs have it")
}
