package service

import (
	"context"
	"time"

	"github.com/seqlode/seqlode/internal/catalog"
)

// Paging is what all lists are asked with besides their filters.
type Paging struct {
	MaxResults int    // 1 to 100; 0 is 100
	NextToken  string // of the page before
}

// mostResults is the rows of a page of the API.
const mostResults = 100

// Page judges the fields by which a list is paged.
func (r *Rules) Page(p Paging) {
	if p.MaxResults < 0 || p.MaxResults > mostResults {
		r.Fail("maxResults is %d, want 1 to %d", p.MaxResults, mostResults)
	}
}

// List reads a page of a list, and gives its rows as operations do: a list that is
// not nil, and the token of the next page. rules have judged the filters.
func List[Row, Item any](ctx context.Context, c *catalog.Catalog, rules *Rules, p Paging,
	page func(*catalog.Reader, catalog.PageRequest) (catalog.Page[Row], error), describe func(Row) (Item, error),
) (items []Item, next string, err error) {
	rules.Page(p)
	if err := rules.Err(); err != nil {
		return nil, "", err
	}
	limit := p.MaxResults
	if limit == 0 {
		limit = mostResults
	}
	err = c.View(ctx, func(r *catalog.Reader) error {
		rows, err := page(r, catalog.PageRequest{Limit: limit, Token: p.NextToken})
		if err != nil {
			return err
		}
		items, next = make([]Item, 0, len(rows.Items)), rows.Next
		for _, row := range rows.Items {
			item, err := describe(row)
			if err != nil {
				return err
			}
			items = append(items, item)
		}
		return nil
	})
	if err != nil {
		return nil, "", err
	}
	return items, next, nil
}

// JobFilter selects jobs; empty fields select all. Times are excluded.
type JobFilter struct {
	Status        catalog.JobStatus `json:"status,omitempty"`
	CreatedAfter  time.Time         `json:"createdAfter,omitzero"`
	CreatedBefore time.Time         `json:"createdBefore,omitzero"`
}

// JobFilter judges a filter of jobs, and gives it as the catalog has it.
func (r *Rules) JobFilter(f JobFilter) catalog.JobFilter {
	OneOf(r, "filter.status", f.Status, true, catalog.JobSubmitted, catalog.JobInProgress, catalog.JobCancelling, catalog.JobCancelled,
		catalog.JobFailed, catalog.JobCompleted, catalog.JobCompletedWithFailures)
	return catalog.JobFilter{Status: f.Status, Created: catalog.Created{After: f.CreatedAfter, Before: f.CreatedBefore}}
}
