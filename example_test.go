package seqlode_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/seqlode/seqlode"
)

// The vault is made where there is none, and found there the next time.
func ExampleOpen() {
	dir, err := os.MkdirTemp("", "vault")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	vault, err := seqlode.Open(context.Background(), seqlode.Options{Dir: dir, Name: "The lab's reads"})
	if err != nil {
		log.Fatal(err)
	}
	defer vault.Close()
	info := vault.Info()
	fmt.Println(info.Name, "of account", info.Account)

	report, err := vault.Fsck(context.Background(), seqlode.FsckOptions{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("clean:", report.Clean())
	// Output:
	// The lab's reads of account 000000000000
	// clean: true
}
