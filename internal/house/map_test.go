package house

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestMapNamesEveryRoom: ARCHITECTURE.md says of every entry of the order that
// has code what it is for.
func TestMapNamesEveryRoom(t *testing.T) {
	doc, err := os.ReadFile(root + "/ARCHITECTURE.md")
	require.NoError(t, err)
	mapped := map[string]bool{}
	for line := range strings.Lines(string(doc)) {
		if name, ok := strings.CutPrefix(line, "| `"); ok {
			name, _, _ = strings.Cut(name, "`")
			if at, ok := placeOf(name); ok {
				mapped[at.entry] = true
			}
		}
	}
	for _, s := range sources(t) {
		if at, ok := placeOf(s.pkg); ok && !mapped[at.entry] {
			t.Errorf("ARCHITECTURE.md has no row for %s", at.entry)
			mapped[at.entry] = true // once is enough
		}
	}
}
