// Command consumer prints the ETag of a file, as another module would.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/seqlode/seqlode/etag"
)

func main() {
	file, err := os.Open(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	res, err := etag.Compute(context.Background(), file, etag.Options{Family: etag.SHA256up})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s  %s  %d reads, %d bases\n", res.Algorithm, res.Hex, res.Reads, res.Bases)
}
