package sqlite

import (
	"context"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/catalog/catalogtest"
	"github.com/seqlode/seqlode/internal/catalog/sqldb"
)

// exempt are the queries that are not held to the rule, and why.
var exempt = map[string]string{
	"GROUP BY etag_algorithm":      "Duplicates reads the index of ETags from where the page before ended",
	"FROM job_item WHERE job_id =": "a job has at most a hundred items",
	"FROM reference_store WHERE":   "an account has one reference store",
}

// TestPlans: SQLite answers every query of the suite by an index, in the order of
// the index.
func TestPlans(t *testing.T) {
	plans := map[string][]string{}
	catalogtest.Run(t, func(t *testing.T, o catalog.Options) *catalog.Catalog {
		t.Helper()
		path := filepath.Join(t.TempDir(), "catalog.db")
		write, err := pool(path, "_txlock=immediate", 1)
		require.NoError(t, err)
		read, err := pool(path, "_query_only=1", 4)
		require.NoError(t, err)
		db, err := sqldb.Open(t.Context(), dialect, read, write)
		require.NoError(t, err)
		c := catalog.New(&planner{Driver: db, plans: plans}, o)
		t.Cleanup(func() { require.NoError(t, c.Close()) })
		return c
	})
	require.Greater(t, len(plans), 50)
	lists := 0
	for query, plan := range plans {
		if slices.ContainsFunc(slices.Collect(maps.Keys(exempt)), func(part string) bool { return strings.Contains(query, part) }) {
			continue
		}
		inList := strings.Contains(query, "(creation_time, id) >")
		if inList {
			lists++
		}
		for _, step := range plan {
			scans := strings.HasPrefix(step, "SCAN ") && !strings.HasSuffix(step, "-ROW VALUES CLAUSE") && step != "SCAN CONSTANT ROW" && step != "SCAN used" && step != "SCAN counted"
			// The place in a list bounds the walk itself; it is not checked row by row.
			if scans || strings.Contains(step, "TEMP B-TREE") || inList && strings.HasPrefix(step, "SEARCH ") && !strings.Contains(step, "creation_time") {
				t.Errorf("%s\n\t%s", query, strings.Join(plan, "\n\t"))
			}
		}
	}
	require.Greater(t, lists, 30)
}

// planner notes how the database answers what it is asked.
type planner struct {
	catalog.Driver
	mu    sync.Mutex
	plans map[string][]string
}

// Read wraps the connection.
func (p *planner) Read(ctx context.Context, fn func(catalog.Conn) error) error {
	return p.Driver.Read(ctx, func(c catalog.Conn) error { return fn(planned{c, p}) })
}

// Write wraps the connection.
func (p *planner) Write(ctx context.Context, fn func(catalog.Conn) error) error {
	return p.Driver.Write(ctx, func(c catalog.Conn) error { return fn(planned{c, p}) })
}

type planned struct {
	catalog.Conn
	p *planner
}

// Query notes the plan of a query, then runs it.
func (c planned) Query(ctx context.Context, query string, args ...any) (catalog.Rows, error) {
	if err := c.note(ctx, query, args); err != nil {
		return nil, err
	}
	return c.Conn.Query(ctx, query, args...)
}

// Exec notes the plan of a statement, then runs it.
func (c planned) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	if err := c.note(ctx, query, args); err != nil {
		return 0, err
	}
	return c.Conn.Exec(ctx, query, args...)
}

func (c planned) note(ctx context.Context, query string, args []any) (err error) {
	c.p.mu.Lock()
	defer c.p.mu.Unlock()
	if _, known := c.p.plans[query]; known {
		return nil
	}
	c.p.plans[query] = nil
	rows, err := c.Conn.Query(ctx, "EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		return err
	}
	defer func() {
		if closed := rows.Close(); err == nil {
			err = closed
		}
	}()
	for rows.Next() {
		var id, parent, unused int64
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			return err
		}
		c.p.plans[query] = append(c.p.plans[query], step)
	}
	return rows.Err()
}
