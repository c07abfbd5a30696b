package main

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func runsOf(ms ...int) series {
	var s series
	for _, n := range ms {
		s = append(s, sample{wall: time.Duration(n) * time.Millisecond})
	}
	return s
}

func TestSeries(t *testing.T) {
	for name, c := range map[string]struct {
		runs         series
		best, median int // ms
		spread       float64
	}{
		"one":  {runsOf(70), 70, 70, 0},
		"odd":  {runsOf(300, 100, 120), 100, 120, 2},
		"even": {runsOf(110, 100, 130, 120), 100, 115, 0.3},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, time.Duration(c.best)*time.Millisecond, c.runs.best())
			require.Equal(t, time.Duration(c.median)*time.Millisecond, c.runs.median())
			require.InDelta(t, c.spread, c.runs.spread(), 1e-9)
		})
	}
	s := series{{wall: 1, user: 9}, {wall: 2, user: 5}, {wall: 3, user: 7}}
	require.Equal(t, time.Duration(5), s.user())
	require.InDelta(t, 200, rate(100e6, 500*time.Millisecond), 1e-9)
}

var made = []outcome{{
	name: "etag <all> & more", bytes: 100e6, ours: series{{wall: 200 * time.Millisecond, user: 300 * time.Millisecond}},
	peers: []peerOutcome{
		{name: "bgzip -@2 -dc | md5sum", runs: series{{wall: 250 * time.Millisecond, user: 400 * time.Millisecond}}, bar: 0.95},
		{name: "md5sum", runs: runsOf(160, 200), bar: 1.1},
		{name: "igzip -dc | md5sum", bar: 0.95},
		{name: "gzip", runs: runsOf(1000)},
	},
}}

func TestTable(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(table(made)), "\n")
	require.Len(t, lines, 6)
	columns := func(line string) int { return strings.Count(strings.ReplaceAll(line, `\|`, ""), "|") }
	for _, l := range lines {
		require.Equal(t, columns(lines[0]), columns(l), l)
	}
	require.Equal(t, `| etag <all> & more | 0.200 s, 500 MB/s | 0.200 s | 0 % | bgzip -@2 -dc \| md5sum | 0.250 s, 400 MB/s | 0.250 s | 0 % | 0.80 | ≤ 0.95 | 0.30 / 0.40 s |`, lines[2])
	require.Contains(t, lines[3], "| 1.25 (!) | ≤ 1.10 |")
	require.Contains(t, lines[4], "absent")
	require.NotContains(t, lines[5], "(!)")
}

func TestTableOfSizesAndBusyRuns(t *testing.T) {
	o := outcome{name: "write", bytes: 1000, ours: series{{wall: time.Second, stored: 250}}, peers: []peerOutcome{{name: "p", runs: series{{wall: time.Second, stored: 333}}}}, busy: 0.25}
	got := table([]outcome{o})
	require.Contains(t, got, "| write (busy: 25 %) |")
	require.Contains(t, got, ", to 25.00 % |")
	require.Contains(t, got, ", to 33.30 % |")
}

func TestChart(t *testing.T) {
	svg := chart(made)
	dec := xml.NewDecoder(strings.NewReader(svg))
	bars := 0
	for {
		token, err := dec.Token()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "rect" {
			bars++
		}
	}
	require.Equal(t, 4, bars, "ours and the three peers that are there")
	require.Contains(t, svg, "etag &lt;all&gt; &amp; more")
	require.Contains(t, svg, "md5sum (!)")
}

func TestVerdicts(t *testing.T) {
	lines, good := verdicts(made, []memory{{name: "x", text: 1e9, peak: 90 << 20, bar: memoryBar}})
	require.False(t, good)
	require.Len(t, lines, 4, "a peer without a bar has no verdict")
	require.Regexp(t, `^met .*0\.800, bar 0\.950`, lines[0])
	require.Regexp(t, `^MISSED .*1\.250, bar 1\.100`, lines[1])
	require.Regexp(t, `^MISSED .*absent`, lines[2])
	require.Regexp(t, `^met .*90\.0 MiB`, lines[3])

	one := made[0]
	one.peers = one.peers[:1]
	_, good = verdicts([]outcome{one}, nil)
	require.True(t, good)
	_, good = verdicts(nil, []memory{{name: "x", peak: memoryBar + 1, bar: memoryBar}})
	require.False(t, good)
	_, good = verdicts(nil, []memory{{name: "x"}})
	require.False(t, good, "what was not measured is not met")
}

func TestMemoryTable(t *testing.T) {
	require.Contains(t, memoryTable([]memory{{"BGZF", 2e9, 3 * time.Second, 64 << 20, memoryBar}}), "| BGZF | 2000 MB | 3.000 s | 64.0 MiB | ≤ 96 MiB |")
	require.Contains(t, memoryTable([]memory{{name: "BGZF"}}), "not told")
}

func TestPreambleTellsOfCoresThatAreNotThere(t *testing.T) {
	require.NotContains(t, preamble(data{}, 1.9, 1.1, nil), "do not run side by side")
	require.Contains(t, preamble(data{}, 1.1, 1.9, nil), "do not run side by side")
}
