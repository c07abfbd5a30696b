package index_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"os"

	"github.com/seqlode/seqlode/index"
)

func ExampleBuild() {
	file, err := os.Open("testdata/reads.bam")
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()

	var bai bytes.Buffer
	res, err := index.Build(context.Background(), file, &bai, index.BAI, nil)
	if err != nil {
		log.Fatal(err) // names the first record that is out of order
	}
	for _, ref := range res.References {
		fmt.Println(ref.Name, ref.Length, ref.Mapped, ref.Unmapped)
	}
	fmt.Println(res.NoCoor, "without a position;", bai.Len(), "bytes of", res.Format)
	// Output:
	// chr1 200000 608 24
	// chr2 100000 317 11
	// 40 without a position; 752 bytes of BAI
}

func ExampleIndex_Chunks() {
	file, err := os.Open("testdata/reads.bam.csi")
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()

	x, err := index.Read(file)
	if err != nil {
		log.Fatal(err)
	}
	const chr2 = 1
	for _, chunk := range x.Chunks(chr2, 50_000, 60_000) {
		fmt.Printf("from byte %d in block %d to byte %d in block %d\n", chunk.Begin.Block, chunk.Begin.File, chunk.End.Block, chunk.End.File)
	}
	// Output: from byte 41548 in block 12547 to byte 49906 in block 12547
}
