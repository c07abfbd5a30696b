//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// step is a block of commands of a document, and what it says they print.
type step struct {
	commands, prints string
	fails            bool
}

// steps reads the blocks marked sh of a document, each with the block marked text
// behind it, if there is one.
func steps(t *testing.T, name string) (out []step) {
	t.Helper()
	doc, err := os.ReadFile(name)
	require.NoError(t, err)
	for _, m := range regexp.MustCompile("(?ms)^```(sh|sh fails|text)\n(.*?)^```$").FindAllStringSubmatch(string(doc), -1) {
		if m[1] != "text" {
			out = append(out, step{commands: m[2], fails: m[1] == "sh fails"})
			continue
		}
		last := &out[len(out)-1]
		require.Empty(t, last.prints, "a second text behind %s", last.commands)
		last.prints = m[2]
	}
	require.NotEmpty(t, out)
	return out
}

// TestTour runs docs/tour.md as a user does, in one shell.
func TestTour(t *testing.T) {
	clone := t.TempDir()
	for _, folder := range []string{"testdata", "etag/testdata"} {
		require.NoError(t, os.CopyFS(filepath.Join(clone, folder), os.DirFS("../../"+folder)))
	}
	all := steps(t, "../../docs/tour.md")
	const mark = "=== end of step "
	var script strings.Builder
	for _, s := range all {
		script.WriteString(s.commands + "echo '" + mark + "'$?\n")
	}
	cmd := exec.Command("sh", "-c", script.String())
	cmd.Dir = clone
	cmd.Env = append(os.Environ(), "TMPDIR="+t.TempDir(), "SEQLODE_VAULT=", "LC_ALL=C")
	text, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", text)
	varying := regexp.MustCompile(`\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ|\d+ (B|bytes)\b`)
	printed := regexp.MustCompile(mark+`(\d+)\n`).Split(string(text), -1)
	codes := regexp.MustCompile(mark+`(\d+)\n`).FindAllStringSubmatch(string(text), -1)
	require.Len(t, codes, len(all), "%s", text)
	for i, s := range all {
		require.Equal(t, s.fails, codes[i][1] != "0", "%s%s", s.commands, printed[i])
		require.Equal(t, varying.ReplaceAllString(s.prints, "*"), varying.ReplaceAllString(printed[i], "*"), "%s", s.commands)
	}
	require.Empty(t, printed[len(all)])
}
