package reference_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/seqlode/seqlode/reference"
)

func ExampleScan() {
	file, err := os.Open("testdata/genome.fa.gz")
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()

	sum, err := reference.Scan(context.Background(), file, reference.Options{Sums: true})
	if err != nil {
		log.Fatal(err) // names the line, or the byte of the file
	}
	for _, s := range sum.Index.Sequences {
		fmt.Println(s.Name, s.Length, s.M5)
	}
	if _, err := sum.Index.WriteTo(os.Stdout); err != nil { // genome.fa.gz.fai
		log.Fatal(err)
	}
	// Output:
	// chr1 1500 73bb6970e08e8bb19d8d5fa6f64cb03f
	// chr2 730 0893a1ab82bc2d8fac31d6720e786cc0
	// HLA:01 90 1787103494d554f0676b288c1161834e
	// chr1	1500	14	60	61
	// chr2	730	1545	60	61
	// HLA:01	90	2309	60	61
}

func ExampleOpen() {
	ctx := context.Background()
	file, err := reference.Open(ctx, "testdata/genome.fa.gz", reference.OpenOptions{})
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()

	// As decoders ask, in upper case:
	chr1, err := file.Find(ctx, reference.Contig{Name: "chr1", Length: 1500})
	if err != nil {
		log.Fatal(err) // where it has another length, for instance
	}
	bases, err := file.AppendBases(ctx, nil, chr1, 744, 764)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", bases)

	// As they are in the file:
	raw, err := file.AppendRaw(ctx, nil, file.Index().Find("chr1"), 744, 764)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", raw)
	// Output:
	// GATCCTTACTACACTAACTT
	// GATCCTtactacactaactt
}

func ExampleWrite() {
	ctx := context.Background()
	file, err := reference.Open(ctx, "testdata/genome.fa", reference.OpenOptions{})
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()

	chr1 := file.Index().Find("chr1")
	err = reference.Write(ctx, os.Stdout, file, []reference.Region{
		{Label: "chr1:745-800", Span: reference.Span{Sequence: chr1, Beg: 744, End: 800}},
	}, 40, 0)
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// >chr1:745-800
	// GATCCTtactacactaacttgaacgcctagtggtcaaaga
	// gtactggtaatcgtcg
}

func ExampleCached() {
	// A folder that samtools has filled, 16 MiB of which are kept in memory.
	folder, err := reference.Folder("testdata/cache/%2s/%2s/%s")
	if err != nil {
		log.Fatal(err)
	}
	shared := reference.Cached(folder, 16<<20)

	ctx := context.Background()
	contig, err := shared.Find(ctx, reference.Contig{Name: "chr2", M5: "0893a1ab82bc2d8fac31d6720e786cc0"})
	if err != nil {
		log.Fatal(err)
	}
	bases, err := shared.AppendBases(ctx, nil, contig, 18, 30)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s of %d\n", bases, contig.Length)
	// Output: NNTAAGTCCTTA of 730
}

func ExampleMatch() {
	header := []reference.Contig{ // the @SQ lines of a BAM or CRAM file
		{Name: "chr1", Length: 248956422},
		{Name: "chrM", Length: 16569},
	}
	fits := reference.Match(header, []reference.Candidate{
		{ID: "hg19", Contigs: []reference.Contig{{Name: "chr1", Length: 249250621}, {Name: "chrM", Length: 16571}}},
		{ID: "hg38", Contigs: []reference.Contig{{Name: "chr1", Length: 248956422}, {Name: "chrM", Length: 16569}}},
	})
	for _, f := range fits {
		fmt.Println(f.ID, f.Fits(), f.Differences)
	}
	// Output:
	// hg38 true []
	// hg19 false [chr1: 248956422 bases, in the reference 249250621 chrM: 16569 bases, in the reference 16571]
}
