package service

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/errs"
)

func TestRules(t *testing.T) {
	for name, c := range map[string]struct {
		judge func(*Rules)
		want  string
	}{
		"text":             {func(r *Rules) { r.Text("name", "größe 1|2", 1, 9) }, ""},
		"missing":          {func(r *Rules) { r.Text("name", "", 1, 9) }, "name is missing"},
		"may be empty":     {func(r *Rules) { r.Text("name", "", 0, 9) }, ""},
		"long":             {func(r *Rules) { r.Text("name", "ääääääääää", 1, 9) }, "name has 10 characters, want 1 to 9"},
		"tab":              {func(r *Rules) { r.Text("name", "a\tb", 1, 9) }, "name has control characters"},
		"optional":         {func(r *Rules) { r.Optional("name", "", 3, 9) }, ""},
		"optional, short":  {func(r *Rules) { r.Optional("name", "a", 3, 9) }, "name has 1 characters, want 3 to 9"},
		"one of":           {func(r *Rules) { OneOf(r, "type", "BAM", false, "BAM", "CRAM") }, ""},
		"none of":          {func(r *Rules) { OneOf(r, "type", "bam", false, "BAM", "CRAM") }, `type is "bam", want one of ["BAM" "CRAM"]`},
		"one of, missing":  {func(r *Rules) { OneOf(r, "type", "", false, "BAM") }, `type is missing: want one of ["BAM"]`},
		"one of, empty":    {func(r *Rules) { OneOf(r, "type", "", true, "BAM") }, ""},
		"count":            {func(r *Rules) { r.Count("sources", 0, 1, 100) }, "sources has 0 entries, want 1 to 100"},
		"role":             {func(r *Rules) { r.RoleARN("arn:aws:iam::000000000000:role/x") }, ""},
		"no role":          {func(r *Rules) { r.RoleARN(strings.Repeat("x", 20)) }, "want an ARN"},
		"tags":             {func(r *Rules) { r.Tags(map[string]string{"a b": "", "ключ": "x/y=z"}) }, ""},
		"tag of ours":      {func(r *Rules) { r.Tags(map[string]string{"omics:x": "1"}) }, "kept for the service"},
		"tag of theirs":    {func(r *Rules) { r.Tags(map[string]string{"AWS:x": "1"}) }, "kept for the service"},
		"tag's characters": {func(r *Rules) { r.Tags(map[string]string{"a": "<"}) }, `the value of tag "a"`},
		"long tag":         {func(r *Rules) { r.TagKey(strings.Repeat("k", 129)) }, "129 characters"},
		"resource":         {func(r *Rules) { r.ResourceARN("arn:aws:omics:local:000000000000:sequenceStore/1000000001") }, ""},
		"no resource":      {func(r *Rules) { r.ResourceARN("") }, "resourceArn is missing"},
		"long resource":    {func(r *Rules) { r.ResourceARN("arn:" + strings.Repeat("x", 147)) }, "resourceArn has 151 characters"},
		"bucket": {func(r *Rules) {
			r.S3Folder("at", "s3://bucket", 3)
			r.S3Folder("at", "s3://bucket/", 3)
			r.S3Folder("at", "", 3)
		}, ""},
		"folder":           {func(r *Rules) { r.S3Folder("at", "s3://bucket/ä/c/", 3) }, ""},
		"long folder":      {func(r *Rules) { r.S3Folder("at", "s3://bucket/abcd/", 3) }, "with a folder of up to 3 characters"},
		"no folder":        {func(r *Rules) { r.S3Folder("at", "s3://bucket/abc", 3) }, `at is "s3://bucket/abc"`},
		"lines of folder":  {func(r *Rules) { r.S3Folder("at", "s3://bucket/a\nb/", 3) }, "at is"},
		"page":             {func(r *Rules) { r.Page(Paging{MaxResults: 100}) }, ""},
		"large page":       {func(r *Rules) { r.Page(Paging{MaxResults: 101}) }, "maxResults is 101, want 1 to 100"},
		"jobs":             {func(r *Rules) { r.JobFilter(JobFilter{Status: "CANCELLING"}) }, ""},
		"no such jobs":     {func(r *Rules) { r.JobFilter(JobFilter{Status: "CREATED"}) }, `filter.status is "CREATED"`},
		"within":           {func(r *Rules) { r.Within("sources[3]", func(r *Rules) { r.Text("name", "", 1, 9) }) }, "sources[3]: name is missing"},
		"no encryption":    {func(r *Rules) { r.SSEConfig(nil); r.SSEConfig(&SSEConfig{Type: "KMS"}) }, ""},
		"the first stands": {func(r *Rules) { r.Fail("one"); r.Fail("two") }, "one"},
	} {
		var r Rules
		c.judge(&r)
		if c.want == "" {
			require.NoError(t, r.Err(), name)
			continue
		}
		require.ErrorIs(t, r.Err(), errs.ErrValidation, name)
		require.ErrorContains(t, r.Err(), c.want, name)
	}
}

func TestID(t *testing.T) {
	id, err := ID("id", "1000000001")
	require.NoError(t, err)
	require.Equal(t, "1000000001", id.String())
	for value, want := range map[string]error{
		"": errs.ErrValidation, "123": errs.ErrValidation, "100000000x": errs.ErrValidation, "-100000000": errs.ErrValidation,
		strings.Repeat("1", 37): errs.ErrValidation, strings.Repeat("9", 36): errs.ErrNotFound,
	} {
		_, err := ID("id", value)
		require.ErrorIs(t, err, want, value)
	}
}
