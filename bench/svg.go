package main

import (
	"encoding/xml"
	"fmt"
	"strings"
)

// Measures of the chart, in pixels.
const (
	chartWidth = 860
	barLeft    = 330
	barWidth   = chartWidth - barLeft - 90
	barHeight  = 16
	lineHeight = 22
	titleDrop  = 30
)

// chart draws the outcomes as bars of MB/s, longer is faster, a scale for each
// work. It follows the viewer's light or dark scheme and has no background.
func chart(outcomes []outcome) string {
	var b strings.Builder
	y := 10
	for _, o := range outcomes {
		y += titleDrop
		text(&b, "title", 10, y-10, o.name, "start")
		top := rate(o.bytes, o.ours.best())
		for _, p := range o.peers {
			if p.runs != nil {
				top = max(top, rate(o.bytes, p.runs.best()))
			}
		}
		bar(&b, "ours", y, "seqlode", rate(o.bytes, o.ours.best()), top)
		y += lineHeight
		for _, p := range o.peers {
			if p.runs == nil {
				continue
			}
			name := p.name
			if p.runs.spread() > noisy {
				name += " (!)"
			}
			bar(&b, "peer", y, name, rate(o.bytes, p.runs.best()), top)
			y += lineHeight
		}
	}
	y += 10
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img">
<title>MB/s of text, seqlode and its peers; longer is faster</title>
<style>
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600 }
.ours { fill: #1a7f64 }
.peer { fill: #9aa4b0 }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .ours { fill: #3fb98f } .peer { fill: #6e7a88 } }
</style>
%s</svg>
`, chartWidth, y, chartWidth, y, b.String())
}

func bar(b *strings.Builder, class string, y int, name string, value, top float64) {
	width := max(1, int(value/top*barWidth))
	text(b, "name", barLeft-8, y+13, name, "end")
	fmt.Fprintf(b, `<rect class="%s" x="%d" y="%d" width="%d" height="%d" rx="2"/>`+"\n", class, barLeft, y, width, barHeight)
	text(b, "value", barLeft+width+6, y+13, fmt.Sprintf("%.0f MB/s", value), "start")
}

func text(b *strings.Builder, class string, x, y int, s, anchor string) {
	fmt.Fprintf(b, `<text class="%s" x="%d" y="%d" text-anchor="%s">`, class, x, y, anchor)
	_ = xml.EscapeText(b, []byte(s)) // a strings.Builder does not fail
	b.WriteString("</text>\n")
}
