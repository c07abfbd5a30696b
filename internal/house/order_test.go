package house

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A row of the import order. A package of a row may import packages of lower
// rows and what lies in its own folder; siblings do not import each other.
// A package belongs to the longest entry that is its path or a folder above it.
type row struct {
	packages []string // siblings; paths below the module's root, "." for the root itself
	column   column   // rows of two different columns lie beside each other and never import across
	onlyFrom []string // where set, non-test files of these entries alone may import the row
}

type column string

const (
	spanning  column = "" // across the whole house
	codecs    column = "codecs"
	substrate column = "substrate"
)

// order is the house, top first. It names rooms that are still to be built, so
// that a new package finds its place.
var order = []row{
	{packages: []string{"internal/house"}},
	{packages: []string{"cmd", "bench"}},
	{packages: []string{"server"}},
	{packages: []string{".", "buckettest"}},
	{packages: []string{"run", "workflow", "analytics"}},
	{packages: []string{"s3access"}},
	{packages: []string{"multipart"}},
	{packages: []string{"readset"}},
	{packages: []string{"index"}},
	{packages: []string{"etag"}},
	{packages: []string{"reference"}},

	{packages: []string{"internal/service"}, column: substrate},
	{packages: []string{"internal/vault"}, column: substrate},
	{packages: []string{"internal/job"}, column: substrate},
	{packages: []string{"internal/event"}, column: substrate},
	{packages: []string{"internal/policy"}, column: substrate},
	// Below job, whose tests run on a real database.
	{packages: []string{"internal/blob/s3", "internal/catalog/sqlite", "internal/catalog/postgres"}, column: substrate, onlyFrom: []string{"."}},
	{packages: []string{"internal/catalog/sqldb"}, column: substrate, onlyFrom: []string{"internal/catalog/sqlite", "internal/catalog/postgres"}},
	{packages: []string{"internal/catalog/catalogtest"}, column: substrate, onlyFrom: []string{}},
	{packages: []string{"internal/catalog"}, column: substrate},
	{packages: []string{"internal/blob/dir", "internal/blob/mem"}, column: substrate},
	{packages: []string{"internal/blob/blobtest"}, column: substrate},
	{packages: []string{"internal/blob"}, column: substrate},
	{packages: []string{"internal/source"}, column: substrate},
	{packages: []string{"internal/vfs"}, column: substrate},

	{packages: []string{"internal/simreads"}, column: codecs, onlyFrom: []string{"bench"}},
	{packages: []string{"internal/cram"}, column: codecs},
	{packages: []string{"internal/bam"}, column: codecs},
	{packages: []string{"internal/sam"}, column: codecs},
	{packages: []string{"internal/fastq"}, column: codecs},
	{packages: []string{"internal/fasta"}, column: codecs},
	{packages: []string{"internal/gzip"}, column: codecs},
	{packages: []string{"internal/bgzf"}, column: codecs},
	{packages: []string{"internal/deflate"}, column: codecs},

	{packages: []string{"internal/md5"}},
	{packages: []string{"internal/pipeline"}},
	{packages: []string{"internal/errs"}},
	{packages: []string{"internal/oracle", "internal/crash"}, onlyFrom: []string{}},
}

// place is where an entry stands: its row in order, counted from the top.
type place struct {
	entry string
	row   int
}

// placeOf finds the entry that a package belongs to; false where the table has
// none.
func placeOf(pkg string) (place, bool) {
	best, found := place{}, false
	for i, r := range order {
		for _, entry := range r.packages {
			if within(pkg, entry) && (!found || len(entry) > len(best.entry)) {
				best, found = place{entry, i}, true
			}
		}
	}
	return best, found
}

// within says whether a package is the entry or lies in its folder. The root
// package holds only itself.
func within(pkg, entry string) bool {
	return pkg == entry || entry != "." && strings.HasPrefix(pkg, entry+"/")
}

