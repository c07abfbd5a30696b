package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seqlode/seqlode"
)

func newTag(a *app) *cobra.Command {
	var store string
	var remove []string
	cmd := &cobra.Command{
		Use:   "tag [flags] ID [KEY=VALUE...]",
		Short: "Show and change the tags of a read set or store",
		Long: `Gives the read set or sequence store with an ID the tags KEY=VALUE; a KEY that it
has already gets the new VALUE, which may be empty: KEY=. --remove takes a tag
away. Then all tags are printed. Up to 50 tags, keys up to 128 characters, values
up to 256.`,
		Example: `  seqlode tag 1000000002 project=exomes batch=7
  seqlode tag --remove batch 1000000002
  seqlode tag 1000000002                          only shows them`,
	}
	c := newVaultCommand(a, cmd, 1, -1)
	addStore(cmd, &store)
	cmd.Flags().StringArrayVar(&remove, "remove", nil, "take the tag with this `KEY` away; may be given several times")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		tags, err := parseTags(args[1:])
		if err != nil {
			return err
		}
		for _, key := range remove {
			if _, ok := tags[key]; ok {
				return usagef("--remove %s: it is given a value too", key)
			}
		}
		return c.in(cmd.Context(), reading, func(v *seqlode.Vault) error {
			return c.tag(cmd.Context(), v, store, args[0], tags, remove)
		})
	}
	return cmd
}

// taggedJSON is what has tags, for programs.
type taggedJSON struct {
	ID   string            `json:"id"`
	Tags map[string]string `json:"tags"`
}

// tag changes the tags of a read set or store and prints them.
func (c *vaultCommand) tag(ctx context.Context, v *seqlode.Vault, store, id string, tags map[string]string, remove []string) error {
	in, err := storesNamed(ctx, v, store)
	if err != nil {
		return err
	}
	arn := ""
	for _, s := range in {
		if s.ID == id {
			arn = s.ARN
		}
	}
	if arn == "" {
		m, err := find(ctx, v, in, id)
		if err != nil {
			return err
		}
		arn = m.ARN
	}
	if len(remove) > 0 {
		if err := v.ReadSets.UntagResource(ctx, arn, remove); err != nil {
			return err
		}
	}
	if len(tags) > 0 {
		if err := v.ReadSets.TagResource(ctx, arn, tags); err != nil {
			return err
		}
	}
	all, err := v.ReadSets.ListTagsForResource(ctx, arn)
	if err != nil {
		return err
	}
	if c.json {
		return c.printJSON(taggedJSON{id, all})
	}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if _, err := fmt.Fprintln(c.stdout, plain(key+"="+all[key])); err != nil {
			return err
		}
	}
	return nil
}

// addStore adds the flag that names a store.
func addStore(cmd *cobra.Command, store *string) {
	cmd.Flags().StringVar(store, "store", "", "only in this sequence `STORE`, by its id or name")
}

// addTags adds the flag that gives tags.
func addTags(cmd *cobra.Command, tags *[]string) {
	cmd.Flags().StringArrayVar(tags, "tag", nil, "a tag, `KEY=VALUE`; may be given several times")
}

// parseTags reads tags as KEY=VALUE.
func parseTags(pairs []string) (map[string]string, error) {
	tags := map[string]string{}
	for _, pair := range pairs {
		key, value, ok := strings.Cut(pair, "=")
		if !ok || key == "" {
			return nil, usagef("%s is no tag: it is KEY=VALUE", label(pair))
		}
		if _, twice := tags[key]; twice {
			return nil, usagef("the tag %s is given twice", label(key))
		}
		tags[key] = value
	}
	return tags, nil
}
