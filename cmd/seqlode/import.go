package main

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/seqlode/seqlode"
	"github.com/seqlode/seqlode/internal/source"
	"github.com/seqlode/seqlode/readset"
)

// defaultStore is the name of the store that import makes where there is none.
const defaultStore = "default"

// maxSample is how long the name of a sample may be, in characters.
const maxSample = 127

// importCommand is `seqlode import`.
type importCommand struct {
	*vaultCommand
	store     string
	source    readset.ImportSource
	reference string
	tags      []string
	manifest  string
	resume    bool
}

func newImport(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "import [flags] FILE [FILE2]",
		Short: "Take reads into a vault",
		Long: `Takes a FILE of reads into a vault as a read set, or a pair of FASTQ files, and
prints what it has become. The vault is made if there is none.

A FILE is a file of this machine, an https:// address, or -, standard input,
which is first copied to a file in the folder for temporary files (TMPDIR), for a
job must be able to begin again; the copy is removed when the job is over.

What is not given:
  --store      the only store there is, or the one named default, which is made
               if there is none
  --type       found out: BAM with no record aligned among its first 1,000 is
               UBAM
  --sample     the FILE's name without what it ends in: NA12878 for
               NA12878_S1_L001_R1_001.fastq.gz, NA12878_1.fq.gz and NA12878.bam
  --subject    as --sample

BAM and CRAM need --reference. They are refused where the block that marks the
end is missing, or where their header does not fit the reference.

--manifest imports many sources as one job. It is the request of
StartReadSetImportJob in JSON or YAML, {"sequenceStoreId": ..., "sources":
[...]}, or only the list of sources; sequenceStoreId and roleArn may be left out.
In source1 and source2 a path stands for the file's URI; it begins at the
manifest's folder.

Each source fails or succeeds by itself. A job that is interrupted stays, and
--resume goes on with it; where its process was killed, after half a minute, when
its lease has run out.

Exit code 0 when all sources are in the vault, 1 when one is not.`,
		Example: `  seqlode import --sample NA12878 r1.fastq.gz r2.fastq.gz
  seqlode import --store exomes --reference GRCh38 --tag batch=7 sample.bam
  seqlode import --manifest run42.yaml
  zcat old.fq.Z | gzip | seqlode import --sample old -`,
	}
	im := &importCommand{vaultCommand: newVaultCommand(a, cmd, 0, 2)}
	flags := cmd.Flags()
	flags.StringVar(&im.store, "store", "", "the sequence `STORE`, by its id or name")
	addChoice(cmd, &im.source.SourceFileType, "type", "what the file is; found out when not given", readset.FASTQ, readset.BAM, readset.UBAM, readset.CRAM)
	flags.StringVar(&im.source.SubjectID, "subject", "", "whom the reads are of: `SUBJECT`, 1 to 127 characters")
	flags.StringVar(&im.source.SampleID, "sample", "", "the `SAMPLE` that was sequenced, 1 to 127 characters")
	flags.StringVar(&im.reference, "reference", "", "the `REFERENCE` that reads are aligned to: id, name or ARN")
	flags.StringVar(&im.source.Name, "name", "", "a `NAME` for the read set, up to 127 characters")
	flags.StringVar(&im.source.Description, "description", "", "what it is, in up to 255 `CHARACTERS`")
	flags.StringVar(&im.source.GeneratedFrom, "generated-from", "", "what it was made from: `TEXT`, up to 127 characters")
	flags.BoolVar(&im.source.SkipNames, "skip-names", false, "compare paired FASTQ by the numbers of reads alone, not by names")
	addTags(cmd, &im.tags)
	flags.StringVar(&im.manifest, "manifest", "", "import what this `FILE` lists, JSON or YAML; - is standard input")
	flags.BoolVar(&im.resume, "resume", false, "go on with imports that were interrupted")
	cmd.RunE = func(cmd *cobra.Command, files []string) error {
		if err := im.validate(cmd, files); err != nil {
			return err
		}
		return im.run(cmd.Context(), files)
	}
	return cmd
}

// validate refuses what has no sense together, and reads the tags.
func (im *importCommand) validate(cmd *cobra.Command, files []string) (err error) {
	ofSource := []string{"type", "subject", "sample", "reference", "name", "description", "generated-from", "skip-names", "tag"}
	other := ""
	switch {
	case im.resume && im.manifest != "":
		return usagef("--resume and --manifest exclude each other")
	case im.resume:
		other = "--resume"
		ofSource = append(ofSource, "store")
	case im.manifest != "":
		other = "--manifest"
	}
	if other != "" {
		if len(files) > 0 {
			return usagef("%s takes no FILE", other)
		}
		for _, name := range ofSource {
			if cmd.Flags().Changed(name) {
				return usagef("--%s has no meaning with %s", name, other)
			}
		}
		return nil
	}
	if len(files) == 0 {
		return usagef("no file given")
	}
	for i, file := range files {
		switch {
		case file == "":
			return usagef("the name of a file is empty")
		case file == stdinName && i > 0:
			return usagef("only the first FILE can be - (standard input)")
		case file == stdinName && im.source.SampleID == "":
			return usagef("standard input has no name to take the sample from: give --sample")
		}
	}
	im.source.Tags, err = parseTags(im.tags)
	return err
}

