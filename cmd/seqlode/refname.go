package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/seqlode/seqlode"
)

// referenceARN finds the ARN of a reference by its id or name; an ARN stands for
// itself.
func referenceARN(ctx context.Context, v *seqlode.Vault, name string) (string, error) {
	if strings.HasPrefix(name, "arn:") {
		return name, nil
	}
	refs, err := listReferences(ctx, v)
	if err != nil {
		return "", err
	}
	byID := ""
	var byName []string
	for _, ref := range refs {
		if ref.ID == name {
			byID = ref.ARN
		}
		if ref.Name == name {
			byName = append(byName, ref.ARN)
		}
	}
	switch {
	case byID != "":
		return byID, nil
	case len(byName) == 1:
		return byName[0], nil
	case len(byName) == 0:
		return "", fmt.Errorf("no reference %s in this vault; `seqlode reference ls` lists them", label(name))
	}
	return "", fmt.Errorf("%d references have the name %s: say which by its id, which `seqlode reference ls` tells", len(byName), label(name))
}
