package fasta

import (
	"fmt"

	"github.com/seqlode/seqlode/internal/errs"
)

// The codes of warnings, besides those of [gzip.End].
const (
	DuplicateName = "duplicate-name"
	EmptySequence = "empty-sequence"
)

// notes are what a person should know of a file that was taken all the same.
type notes struct{ duplicate, empty note }

// note is one kind of oddity: the first few in full, and how many there are.
type note struct {
	said  []string
	count int
}

// shown is how many of a kind are told one by one.
const shown = 5

func (n *note) add(format string, args ...any) {
	if n.count++; n.count <= shown {
		n.said = append(n.said, fmt.Sprintf(format, args...))
	}
}

// warnings gives the notes as warnings.
func (n *notes) warnings() []errs.Warning {
	var ws []errs.Warning
	for _, kind := range [...]struct {
		code string
		*note
	}{{DuplicateName, &n.duplicate}, {EmptySequence, &n.empty}} {
		for _, said := range kind.said {
			ws = append(ws, errs.Warning{Code: kind.code, Message: said})
		}
		if more := kind.count - shown; more > 0 {
			ws = append(ws, errs.Warning{Code: kind.code, Message: fmt.Sprintf("%d more such sequences are left out", more)})
		}
	}
	return ws
}
