package readset_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/readset"
)

// TestRulesOfStores holds what stores are made of against the API's model.
func TestRulesOfStores(t *testing.T) {
	h := newHome(t, "")
	good := func() readset.CreateSequenceStoreInput { return readset.CreateSequenceStoreInput{Name: "x"} }
	for name, spoil := range map[string]func(*readset.CreateSequenceStoreInput){
		"no name":             func(in *readset.CreateSequenceStoreInput) { in.Name = "" },
		"long name":           func(in *readset.CreateSequenceStoreInput) { in.Name = strings.Repeat("x", 128) },
		"long description":    func(in *readset.CreateSequenceStoreInput) { in.Description = strings.Repeat("x", 256) },
		"family":              func(in *readset.CreateSequenceStoreInput) { in.ETagAlgorithmFamily = "MD5" },
		"six propagated":      func(in *readset.CreateSequenceStoreInput) { in.PropagatedSetLevelTags = strings.Split("abcdef", "") },
		"propagated aws:":     func(in *readset.CreateSequenceStoreInput) { in.PropagatedSetLevelTags = []string{"aws:x"} },
		"fallback, no bucket": func(in *readset.CreateSequenceStoreInput) { in.FallbackLocation = "/a/" },
		"fallback, no folder": func(in *readset.CreateSequenceStoreInput) { in.FallbackLocation = "s3://bucket/a" },
		"long fallback": func(in *readset.CreateSequenceStoreInput) {
			in.FallbackLocation = "s3://bucket/" + strings.Repeat("a", 1025) + "/"
		},
		"log": func(in *readset.CreateSequenceStoreInput) {
			in.S3AccessConfig = &readset.S3AccessConfig{AccessLogLocation: "logs"}
		},
		"encryption, no type":  func(in *readset.CreateSequenceStoreInput) { in.SSEConfig = &readset.SSEConfig{} },
		"encryption, its type": func(in *readset.CreateSequenceStoreInput) { in.SSEConfig = &readset.SSEConfig{Type: "AES256"} },
		"encryption, its key": func(in *readset.CreateSequenceStoreInput) {
			in.SSEConfig = &readset.SSEConfig{Type: "KMS", KeyARN: "short"}
		},
		"long token": func(in *readset.CreateSequenceStoreInput) { in.ClientToken = strings.Repeat("x", 128) },
		"tags":       func(in *readset.CreateSequenceStoreInput) { in.Tags = map[string]string{"aws:x": ""} },
	} {
		in := good()
		spoil(&in)
		_, err := h.CreateSequenceStore(t.Context(), in)
		require.ErrorIs(t, err, readset.ErrValidation, name)
	}
	in := good()
	in.SSEConfig = &readset.SSEConfig{Type: "KMS", KeyARN: "arn:aws:kms:local:000000000000:key/x"}
	_, err := h.CreateSequenceStore(t.Context(), in)
	require.ErrorIs(t, err, readset.ErrNotSupported)
	in = good()
	in.SSEConfig = &readset.SSEConfig{Type: "KMS"}
	in.FallbackLocation = "s3://bucket/" + strings.Repeat("a", 1024) + "/"
	in.PropagatedSetLevelTags = strings.Split("abcde", "")
	made, err := h.CreateSequenceStore(t.Context(), in)
	require.NoError(t, err)
	require.Equal(t, in.PropagatedSetLevelTags, made.PropagatedSetLevelTags)

	h.quota(t, "sequence-stores", "2")
	_, err = h.CreateSequenceStore(t.Context(), good())
	require.ErrorIs(t, err, readset.ErrQuotaExceeded)
}

