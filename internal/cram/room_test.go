package cram

import (
	"bytes"
	"context"
	"crypto/md5"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/pipeline"
)

func TestRoom(t *testing.T) {
	r := newRoom[[]byte](10)
	enter := func(ctx context.Context, weight int64) []byte {
		t.Helper()
		memory, err := r.enter(ctx, weight)
		require.NoError(t, err)
		return memory
	}
	require.Nil(t, enter(t.Context(), 100), "one of any size")
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err := r.enter(ctx, 1)
	require.ErrorIs(t, err, context.DeadlineExceeded)

	r.leave(100, []byte("first"))
	require.Equal(t, "first", string(enter(t.Context(), 4)))
	require.Nil(t, enter(t.Context(), 6))
	time.AfterFunc(time.Millisecond, func() { r.leave(6, []byte("second")) })
	require.Equal(t, "second", string(enter(t.Context(), 5)), "waits for it")
	r.leave(4, []byte("third"))
	r.leave(5, []byte("fourth"))
	require.Equal(t, "fourth", string(enter(t.Context(), 1)), "what was used last")
	require.Equal(t, "third", string(enter(t.Context(), 1)))
}

// TestOneSliceAtOnce reads files of which every slice is more than enough, as all
// that the limiter lets through and with slots held as long as can be.
func TestOneSliceAtOnce(t *testing.T) {
	files, texts, _ := golden(t)
	bases := oddBases(t)
	for name, file := range files {
		for _, threads := range []int{2, 5} {
			opt := Options{Threads: threads, Limiter: pipeline.NewLimiter(1), Bases: bases}
			r, err := NewReader(bytes.NewReader(file), opt)
			require.NoError(t, err)
			r.enough = 1
			text := NewText(t.Context(), r)
			sum := md5.New()
			var held []*pipeline.Slot[*TextChunk]
			for {
				if len(held) == threads+1 { // one less than there are
					held[0].Release()
					held = held[1:]
				}
				slot, err := text.Next()
				if err == io.EOF {
					break
				}
				require.NoError(t, err)
				sum.Write(slot.Unit.Text)
				held = append(held, slot)
			}
			text.Close()
			require.Equal(t, texts[name], fmt.Sprintf("%x", sum.Sum(nil)), name)

			r, err = NewReader(bytes.NewReader(file), opt)
			require.NoError(t, err)
			r.enough = 1
			records, n := NewRecords(t.Context(), r), int64(0)
			for {
				if _, err = records.Next(); err != nil {
					break
				}
				n++
			}
			require.Equal(t, io.EOF, err)
			require.Equal(t, r.Records(), n)
			records.Close()
		}
	}
}

// TestOneSliceAtOnceEnds meets faults, and closes, while slices wait for room.
func TestOneSliceAtOnceEnds(t *testing.T) {
	files, _, _ := golden(t)
	file := bytes.Clone(files["v31"])
	for n := range 12 {
		damaged := bytes.Clone(file)
		if n%2 == 0 {
			damaged[len(file)*(n+1)/13] ^= 1
		}
		r, err := NewReader(bytes.NewReader(damaged), Options{Threads: 3, Bases: oddBases(t)})
		if err != nil {
			require.ErrorIs(t, err, errs.ErrCorrupt)
			continue
		}
		r.enough = 1
		text := NewText(t.Context(), r)
		for i := 0; n%2 == 0 || i < n; i++ {
			slot, err := text.Next()
			if n%2 > 0 && err == io.EOF {
				break
			}
			if err != nil {
				require.ErrorIs(t, err, errs.ErrCorrupt)
				break
			}
			if n%3 > 0 || i > 1 {
				slot.Release()
			}
		}
		text.Close()
	}
}
