package dir_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/blob/dir"
	"github.com/seqlode/seqlode/internal/vfs"
)

// BenchmarkPut: objects at the depth of a read set's files.
func BenchmarkPut(b *testing.B) {
	for _, size := range []int{1 << 10, 1 << 20, 64 << 20} {
		b.Run(fmt.Sprintf("%dKiB", size>>10), func(b *testing.B) {
			bucket := dir.New(vfs.Dir(b.TempDir()), dir.Options{})
			text := bytes.Repeat([]byte("0123456789abcdef"), size/16)
			b.SetBytes(int64(size))
			for n := 0; b.Loop(); n++ {
				w, err := bucket.Create(context.Background(), fmt.Sprintf("objects/a/sequenceStore/s/readSet/%d/reads.bam", n), mine)
				if err != nil {
					b.Fatal(err)
				}
				for part := text; len(part) > 0; part = part[min(len(part), 1<<20):] {
					if _, err := w.Write(part[:min(len(part), 1<<20)]); err != nil {
						b.Fatal(err)
					}
				}
				if _, err := w.Commit(nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkReadAt: 64 KiB at a time, from one open object.
func BenchmarkReadAt(b *testing.B) {
	bucket := dir.New(vfs.Dir(b.TempDir()), dir.Options{})
	if err := blob.Put(b.Context(), bucket, "o", make([]byte, 1<<20), mine); err != nil {
		b.Fatal(err)
	}
	o, err := bucket.Open(b.Context(), "o")
	if err != nil {
		b.Fatal(err)
	}
	defer o.Close()
	buf := make([]byte, 64<<10)
	b.SetBytes(int64(len(buf)))
	for b.Loop() {
		if _, err := o.ReadAt(buf, 1000); err != nil {
			b.Fatal(err)
		}
	}
}
