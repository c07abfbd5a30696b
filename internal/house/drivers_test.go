package house

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// codecPackages can be imported with no vault: who imports them gets the codecs
// and nothing of what is named in drivers.
var codecPackages = []string{"etag", "index", "reference", "readset"}

// drivers are the import paths, with all below them, that the codecs never
// link.
var drivers = map[string]string{
	"database/sql":                    "SQL",
	"modernc.org/sqlite":              "SQLite",
	"github.com/mattn/go-sqlite3":     "SQLite",
	"github.com/jackc/pgx":            "PostgreSQL",
	"github.com/lib/pq":               "PostgreSQL",
	"github.com/pressly/goose":        "catalog migrations",
	"github.com/aws":                  "AWS",
	"github.com/minio/minio-go":       "S3",
	"go.opentelemetry.io":             "telemetry",
	"github.com/prometheus":           "telemetry",
	"google.golang.org/grpc":          "telemetry",
	"github.com/spf13":                "the command line",
	"github.com/stretchr/testify":     "tests",
	"github.com/mmcloughlin/avo":      "code generation",
	"github.com/rogpeppe/go-internal": "tests",
}

func TestCodecsLinkNoDriver(t *testing.T) {
	checked := 0
	for _, pkg := range codecPackages {
		if _, err := os.Stat(filepath.Join(root, pkg)); errors.Is(err, os.ErrNotExist) {
			continue // not built yet
		}
		checked++
		for _, why := range linkedDrivers(t, pkg) {
			t.Error(why)
		}
	}
	require.NotZero(t, checked)
}

// linkedDrivers names what a package links, itself or through others, that the
// codecs must not.
func linkedDrivers(t *testing.T, pkg string) []string {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "./"+pkg)
	list.Dir = root
	list.Stderr = os.Stderr
	deps, err := list.Output()
	require.NoError(t, err, "go list -deps ./%s", pkg)
	var out []string
	for dep := range strings.Lines(string(deps)) {
		dep = strings.TrimSpace(dep)
		for driver, what := range drivers {
			if within(dep, driver) {
				out = append(out, pkg+" links "+dep+": "+what+" stays out of the codecs")
			}
		}
	}
	return out
}

func TestDriverRuleBites(t *testing.T) {
	require.NotEmpty(t, linkedDrivers(t, "internal/house/testdata/leaky"))
}
