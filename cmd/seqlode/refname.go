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
	byID := ""
	var byName []string
	err := listReferences(ctx, v, func(ref reference.Stored) error {
		if ref.ID == name {
			byID = ref.ARN
		}
		if ref.Name == name {
			byName = append(byName, ref.ARN)
		}
		return nil
	})
	switch {
	case err != nil:
		return "", err
	case byID != "":
		return byID, nil
	case len(byName) == 1:
		return byName[0], nil
	case len(byName) == 0:
		return "", fmt.Errorf("no reference %s in this vault; `seqlode reference ls` lists them", label(name))
	}
	return "", fmt.Errorf("%d references have the name %s: say which by its id, which `seqlode reference ls` tells", len(byName), label(name))
}
