package main

import (
	"fmt"
	"strings"
	"time"
)

// noisy is the spread from which a peer's figure is marked.
const noisy = 0.15

// table writes the outcomes as a Markdown table. Times are wall time unless
// the peer's name says otherwise.
func table(outcomes []outcome) string {
	var b strings.Builder
	b.WriteString("| work | ours: best | median | spread | peer | best | median | spread | ratio | bar | user CPU, ours / peer |\n")
	b.WriteString("| --- | ---: | ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n")
	for _, o := range outcomes {
		ours, name := cells(o.bytes, o.ours), o.name
		if o.busy > 0 {
			name += fmt.Sprintf(" (busy: %.0f %%)", 100*o.busy)
		}
		for _, p := range o.peers {
			if p.runs == nil {
				row(&b, name, ours, p.name, "absent | | ", "", limit(p.bar), "")
				continue
			}
			mark := ""
			if p.runs.spread() > noisy {
				mark = " (!)"
			}
			cpu := ""
			if o.ours.user() > 0 && p.runs.user() > 0 {
				cpu = fmt.Sprintf("%.2f / %.2f s", o.ours.user().Seconds(), p.runs.user().Seconds())
			}
			row(&b, name, ours, p.name, cells(o.bytes, p.runs), fmt.Sprintf("%.2f%s", p.ratio(o.ours), mark), limit(p.bar), cpu)
		}
	}
	return b.String()
}

func row(b *strings.Builder, cell ...string) {
	// A pipe sign would end the cell, other than in those of several columns.
	for _, i := range []int{0, 2} {
		cell[i] = strings.ReplaceAll(cell[i], "|", `\|`)
	}
	fmt.Fprintf(b, "| %s |\n", strings.Join(cell, " | "))
}

// cells gives best, median and spread.
func cells(bytes int64, s series) string {
	size := ""
	if s[0].stored > 0 {
		size = fmt.Sprintf(", to %.2f %%", 100*float64(s[0].stored)/float64(bytes))
	}
	return fmt.Sprintf("%s, %.0f MB/s%s | %s | %.0f %%", seconds(s.best()), rate(bytes, s.best()), size, seconds(s.median()), 100*s.spread())
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f s", d.Seconds()) }

func limit(bar float64) string {
	if bar == 0 {
		return ""
	}
	return fmt.Sprintf("≤ %.2f", bar)
}

// legend explains the table.
func legend(runs int) string {
	return fmt.Sprintf("Best, median and spread (longest over shortest) of %d runs, taken in turn; ratio = our best time / the peer's best time, below 1 we are faster; "+
		"a peer is shown in its best variant (thread count, stages pinned to cores or free); (!) marks a peer that spreads more than %.0f %%; MB = 1e6 bytes of text; "+
		"\"busy\": part of the runs that began while two busy loops did not run side by side; \"to\": the size that a compressor leaves.\n", runs, 100*noisy)
}
