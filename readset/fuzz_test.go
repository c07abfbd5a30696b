package readset_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/bam"
	"github.com/seqlode/seqlode/internal/bgzf"
	"github.com/seqlode/seqlode/readset"
)

// FuzzRecord holds the methods of a record of any bytes against its line.
func FuzzRecord(f *testing.F) {
	file, _, _ := sample(f)
	r, err := bam.NewReader(f.Context(), bytes.NewReader(file), bam.Options{Threads: 1})
	require.NoError(f, err)
	defer r.Close()
	var run bam.Run
	for r.Next(&run) == nil {
		for rec := range run.Records() {
			f.Add([]byte(rec))
		}
		run.Release()
	}
	long := append([]byte("CGBI"), 2, 0, 0, 0, 0x10, 0, 0, 0, 0x21, 0, 0, 0)
	f.Add([]byte(bamRecord("long", 0, 0, 10, []uint32{0<<4 | 4, 9<<4 | 3}, long)))
	front := headerOnly("chr1", "chr2", "c3", "c4")
	f.Fuzz(func(t *testing.T, rec []byte) {
		if len(rec) > bgzf.MaxTextSize {
			return
		}
		text := append(le.AppendUint32(bytes.Clone(front), uint32(len(rec))), rec...)
		r := open(t, bytes.NewReader(compressed(t, text, bgzf.BlockText)), readset.Options{Threads: 1})
		for rec, err := range r.Records() {
			if err != nil {
				return
			}
			line, columns := string(rec.AppendSAM(nil)), columns(rec)
			require.True(t, strings.HasPrefix(line, strings.Join(columns[:11], "\t")), "%q\n%q", line, columns)
			require.Equal(t, line, string(rec.Clone().AppendSAM(nil)))
			require.GreaterOrEqual(t, rec.End(), rec.Start())
		}
	})
}
