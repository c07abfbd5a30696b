package main

import "fmt"

// verdicts names every bar and whether it was met, and says whether all were.
// A bar that could not be measured is not met.
func verdicts(outcomes []outcome, ms []memory) (lines []string, good bool) {
	good = true
	say := func(met bool, format string, args ...any) {
		word := "met"
		if !met {
			word, good = "MISSED", false
		}
		lines = append(lines, fmt.Sprintf("%-6s  ", word)+fmt.Sprintf(format, args...))
	}
	for _, o := range outcomes {
		for _, p := range o.peers {
			switch {
			case p.bar == 0:
			case p.runs == nil:
				say(false, "%s / %s: the peer is absent", o.name, p.name)
			default:
				r := p.ratio(o.ours)
				say(r <= p.bar, "%s / %s: %.3f, bar %.3f", o.name, p.name, r, p.bar)
			}
		}
	}
	for _, m := range ms {
		if m.peak == 0 {
			say(false, "memory, %s: this system does not tell", m.name)
			continue
		}
		say(m.peak <= m.bar, "memory, %s, %.0f MB of text: %.1f MiB, bar %d MiB", m.name, float64(m.text)/1e6, float64(m.peak)/(1<<20), m.bar>>20)
	}
	return lines, good
}
