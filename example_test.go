package seqlode_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/seqlode/seqlode"
	"github.com/seqlode/seqlode/readset"
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

// Reads are taken in by a job, and read where they lie.
func ExampleVault() {
	if err := takeIn(context.Background()); err != nil {
		log.Fatal(err)
	}
	// Output:
	// ACTIVE FASTQ_SHA256up UNALIGNED
	// the first of 1200 reads is LD00417:88:HSEQLDSX2:1:1101:31914:1000
}

func takeIn(ctx context.Context) (err error) {
	dir, err := os.MkdirTemp("", "vault")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	vault, err := seqlode.Open(ctx, seqlode.Options{Dir: dir, LocalSources: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, vault.Close()) }()

	store, err := vault.ReadSets.CreateSequenceStore(ctx, readset.CreateSequenceStoreInput{Name: "reads", ETagAlgorithmFamily: "SHA256up"})
	if err != nil {
		return err
	}
	path, err := filepath.Abs("testdata/reads.fastq.gz")
	if err != nil {
		return err
	}
	job, err := vault.ReadSets.StartReadSetImportJob(ctx, readset.StartReadSetImportJobInput{
		SequenceStoreID: store.ID,
		RoleARN:         "arn:aws:iam::000000000000:role/importer",
		Sources: []readset.ImportSource{{
			SourceFiles:    readset.SourceFiles{Source1: "file:///" + strings.TrimPrefix(filepath.ToSlash(path), "/")},
			SourceFileType: readset.FASTQ, SubjectID: "subject", SampleID: "sample",
		}},
	})
	if err != nil {
		return err
	}
	if job, err = vault.ReadSets.AwaitReadSetImportJob(ctx, store.ID, job.ID); err != nil {
		return err
	}
	if job.Status != readset.JobCompleted {
		return errors.New(job.Sources[0].StatusMessage)
	}
	set, err := vault.ReadSets.FindReadSet(ctx, job.Sources[0].ReadSetID)
	if err != nil {
		return err
	}
	fmt.Println(set.Status, set.ETag.Algorithm, set.SequenceInformation.Alignment)

	file, err := vault.ReadSets.OpenFile(ctx, store.ID, set.ID, readset.Source1File)
	if err != nil {
		return err
	}
	defer file.Close()
	r, err := readset.Open(io.NewSectionReader(file, 0, file.Size()), readset.Options{})
	if err != nil {
		return err
	}
	defer r.Close()
	for rec, err := range r.Records() {
		if err != nil {
			return err
		}
		fmt.Printf("the first of %d reads is %s\n", set.SequenceInformation.TotalReadCount, rec.Name())
		break
	}
	return nil
}
