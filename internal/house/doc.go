// Package house holds what keeps the house in order: tests over the module's
// own source. They hold the import order, keep drivers out of the codecs, ask
// for doc comments, bound the length of files, and compare the documents with
// what the code does.
//
// The table of layers in order_test.go is the one place where the import order
// is written; the depguard rules of .golangci.yml are generated from it:
//
//	go generate ./internal/house
package house

//go:generate go test -count=1 -run ^TestDepguardAgreesWithOrder$ . -update
