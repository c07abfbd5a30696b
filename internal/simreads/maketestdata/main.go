// Command maketestdata writes the files of the testdata folder into the folder
// it is given.
package main

import (
	"fmt"
	"os"

	"github.com/seqlode/seqlode/internal/simreads"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: maketestdata DIR")
		os.Exit(2)
	}
	if err := simreads.WriteTestSet(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "maketestdata:", err)
		os.Exit(1)
	}
}
