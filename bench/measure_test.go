package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// fixed is a contender whose runs take the given times in turn, after the one
// to warm up.
func fixed(name string, order *[]string, ms ...int) contender {
	n := -1
	return contender{name, func(context.Context) (sample, error) {
		*order = append(*order, name)
		n++
		if n == 0 {
			return sample{wall: time.Nanosecond}, nil
		}
		return runsOf(ms[n-1])[0], nil
	}}
}

func TestMeasure(t *testing.T) {
	var order []string
	asked := 0
	out, err := measure(t.Context(), work{
		name: "w", bytes: 7,
		ours: fixed("ours", &order, 10, 12),
		peers: []peer{
			{name: "p", bar: 0.5, variants: []contender{fixed("p1", &order, 30, 40), fixed("p2", &order, 50, 20)}},
			{name: "gone", bar: 0.9},
		},
	}, 2, func() bool { asked++; return asked != 5 })
	require.NoError(t, err)
	require.Equal(t, 6, asked)
	require.Equal(t, []string{"ours", "p1", "p2", "ours", "p1", "p2", "ours", "p1", "p2"}, order)
	require.Equal(t, outcome{
		name: "w", bytes: 7, ours: runsOf(10, 12),
		peers: []peerOutcome{{name: "p2", runs: runsOf(50, 20), bar: 0.5}, {name: "gone", bar: 0.9}},
		busy:  1.0 / 6,
	}, out)
	require.InDelta(t, 0.5, out.peers[0].ratio(out.ours), 1e-9)
}

func alone() bool { return true }

func TestMeasureFails(t *testing.T) {
	bad := errors.New("bad")
	_, err := measure(t.Context(), work{name: "w", ours: inside("c", 1, func() (int64, error) { return 0, bad })}, 1, alone)
	require.ErrorIs(t, err, bad)
	require.ErrorContains(t, err, "w: c: ")
	_, err = measure(t.Context(), work{ours: inside("c", 2, func() (int64, error) { return 1, nil })}, 1, alone)
	require.ErrorIs(t, err, errShort)
}

func TestWait(t *testing.T) {
	// Twice a loop that takes no time at all is never quick enough.
	never, left := cores{loops: 1 << 20, alone: 1}, time.Millisecond
	require.False(t, never.wait(t.Context(), &left))
	require.LessOrEqual(t, left, time.Duration(0))
	always := cores{loops: 1, alone: time.Hour}
	require.True(t, always.wait(t.Context(), &left))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.False(t, always.wait(ctx, &left))
}

func TestUserTime(t *testing.T) {
	s, err := userTime(contender{"c", func(context.Context) (sample, error) { return sample{wall: 5, user: time.Second}, nil }}).run(t.Context())
	require.NoError(t, err)
	require.Equal(t, time.Second, s.wall)
	s, err = userTime(contender{"c", func(context.Context) (sample, error) { return sample{wall: 5}, nil }}).run(t.Context())
	require.NoError(t, err)
	require.Equal(t, tick, s.wall)
}

func need(t *testing.T, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("the program %s is absent", p)
		}
	}
}

func TestProcesses(t *testing.T) {
	need(t, "echo", "cat", "false")
	line := pipe{stages: [][]string{{"echo", "hello"}, {"cat"}, {"cat"}}, want: []string{"hell", "lo\n"}}
	s, err := processes("x", line, line).run(t.Context())
	require.NoError(t, err)
	require.Positive(t, s.wall)

	line.want = []string{"hello", "bye"}
	_, err = processes("x", line).run(t.Context())
	require.ErrorContains(t, err, "does not hold bye")

	s, err = processes("x", pipe{stages: [][]string{{"echo", "hello"}}, counts: true}).run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 6, s.stored)

	_, err = processes("x", pipe{stages: [][]string{{"false"}, {"cat"}}}).run(t.Context())
	require.ErrorContains(t, err, "false: exit status 1")

	_, err = processes("x", line, pipe{stages: [][]string{{"cat", "/dev/zero"}, {"no-such-program"}}}).run(t.Context())
	require.ErrorIs(t, err, exec.ErrNotFound)
}

func TestProgram(t *testing.T) {
	need(t, "echo")
	file := filepath.Join(t.TempDir(), "f")
	line := pipe{stages: [][]string{{"echo", "-n", file}, {"no-such-program"}}}
	require.Equal(t, "echo -n | no-such-program", line.command())
	require.Equal(t, "no-such-program", line.absent())
	require.Empty(t, programPeer(0.5, line).variants)
	require.Len(t, programPeer(0.5, pipe{stages: line.stages[:1]}).variants, 1)
	require.Equal(t, [][]string{{"taskset", "-c", "0", "echo", "-n", file}, {"taskset", "-c", "1", "no-such-program"}}, line.pinned(0, 1).stages)
}

// The peak is the child's own, however large this process is.
func TestPeakRSS(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells the peak memory of a running process")
	}
	need(t, "sleep")
	large := make([]byte, 200<<20)
	for i := 0; i < len(large); i += 4096 {
		large[i] = 1
	}
	_, peak, err := peakRSS(t.Context(), nil, "sleep", "1") // long enough to be looked at on a busy machine
	require.NoError(t, err)
	require.Positive(t, peak)
	require.Less(t, peak, int64(100<<20))
	require.EqualValues(t, 1, large[4096])
	_, _, err = peakRSS(t.Context(), nil, "sleep", "not a time")
	require.ErrorContains(t, err, "not a time")
}

func TestCutBlocks(t *testing.T) {
	b, err := cutBlocks("../testdata/reads.fastq.gz")
	require.NoError(t, err)
	require.Greater(t, len(b.streams), 3)
	require.Zero(t, b.texts[len(b.texts)-1], "the EOF block")
	_, err = cutBlocks("../testdata/reads.gzip.fastq.gz")
	require.ErrorContains(t, err, "byte 0: no BGZF block")
}

// All rows on a little data: every contender gives the right bytes and hashes.
func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: this builds seqlode and runs all peers")
	}
	dir := t.TempDir()
	opt := options{size: 1, runs: 1, big: 3, only: regexp.MustCompile(""), keep: filepath.Join(dir, "data"), out: dir}
	require.NoError(t, run(t.Context(), opt))
	for _, name := range []string{"bench.md", "bench.svg"} {
		got, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		require.Contains(t, string(got), "etag, BGZF")
	}

	// The same data under the names that other tools' data has.
	for from, to := range map[string]string{"1-r1.fq": "r1.fq", "1-r1.gz.fq.gz": "r1.gz.fq.gz", "1-r1.bgzf.fq.gz": "r1.bgzf.fq.gz", "1-r2.bgzf.fq.gz": "r2.bgzf.fq.gz"} {
		require.NoError(t, os.Rename(filepath.Join(opt.keep, from), filepath.Join(dir, to)))
	}
	given, err := givenData(dir)
	require.NoError(t, err)
	require.NotEqual(t, given.main.md5, given.mate.md5)
	require.Equal(t, given.main.size, given.mate.size)
	_, err = givenData(opt.keep)
	require.ErrorIs(t, err, os.ErrNotExist)
}
