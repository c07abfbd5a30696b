package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/seqlode/seqlode"
	"github.com/seqlode/seqlode/internal/sam"
	"github.com/seqlode/seqlode/readset"
	"github.com/seqlode/seqlode/reference"
)

func newReferenceMatch(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "match [flags] FILE",
		Short: "Find the reference that a file of reads was made with",
		Long: `Reads the header of FILE, BAM, CRAM or SAM, and compares its @SQ lines with all
references of the vault: by M5, else by name and length. A FILE named - is standard
input. The best come first; of one that does not fit, the first differences are told.

Exit code 0 when a reference fits, 1 when none does.`,
		Example: `  seqlode reference match sample.bam
  seqlode import --reference $(seqlode reference match --json sample.bam | jq -r .id | head -1) sample.bam`,
	}
	c := newVaultCommand(a, cmd, 1, 1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		contigs, err := c.contigs(cmd.Context(), args[0])
		if err != nil {
			return c.failed(args[0], err)
		}
		return c.in(cmd.Context(), reading, func(v *seqlode.Vault) error { return c.match(cmd.Context(), v, args[0], contigs) })
	}
	return cmd
}

// maxHeader bounds what is read of a SAM header, in bytes.
const maxHeader = 256 << 20

// samHeader is how SAM text begins.
var samHeader = regexp.MustCompile(`^@[A-Z][A-Z]\t`)

// contigs gives the sequences that the header of a file names.
func (c *vaultCommand) contigs(ctx context.Context, file string) ([]reference.Contig, error) {
	src, _, err := c.open(file)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	in := bufio.NewReaderSize(src, 64<<10)
	var contigs []reference.Contig
	if head, _ := in.Peek(4); samHeader.Match(head) {
		text, err := samText(in)
		if err != nil {
			return nil, err
		}
		parsed, err := (&sam.Header{Text: text}).Parse()
		if err != nil {
			return nil, err
		}
		for _, s := range parsed.Sequences {
			contigs = append(contigs, reference.Contig{Name: s.Name, Length: s.Length, M5: s.MD5})
		}
	} else {
		r, err := readset.Open(in, readset.Options{Name: label(file), Threads: c.threads, Context: ctx})
		if err != nil {
			return nil, err
		}
		defer r.Close()
		for _, ref := range r.Header().References() {
			contigs = append(contigs, reference.Contig{Name: ref.Name, Length: ref.Length, M5: ref.MD5})
		}
	}
	if len(contigs) == 0 {
		return nil, errors.New("its header names no sequences (@SQ)")
	}
	return contigs, nil
}

// samText reads the header of SAM text.
func samText(in *bufio.Reader) (text []byte, err error) {
	for {
		first, err := in.Peek(1)
		if err == io.EOF || err == nil && first[0] != '@' {
			return text, nil
		}
		if err != nil {
			return nil, err
		}
		for more := true; more; {
			part, err := in.ReadSlice('\n')
			text = append(text, part...)
			if more = errors.Is(err, bufio.ErrBufferFull); !more && err != nil && err != io.EOF {
				return nil, err
			}
			if len(text) > maxHeader {
				return nil, fmt.Errorf("its header has more than %d MiB", maxHeader>>20)
			}
		}
	}
}

// fitJSON says for programs how a reference fits.
type fitJSON struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Fits        bool     `json:"fits"`
	ByM5        int      `json:"byM5"`
	Renamed     int      `json:"renamed"`
	ByName      int      `json:"byName"`
	Differing   int      `json:"differing"`
	Extra       int      `json:"extra"`
	Differences []string `json:"differences"` // the first few; never null
}

// match prints how the references of a vault fit the contigs of a file.
func (c *vaultCommand) match(ctx context.Context, v *seqlode.Vault, file string, contigs []reference.Contig) error {
	names := map[string]string{}
	refs, err := listReferences(ctx, v)
	if err != nil {
		return err
	}
	for _, ref := range refs {
		names[ref.ID] = ref.Name
	}
	fits, err := v.References.MatchReferences(ctx, contigs)
	if err != nil {
		return err
	}
	rows := newTable(c.stdout, "ID", "FITS", "BY M5", "BY NAME", "DIFFERING", "EXTRA", "NAME")
	for _, f := range fits {
		told := fitJSON{f.ID, names[f.ID], f.Fits(), f.ByM5, f.Renamed, f.ByName, f.Differing, f.Extra, []string{}}
		for _, d := range f.Differences {
			told.Differences = append(told.Differences, d.String())
		}
		if c.json {
			if err := c.printJSON(told); err != nil {
				return err
			}
			continue
		}
		rows.row(told.ID, yes(told.Fits), strconv.Itoa(told.ByM5), strconv.Itoa(told.ByName), strconv.Itoa(told.Differing), strconv.Itoa(told.Extra), told.Name)
	}
	good := len(fits) > 0 && fits[0].Fits()
	switch {
	case len(fits) == 0:
		return errors.New("there are no references in this vault")
	case c.json:
	default:
		if err := rows.flush(); err != nil {
			return err
		}
		if !good {
			c.say("%s: no reference fits; the nearest, %s, differs in %s:", label(file), fits[0].ID, plural(fits[0].Differing, "sequence"))
			for _, d := range fits[0].Differences {
				c.say("  %s", d)
			}
		}
	}
	if !good {
		return errFailed
	}
	return nil
}

func yes(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}