// TestRulesOfLists holds filters against the API's model.
func TestRulesOfLists(t *testing.T) {
	h := newHome(t, "")
	long := strings.Repeat("x", 128)
	for name, f := range map[string]readset.Filter{
		"name": {Name: long}, "sample": {SampleID: long}, "subject": {SubjectID: long}, "generated from": {GeneratedFrom: long},
		"reference": {ReferenceARN: "x"}, "long reference": {ReferenceARN: "arn:" + long}, "status": {Status: "Active"}, "creation type": {CreationType: "COPY"},
		"control character": {Name: "a\tb"},
	} {
		_, err := h.ListReadSets(t.Context(), readset.ListReadSetsInput{SequenceStoreID: h.store, Filter: f})
		require.ErrorIs(t, err, readset.ErrValidation, name)
	}
	for _, f := range []readset.SequenceStoreFilter{{Name: long}, {Status: "OPEN"}} {
		_, err := h.ListSequenceStores(t.Context(), readset.ListSequenceStoresInput{Filter: f})
		require.ErrorIs(t, err, readset.ErrValidation)
	}
	for _, in := range []readset.ListJobsInput{
		{SequenceStoreID: h.store, Filter: readset.JobFilter{Status: "RUNNING"}}, {SequenceStoreID: h.store, MaxResults: 101},
		{SequenceStoreID: h.store, MaxResults: -1}, {SequenceStoreID: h.store, NextToken: "x"}, {SequenceStoreID: "x"},
	} {
		_, err := h.ListReadSetImportJobs(t.Context(), in)
		require.ErrorIs(t, err, readset.ErrValidation)
		_, err = h.ListReadSetExportJobs(t.Context(), in)
		require.ErrorIs(t, err, readset.ErrValidation)
		_, err = h.ListReadSetActivationJobs(t.Context(), in)
		require.ErrorIs(t, err, readset.ErrValidation)
	}
	sets, err := h.ListReadSets(t.Context(), readset.ListReadSetsInput{SequenceStoreID: h.store})
	require.NoError(t, err)
	require.NotNil(t, sets.ReadSets, "an empty list, and not null")
	jobs, err := h.ListReadSetExportJobs(t.Context(), readset.ListJobsInput{SequenceStoreID: h.store})
	require.NoError(t, err)
	require.NotNil(t, jobs.ExportJobs)
}

// TestRulesOfJobs holds requests for jobs against the API's model.
func TestRulesOfJobs(t *testing.T) {
	h := newHome(t, "")
	start := func(role string, sources ...readset.ImportSource) error {
		_, err := h.StartReadSetImportJob(t.Context(), readset.StartReadSetImportJobInput{SequenceStoreID: h.store, RoleARN: role, Sources: sources})
		return err
	}
	good := fastqSource("https://a/x.fq.gz")
	for want, spoil := range map[string]func(*readset.ImportSource){
		"sources[1]: subjectId is missing":                 func(s *readset.ImportSource) { s.SubjectID = "" },
		"sampleId has 128 characters, want 1 to 127":       func(s *readset.ImportSource) { s.SampleID = strings.Repeat("x", 128) },
		"generatedFrom has 128 characters":                 func(s *readset.ImportSource) { s.GeneratedFrom = strings.Repeat("x", 128) },
		"name has 128 characters":                          func(s *readset.ImportSource) { s.Name = strings.Repeat("x", 128) },
		"description has 256 characters":                   func(s *readset.ImportSource) { s.Description = strings.Repeat("x", 256) },
		"sourceFileType is missing":                        func(s *readset.ImportSource) { s.SourceFileType = "" },
		"sourceFileType is \"SAM\"":                        func(s *readset.ImportSource) { s.SourceFileType = "SAM" },
		"referenceArn is missing: BAM needs the reference": func(s *readset.ImportSource) { s.SourceFileType = readset.BAM },
		"referenceArn is \"x\", want an ARN":               func(s *readset.ImportSource) { s.SourceFileType, s.ReferenceARN = readset.CRAM, "x" },
		"only FASTQ comes in two files, not UBAM":          func(s *readset.ImportSource) { s.SourceFileType, s.SourceFiles.Source2 = readset.UBAM, "https://a/y" },
		"a source is s3://bucket/key":                      func(s *readset.ImportSource) { s.SourceFiles.Source1 = "" },
		"sources in S3 are not supported":                  func(s *readset.ImportSource) { s.SourceFiles.Source2 = "s3://bucket/x" },
		"tag key \"omics:x\"":                              func(s *readset.ImportSource) { s.Tags = map[string]string{"omics:x": ""} },
	} {
		s := good
		spoil(&s)
		err := start(role, good, s)
		require.ErrorIs(t, err, readset.ErrValidation, want)
		require.ErrorContains(t, err, want)
	}
	require.ErrorIs(t, start("role", good), readset.ErrValidation)
	require.ErrorIs(t, start(role), readset.ErrValidation)
	require.ErrorIs(t, start(role, make([]readset.ImportSource, 101)...), readset.ErrValidation)

	ids := func(n int) []readset.JobReadSet {
		out := make([]readset.JobReadSet, n)
		for i := range out {
			out[i].ReadSetID = "1000000009"
		}
		return out
	}
	for n, want := range map[int]error{0: readset.ErrValidation, 20: nil, 21: readset.ErrValidation} {
		_, err := h.StartReadSetActivationJob(t.Context(), readset.StartReadSetActivationJobInput{SequenceStoreID: h.store, Sources: ids(n)})
		require.ErrorIs(t, err, want, n)
	}
	_, err := h.StartReadSetActivationJob(t.Context(), h.some("x"))
	require.ErrorIs(t, err, readset.ErrValidation)
	for _, n := range []int{0, 101} {
		_, err = h.BatchDeleteReadSet(t.Context(), h.store, make([]string, n))
		require.ErrorIs(t, err, readset.ErrValidation)
	}
	out, err := h.BatchDeleteReadSet(t.Context(), h.store, []string{"x", "1000000009"})
	require.NoError(t, err)
	require.Equal(t, []string{"ValidationException", "ResourceNotFoundException"}, []string{out.Errors[0].Code, out.Errors[1].Code})
}

