package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// choice is a flag that takes one of a few words, in either case.
type choice[T ~string] struct {
	to    *T
	words []T
}

// addChoice defines such a flag; *to holds its default.
func addChoice[T ~string](cmd *cobra.Command, to *T, name, usage string, words ...T) {
	c := choice[T]{to, words}
	cmd.Flags().Var(c, name, usage)
	// The error is for a flag that isn't there: it was defined in the line above.
	_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(c.spell(), cobra.ShellCompDirectiveNoFileComp))
}

func (c choice[T]) String() string { return spelt(*c.to) }
func (c choice[T]) Type() string   { return strings.Join(c.spell(), "|") }

func (c choice[T]) Set(s string) error {
	for _, w := range c.words {
		if strings.EqualFold(s, string(w)) {
			*c.to = w
			return nil
		}
	}
	return fmt.Errorf("must be one of %s", strings.Join(c.spell(), ", "))
}

// spell gives the words as the help shows them: those all in capitals in small
// letters.
func (c choice[T]) spell() []string {
	var out []string
	for _, w := range c.words {
		out = append(out, spelt(w))
	}
	return out
}

func spelt[T ~string](word T) string {
	if w := string(word); w != strings.ToUpper(w) {
		return w
	}
	return strings.ToLower(string(word))
}
