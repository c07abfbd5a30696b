package bam

import (
	"bytes"
	"context"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/sam"
)

// largeFile is records of up to 3.2 million bases, and their lines.
func largeFile(t *testing.T) (file []byte, lines string) {
	var b strings.Builder
	var records []sam.Record
	for i, bases := range []int{3_200_000, 100, 3_200_000, 3_200_000, 900_000, 0, 3_200_000, 5, 3_200_000} {
		records = append(records, record("large", 0, int32(i), bases))
		b.WriteString(line("large", "c1", int32(i), bases))
	}
	return compressed(t, text(header(t), records...), 1<<20), b.String()
}

func TestLargeRecords(t *testing.T) {
	file, want := largeFile(t)
	for _, threads := range []int{1, 3} {
		got, stats, err := samText(t.Context(), bytes.NewReader(file), threads)
		require.NoError(t, err)
		require.True(t, want == got, "%d threads", threads)
		require.EqualValues(t, 9, stats.Records)

		// Cut inside a large record.
		got, _, err = samText(t.Context(), bytes.NewReader(file[:len(file)*2/3]), threads)
		require.Error(t, err)
		require.True(t, strings.HasPrefix(want, got))
		require.True(t, strings.HasSuffix(got, "\n"))
	}
}

// TestLargeRecordsShareMemory: what is taken for all records of a file is a few
// times one record, not one for each slot or each record.
func TestLargeRecordsShareMemory(t *testing.T) {
	file, _ := largeFile(t)
	const size = 4_800_000 // of the largest record
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	ctx := t.Context()
	r, err := NewReader(ctx, bytes.NewReader(file), Options{Threads: 4})
	require.NoError(t, err)
	defer r.Close()
	text := NewText(ctx, r, Options{Threads: 4}, nil)
	defer text.Close()
	for {
		s, err := text.Next()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		s.Release()
	}
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(16*size))
}

// TestLargeRecordsEndWithContext: a text that waits for the memory of the one
// before it ends.
func TestLargeRecordsEndWithContext(t *testing.T) {
	file, _ := largeFile(t)
	ctx, cancel := context.WithCancel(t.Context())
	r, err := NewReader(ctx, bytes.NewReader(file), Options{Threads: 2})
	require.NoError(t, err)
	defer r.Close()
	text := NewText(ctx, r, Options{Threads: 2}, nil)
	s, err := text.Next()
	require.NoError(t, err)
	cancel()
	text.Close()
	s.Release()
	_, err = text.Next()
	require.Error(t, err)
}