// mayImport says why an import between two packages of the module breaks the
// order, or gives "".
func mayImport(from, to string, test bool) string {
	src, ok := placeOf(from)
	if !ok {
		return fmt.Sprintf("package %s has no place in the order: give it one in internal/house/order_test.go", from)
	}
	dst, ok := placeOf(to)
	if !ok {
		return fmt.Sprintf("package %s has no place in the order: give it one in internal/house/order_test.go", to)
	}
	if src.entry == dst.entry {
		return ""
	}
	above, below := order[src.row], order[dst.row]
	switch {
	case src.row > dst.row:
		return fmt.Sprintf("%s imports %s, which lies above it", from, to)
	case src.row == dst.row:
		return fmt.Sprintf("%s imports its sibling %s", from, to)
	case above.column != spanning && below.column != spanning && above.column != below.column:
		return fmt.Sprintf("%s (%s) imports %s (%s): these lie beside each other", from, above.column, to, below.column)
	case !test && below.onlyFrom != nil && !slices.Contains(below.onlyFrom, src.entry):
		return fmt.Sprintf("%s imports %s, which is there only for %s", from, to, strings.Join(append([]string{"tests"}, below.onlyFrom...), ", "))
	}
	return ""
}

func TestImportsGoDown(t *testing.T) {
	for _, f := range sources(t) {
		if _, ok := placeOf(f.pkg); !ok {
			t.Errorf("%s: package %s has no place in the order: give it one in internal/house/order_test.go", f.path, f.pkg)
			continue
		}
		for _, imp := range f.moduleImports() {
			if why := mayImport(f.pkg, imp, f.test); why != "" {
				t.Errorf("%s: %s", f.path, why)
			}
		}
	}
}

func TestEntriesStandOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range order {
		for _, entry := range append(slices.Clone(r.packages), r.onlyFrom...) {
			_, ok := placeOf(entry)
			require.True(t, ok, "%s is no entry", entry)
		}
		for _, entry := range r.packages {
			require.False(t, seen[entry], "%s stands twice", entry)
			seen[entry] = true
		}
	}
}

func TestMayImport(t *testing.T) {
	for _, c := range []struct {
		from, to string
		test     bool
		why      string // part of the refusal; "" where the import is good
	}{
		{from: "etag", to: "internal/fastq"},
		{from: "etag", to: "internal/errs"},
		{from: "internal/deflate/asm", to: "internal/deflate"},
		{from: "internal/catalog/sqlite", to: "internal/catalog"},
		{from: ".", to: "internal/catalog/sqlite"},
		{from: "bench", to: "internal/simreads"},
		{from: "etag", to: "internal/simreads", test: true},
		{from: "cmd/seqlode", to: "cmd/seqlode/internal/sumlist"},

		{from: "internal/errs", to: "etag", why: "above"},
		{from: "internal/fastq", to: "internal/sam", why: "above"},
		{from: "internal/fastq", to: "internal/simreads", test: true, why: "above"},
		{from: "internal/catalog", to: "internal/catalog/sqlite", why: "above"},
		{from: "bench", to: "cmd/seqlode", why: "sibling"},
		{from: "run", to: "workflow", why: "sibling"},
		{from: "internal/bam", to: "internal/catalog", why: "above"},
		{from: "internal/catalog", to: "internal/bam", why: "beside"},
		{from: "etag", to: "internal/simreads", why: "only for tests, bench"},
		{from: "readset", to: "internal/catalog/sqlite", why: "only for tests, ."},
		{from: "cmd/seqlode", to: "internal/catalog/postgres", why: "only for tests, ."},
		{from: "stray", to: "etag", why: "no place"},
		{from: "etag", to: "internal/stray", why: "no place"},
	} {
		got := mayImport(c.from, c.to, c.test)
		if c.why == "" {
			require.Empty(t, got, "%s -> %s", c.from, c.to)
		} else {
			require.Contains(t, got, c.why, "%s -> %s", c.from, c.to)
		}
	}
}