// TestNames: no two files of a read set differ in case alone, and none is called as
// its sidecar is.
func TestNames(t *testing.T) {
	h := newHome(t, "")
	for came, want := range map[[2]string][2]string{
		{"a/x.fq.gz", "b/X.FQ.GZ"}:                     {"x_source1.fq.gz", "X_source2.FQ.GZ"},
		{"a/ReadSet.json", "b/y.fq.gz"}:                {"source1.fastq.gz", "y.fq.gz"},
		{"a/" + strings.Repeat("n", 250), "b/y.fq.gz"}: {"source1.fastq.gz", "y.fq.gz"},
	} {
		m := h.one(t, fastqSource(h.put(t, came[0], zipped(t, fastqText(3, "/1"))), h.put(t, came[1], zipped(t, fastqText(3, "/2")))))
		for i, f := range []*readset.FileInformation{m.Files.Source1, m.Files.Source2} {
			require.True(t, strings.HasSuffix(f.S3Access.S3URI, "/"+want[i]), f.S3Access.S3URI)
		}
	}
	h.clean(t)
}

// TestStatesOfEvents: each change of a read set's status and of its jobs has its
// event (monitoring-events-quotas.md §7.3).
func TestStatesOfEvents(t *testing.T) {
	h := newHome(t, "")
	m := h.one(t, fastqSource("https://a/x.fq.gz"))
	j, err := h.ArchiveReadSets(t.Context(), h.some(m.ID))
	require.Equal(t, readset.JobCompleted, h.over(t, j, err))
	j, err = h.StartReadSetActivationJob(t.Context(), h.some(m.ID))
	require.Equal(t, readset.JobCompleted, h.over(t, j, err))
	_, err = h.BatchDeleteReadSet(t.Context(), h.store, []string{m.ID})
	require.NoError(t, err)
	got := map[string][]string{}
	require.NoError(t, h.vault.Catalog.View(t.Context(), func(r *catalog.Reader) error {
		events, err := r.Undelivered("test", 1000)
		for _, e := range events {
			_, rest, _ := strings.Cut(string(e.Detail), `"status":"`)
			status, _, _ := strings.Cut(rest, `"`)
			got[e.DetailType] = append(got[e.DetailType], status)
		}
		return err
	}))
	require.Equal(t, map[string][]string{
		"Sequence Store Status Change":          {"CREATED", "ACTIVE"},
		"Read Set Import Job Status Change":     {"SUBMITTED", "IN_PROGRESS", "COMPLETED"},
		"Read Set Activation Job Status Change": {"SUBMITTED", "IN_PROGRESS", "COMPLETED"},
		"Read Set Status Change":                {"ACTIVE", "ARCHIVED", "ACTIVATING", "ACTIVE", "DELETED"},
	}, got)
}
