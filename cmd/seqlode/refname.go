package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/seqlode/seqlode"
	"github.com/seqlode/seqlode/reference"
)

// referenceARN finds the ARN of a reference by its id or name; an ARN stands for
// itself.
func referenceARN(ctx context.Context, v *seqlode.Vault, name string) (string, error) {
	if strings.HasPrefix(name, "arn:") {
		return name, nil
	}
	kept, err := v.References.ListReferenceStores(ctx, reference.ListReferenceStoresInput{})
	if err != nil {
		return "", err
	}
	var found []reference.Stored
	for _, store := range kept.ReferenceStores {
		for in := (reference.ListReferencesInput{ReferenceStoreID: store.ID}); ; {
			page, err := v.References.ListReferences(ctx, in)
			if err != nil {
				return "", err
			}
			for _, ref := range page.References {
				if ref.ID == name {
					return ref.ARN, nil
				}
				if ref.Name == name {
					found = append(found, ref)
				}
			}
			if in.NextToken = page.NextToken; in.NextToken == "" {
				break
			}
		}
	}
	switch len(found) {
	case 0:
		return "", fmt.Errorf("no reference %s in this vault; `seqlode reference ls` lists them", label(name))
	case 1:
		return found[0].ARN, nil
	}
	return "", fmt.Errorf("%d references have the name %s: say which by its id, which `seqlode reference ls` tells", len(found), label(name))
}
