// Package catalogtest is the suite that every driver of a catalog passes.
package catalogtest
