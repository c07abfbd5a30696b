package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
)

// cpu names the processor, as Linux tells it.
func cpu() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err == nil {
		for line := range strings.Lines(string(info)) {
			if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
				return strings.TrimSpace(value)
			}
		}
	}
	return "unnamed CPU"
}

// buildTags gives the tags this program was built with; seqlode gets the same.
func buildTags() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "-tags" {
				return s.Value
			}
		}
	}
	return ""
}

// preamble says what the figures were measured on.
func preamble(d data, before, after float64, programs []string) string {
	var b strings.Builder
	if before < enough {
		fmt.Fprintf(&b, "**Two busy loops do not run side by side on this machine (%.2f times the work of one, %.2f is asked): rows with two threads or two stages say little.**\n\n", before, enough)
	}
	tags := buildTags()
	if tags != "" {
		tags = ", tags " + tags
	}
	fmt.Fprintf(&b, "- machine: %s, %d cores, %s/%s, %s%s\n", cpu(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version(), tags)
	fmt.Fprintf(&b, "- two busy loops side by side do %.2f times the work of one (%.2f after the runs)\n", before, after)
	fmt.Fprintf(&b, "- data: %s\n", d.note)
	fmt.Fprintf(&b, "- programs: %s\n", strings.Join(programs, "; "))
	return b.String()
}