func (im *importCommand) run(ctx context.Context, files []string) error {
	if im.resume {
		return resume(ctx, im.vaultCommand,
			func(v *seqlode.Vault) ([]readset.ImportJob, error) { return openImports(ctx, v) },
			func(v *seqlode.Vault, j readset.ImportJob) error { return im.follow(ctx, v, j) })
	}
	var m manifest
	var err error
	if im.manifest != "" {
		m, err = im.readManifest(im.manifest)
	} else {
		m, err = im.oneSource(ctx, files)
	}
	if err != nil {
		return errors.Join(err, removeCopies(m.Sources))
	}
	started := false
	err = im.in(ctx, making, func(v *seqlode.Vault) error {
		j, err := im.start(ctx, v, m)
		if err != nil {
			return err
		}
		started = true
		return im.follow(ctx, v, j)
	})
	if !started {
		err = errors.Join(err, removeCopies(m.Sources))
	}
	return err
}

// oneSource makes a manifest of the command line.
func (im *importCommand) oneSource(ctx context.Context, files []string) (manifest, error) {
	s := im.source
	uris := []*string{&s.SourceFiles.Source1, &s.SourceFiles.Source2}
	made := func() manifest { return manifest{Sources: []readset.ImportSource{s}} }
	for i, file := range files {
		if file == stdinName {
			continue // it is waited for when all else is good
		}
		uri, err := im.sourceURI(file)
		if err != nil {
			return made(), err
		}
		*uris[i] = uri
	}
	if files[0] == stdinName {
		uri, err := im.copyStdin(ctx)
		s.SourceFiles.Source1 = uri
		if err != nil {
			return made(), err
		}
	}
	if s.SampleID == "" {
		s.SampleID = sampleOf(source.Name(s.SourceFiles.Source1))
		if n := utf8.RuneCountInString(s.SampleID); n > maxSample || label(s.SampleID) != s.SampleID {
			return made(), fmt.Errorf("%s: its name is no name for a sample: give --sample, of up to %d characters", label(files[0]), maxSample)
		}
	}
	if s.SubjectID == "" {
		s.SubjectID = s.SampleID
	}
	if s.SourceFileType == "" {
		kind, err := sniff(ctx, s.SourceFiles.Source1, files[0])
		if err != nil {
			return made(), im.failed(files[0], err)
		}
		s.SourceFileType = kind
	}
	if s.SourceFileType == readset.BAM && im.reference == "" || s.SourceFileType == readset.CRAM && im.reference == "" {
		return made(), fmt.Errorf("%s: %s needs the reference that its reads are aligned to: give --reference (`seqlode reference import` takes one in)",
			label(files[0]), s.SourceFileType)
	}
	return made(), nil
}

// start begins the job of a manifest.
func (im *importCommand) start(ctx context.Context, v *seqlode.Vault, m manifest) (readset.ImportJob, error) {
	var none readset.ImportJob
	if im.reference != "" {
		arn, err := referenceARN(ctx, v, im.reference)
		if err != nil {
			return none, err
		}
		m.Sources[0].ReferenceARN = arn
	}
	store, err := im.storeFor(ctx, v, m.SequenceStoreID)
	if err != nil {
		return none, err
	}
	role := m.RoleARN
	if role == "" {
		role = roleARN(v)
	}
	j, err := v.ReadSets.StartReadSetImportJob(ctx, readset.StartReadSetImportJobInput{
		SequenceStoreID: store, RoleARN: role, ClientToken: m.ClientToken, Sources: m.Sources,
	})
	switch {
	case errors.Is(err, seqlode.ErrQuotaExceeded):
		err = fmt.Errorf("%w; `seqlode import --resume` goes on with imports that were interrupted", err)
	case err != nil && im.manifest != "":
		err = im.failed(im.manifest, err)
	case err != nil:
		err = ofOneSource(err)
	}
	return j, err
}

// storeFor gives the id of the store to import to; that of a manifest must be the
// one of the command line.
func (im *importCommand) storeFor(ctx context.Context, v *seqlode.Vault, inManifest string) (string, error) {
	all, err := stores(ctx, v)
	if err != nil {
		return "", err
	}
	name := im.store
	if name == "" {
		name = inManifest
	}
	switch {
	case name != "":
		store, err := pickStore(all, name)
		if err == nil && inManifest != "" && store.ID != inManifest {
			err = fmt.Errorf("--store is %s, and sequenceStoreId in the manifest is %s", store.ID, label(inManifest))
		}
		return store.ID, err
	case len(all) == 1:
		return all[0].ID, nil
	case len(all) > 1:
		store, err := pickStore(all, defaultStore)
		if err != nil {
			err = fmt.Errorf("--store is not given: %w", err)
		}
		return store.ID, err
	}
	made, err := v.ReadSets.CreateSequenceStore(ctx, readset.CreateSequenceStoreInput{Name: defaultStore})
	return made.ID, err
}
