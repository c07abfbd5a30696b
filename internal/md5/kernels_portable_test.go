//go:build !amd64 || noasm

package md5

import "testing"

// forEachKernel runs test with the only kernel there is.
func forEachKernel(t *testing.T, test func(t *testing.T)) { t.Run("standard", test) }
