package etag_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/seqlode/seqlode/etag"
)

func ExampleCompute() {
	file, err := os.Open("../testdata/reads.fastq.gz")
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()

	res, err := etag.Compute(context.Background(), file, etag.Options{Family: etag.SHA256up})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Algorithm, res.Hex[:16], res.Reads, "reads")
	// Output: FASTQ_SHA256up ac8f928824fb49f5 1200 reads
}

func ExampleComputeAll() {
	var sources []etag.Source
	for _, name := range []string{"reads_1.fastq.gz", "reads_2.fastq.gz"} {
		file, err := os.Open("../testdata/" + name)
		if err != nil {
			log.Fatal(err)
		}
		defer file.Close()
		sources = append(sources, etag.Source{Name: name, Reader: file})
	}
	for i, res := range etag.ComputeAll(context.Background(), sources, etag.Options{}) {
		if res.Err != nil {
			log.Fatal(res.Err) // names the file, and the record or byte
		}
		fmt.Println(res.Algorithm, res.Hex, sources[i].Name)
	}
	// Output:
	// FASTQ_MD5up 5e4b48a3b99495cfaba0f0cd93bfd3c7 reads_1.fastq.gz
	// FASTQ_MD5up f1a077190d0d25c805830f030e556fdf reads_2.fastq.gz
}
