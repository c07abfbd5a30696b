package house

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestReadmeShowsTheConsumer: the README's program is the one that .ci/run
// builds and runs as a module of its own.
func TestReadmeShowsTheConsumer(t *testing.T) {
	readme, err := os.ReadFile(root + "/README.md")
	require.NoError(t, err)
	_, rest, ok := strings.Cut(string(readme), "```go\n")
	require.True(t, ok, "README.md has no Go program")
	shown, _, _ := strings.Cut(rest, "```")

	program, err := os.ReadFile(root + "/testdata/consumer/main.go")
	require.NoError(t, err)
	at := strings.Index(string(program), "package main")
	require.Equal(t, string(program[at:]), shown)
}
