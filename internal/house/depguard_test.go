package house

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite what is generated from the order")

const (
	lintConfig    = root + "/.golangci.yml"
	depguardBegin = "      # The import order. Generated from internal/house/order_test.go by go generate; do not edit.\n"
	depguardEnd   = "      # End of the import order.\n"
)

func TestDepguardAgreesWithOrder(t *testing.T) {
	config, err := os.ReadFile(lintConfig)
	require.NoError(t, err)
	head, rest, ok := bytes.Cut(config, []byte(depguardBegin))
	require.True(t, ok, ".golangci.yml lacks the line that begins the import order")
	_, tail, ok := bytes.Cut(rest, []byte(depguardEnd))
	require.True(t, ok, ".golangci.yml lacks the line that ends the import order")

	want := slices.Concat(head, []byte(depguardBegin), []byte(depguardRules()), []byte(depguardEnd), tail)
	if *update {
		require.NoError(t, os.WriteFile(filepath.Clean(lintConfig), want, 0o644))
		return
	}
	require.Equal(t, string(want), string(config), "run go generate ./internal/house")
}

// depguardRules gives the order as depguard's rules: for each entry, that of
// the module it may import what mayImport allows, and for each row with
// onlyFrom, that other non-test files leave it alone.
func depguardRules() string {
	var b strings.Builder
	for _, r := range order {
		for _, entry := range r.packages {
			fmt.Fprintf(&b, "        %s:\n", ruleName(entry))
			fmt.Fprintf(&b, "          list-mode: lax\n")
			fmt.Fprintf(&b, "          files: [%s]\n", strings.Join(entryFiles(entry), ", "))
			fmt.Fprintf(&b, "          deny: [{pkg: %s, desc: imports go down the order of internal/house only}]\n", module)
			var allow []string
			for _, lower := range order {
				for _, to := range lower.packages {
					if mayImport(entry, to, true) == "" {
						allow = append(allow, importPrefix(to))
					}
				}
			}
			fmt.Fprintf(&b, "          allow: [%s]\n", strings.Join(allow, ", "))
		}
	}
	for _, r := range order {
		if r.onlyFrom == nil {
			continue
		}
		files := []string{`"!$test"`}
		for _, entry := range slices.Concat(r.onlyFrom, r.packages) {
			files = append(files, strconv.Quote("!"+entryGlob(entry)))
		}
		for _, entry := range r.packages {
			fmt.Fprintf(&b, "        %s-guests:\n", ruleName(entry))
			fmt.Fprintf(&b, "          list-mode: lax\n")
			fmt.Fprintf(&b, "          files: [%s]\n", strings.Join(files, ", "))
			fmt.Fprintf(&b, "          deny: [{pkg: %s, desc: %q}]\n", importPath(entry), "is there only for "+strings.Join(append([]string{"tests"}, r.onlyFrom...), ", "))
		}
	}
	return b.String()
}

func ruleName(entry string) string {
	if entry == "." {
		return "seqlode"
	}
	return strings.ReplaceAll(entry, "/", "-")
}

func importPath(entry string) string {
	if entry == "." {
		return module
	}
	return module + "/" + entry
}

// importPrefix is the entry as depguard takes it: a prefix, or exact where the
// table gives a folder below it a place of its own.
func importPrefix(entry string) string {
	if entry == "." || len(entriesBelow(entry)) > 0 {
		return importPath(entry) + "$"
	}
	return importPath(entry)
}

// entriesBelow gives the entries that lie in an entry's folder.
func entriesBelow(entry string) []string {
	var out []string
	for _, r := range order {
		for _, e := range r.packages {
			if e != entry && within(e, entry) {
				out = append(out, e)
			}
		}
	}
	return out
}

// entryGlob matches the files of an entry.
func entryGlob(entry string) string {
	if entry == "." {
		return "${config-path}/*.go"
	}
	return "${config-path}/" + entry + "/**"
}

// entryFiles gives the globs of the files that belong to an entry and to none
// below it, quoted.
func entryFiles(entry string) []string {
	out := []string{strconv.Quote(entryGlob(entry))}
	for _, below := range entriesBelow(entry) {
		out = append(out, strconv.Quote("!"+entryGlob(below)))
	}
	return out
}
