package readset_test

import (
	"fmt"
	"log"
	"os"

	"github.com/seqlode/seqlode/readset"
)

func Example() {
	file, err := os.Open("testdata/sample.bam")
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	r, err := readset.Open(file, readset.Options{Name: "sample.bam"})
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()

	var mapped, bases int
	for rec, err := range r.Records() {
		if err != nil {
			log.Fatal(err) // names the file, the record and its virtual offset
		}
		if !rec.Flags().Any(readset.Unmapped | readset.Secondary | readset.Supplementary) {
			mapped++
			bases += rec.SequenceLength()
		}
	}
	fmt.Println(len(r.Header().References()), "references,", mapped, "mapped reads,", bases, "bases")
	// Output: 4 references, 125 mapped reads, 6150 bases
}

func ExampleOpen_fastq() {
	file, err := os.Open("../testdata/reads_1.fastq.gz")
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	r, err := readset.Open(file, readset.Options{Type: readset.FASTQ})
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()

	var reads, sum, bases int
	var qualities []byte // used again for each read
	for rec, err := range r.Records() {
		if err != nil {
			log.Fatal(err) // names the record and the line
		}
		reads++
		qualities = rec.AppendQualities(qualities[:0])
		for _, q := range qualities {
			sum += int(q)
		}
		bases += len(qualities)
	}
	fmt.Printf("%d reads, mean quality %.1f\n", reads, float64(sum)/float64(bases))
	// Output: 400 reads, mean quality 35.6
}

func ExampleReader_Region() {
	file, err := os.Open("testdata/sample.bam")
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	index, err := os.Open("testdata/sample.bam.bai")
	if err != nil {
		log.Fatal(err)
	}
	defer index.Close()
	r, err := readset.Open(file, readset.Options{Index: index})
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()

	region, err := r.Header().ParseRegion("chr2:600-750")
	if err != nil {
		log.Fatal(err)
	}
	for rec, err := range r.Region(region.Reference, region.Begin, region.End) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s %s:%d-%d %v\n", rec.Name(), rec.ReferenceName(), rec.Start()+1, rec.End(), rec.CIGAR())
	}
	// Output:
	// again chr2:600-649 50M
	// tags chr2:700-704 1=1X3=
}

func ExampleRecord_Tag() {
	file, err := os.Open("testdata/sample.bam")
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	r, err := readset.Open(file, readset.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()

	for rec, err := range r.Records() {
		if err != nil {
			log.Fatal(err)
		}
		if tag, ok := rec.Tag("SA"); ok {
			text, _ := tag.Text()
			fmt.Printf("%s has its other part at %s\n", rec.Name(), text)
		}
		if tag, ok := rec.Tag("NM"); ok {
			if n, _ := tag.Int(); n > 2 && rec.Flags().Has(readset.First) && rec.ReferenceName() == "HLA:01:02" {
				fmt.Printf("%s differs in %d bases\n", rec.Name(), n)
			}
		}
	}
	// Output:
	// split has its other part at chr2,400,-,30S20M,60,0;
	// split has its other part at chr1,9000,+,30M20S,60,0;
	// pair33 differs in 3 bases
	// pair58 differs in 3 bases
}

func ExampleReader_WriteSAM() {
	file, err := os.Open("testdata/sample.bam")
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	r, err := readset.Open(file, readset.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()

	out, err := os.CreateTemp("", "sample*.sam")
	if err != nil {
		log.Fatal(err)
	}
	defer os.Remove(out.Name())
	defer out.Close()
	if _, err := out.Write(r.Header().AppendSAM(nil)); err != nil {
		log.Fatal(err)
	}
	if err := r.WriteSAM(out); err != nil {
		log.Fatal(err)
	}
	info, err := out.Stat()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(info.Size(), "bytes of SAM text")
	// Output: 21867 bytes of SAM text
}
