package bam

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/bgzf"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/sam"
)

var le = binary.LittleEndian

// record makes a record with so many bases at a place.
func record(name string, ref, pos int32, bases int) sam.Record {
	r := make([]byte, 32)
	le.PutUint32(r, uint32(ref))
	le.PutUint32(r[4:], uint32(pos))
	r[8] = byte(len(name) + 1)
	le.PutUint16(r[14:], 4) // unmapped
	le.PutUint32(r[16:], uint32(bases))
	le.PutUint32(r[20:], ^uint32(0))
	le.PutUint32(r[24:], ^uint32(0))
	r = append(append(r, name...), 0)
	r = append(r, bytes.Repeat([]byte{0x12}, (bases+1)/2)...)
	return append(r, bytes.Repeat([]byte{30}, bases)...)
}

func line(name string, ref string, pos int32, bases int) string {
	seq := strings.Repeat("AC", bases/2+1)[:bases]
	if bases == 0 {
		return fmt.Sprintf("%s\t4\t%s\t%d\t0\t*\t*\t0\t0\t*\t*\n", name, ref, pos+1)
	}
	return fmt.Sprintf("%s\t4\t%s\t%d\t0\t*\t*\t0\t0\t%s\t%s\n", name, ref, pos+1, seq, strings.Repeat("?", bases))
}

func header(tb testing.TB) *sam.Header {
	h, err := sam.NewHeader([]byte("@HD\tVN:1.6\n@SQ\tSN:c1\tLN:1000\n"), []sam.Ref{{Name: []byte("c1"), Length: 1000}})
	require.NoError(tb, err)
	return h
}

// text is the decompressed form of a file.
func text(h *sam.Header, records ...sam.Record) []byte {
	p := le.AppendUint32([]byte(Magic), uint32(len(h.Text)))
	p = append(p, h.Text...)
	p = le.AppendUint32(p, uint32(len(h.Refs)))
	for _, ref := range h.Refs {
		p = le.AppendUint32(p, uint32(len(ref.Name)+1))
		p = append(append(p, ref.Name...), 0)
		p = le.AppendUint32(p, ref.Length)
	}
	for _, r := range records {
		p = append(le.AppendUint32(p, uint32(len(r))), r...)
	}
	return p
}

// compressed puts a text in BGZF, a block for every so many bytes.
func compressed(tb testing.TB, text []byte, block int) []byte {
	var b bytes.Buffer
	w, err := bgzf.NewWriter(tb.Context(), &b, 1, bgzf.WriterOptions{Threads: 1})
	require.NoError(tb, err)
	for len(text) > 0 {
		n := min(block, len(text))
		_, err = w.Write(text[:n])
		require.NoError(tb, err)
		require.NoError(tb, w.Flush())
		text = text[n:]
	}
	require.NoError(tb, w.Close())
	return b.Bytes()
}

// samText reads a file through Text.
func samText(ctx context.Context, src io.Reader, threads int) (string, Stats, error) {
	opt := Options{Threads: threads}
	r, err := NewReader(ctx, src, opt)
	if err != nil {
		return "", Stats{}, err
	}
	defer r.Close()
	t := NewText(ctx, r, opt, nil)
	defer t.Close()
	var out strings.Builder
	var stats Stats
	for {
		s, err := t.Next()
		if err == io.EOF {
			return out.String(), stats, nil
		}
		if err != nil {
			return out.String(), stats, err
		}
		out.Write(s.Unit.Text)
		stats.Add(s.Unit.Stats)
		s.Release()
	}
}

// some makes records of all sizes and their lines.
func some(n int) (records []sam.Record, lines string) {
	var b strings.Builder
	for i := range n {
		bases := i * i % 977
		if i%500 == 499 {
			bases = 200_000
		}
		name := fmt.Sprint("read", i)
		records = append(records, record(name, 0, int32(i), bases))
		b.WriteString(line(name, "c1", int32(i), bases))
	}
	return records, b.String()
}

func TestText(t *testing.T) {
	records, want := some(3000)
	whole := text(header(t), records...)
	for _, block := range []int{1000, 5000, bgzf.BlockText, 1 << 20} {
		file := compressed(t, whole, block)
		for _, threads := range []int{1, 2, 5} {
			for _, src := range []io.Reader{bytes.NewReader(file), iotest.HalfReader(bytes.NewReader(file))} {
				got, stats, err := samText(t.Context(), src, threads)
				require.NoError(t, err)
				require.True(t, want == got, "block %d, threads %d", block, threads)
				require.EqualValues(t, 3000, stats.Records)
				require.Zero(t, stats.Mapped)
				require.True(t, stats.Order.Sorted())
			}
		}
	}
}

// TestPlaces has the virtual offsets of records lead to them.
func TestPlaces(t *testing.T) {
	records, _ := some(700)
	whole := text(header(t), records...)
	for _, block := range []int{100, 777, bgzf.BlockText} {
		file := compressed(t, whole, block)
		r, err := NewReader(t.Context(), bytes.NewReader(file), Options{})
		require.NoError(t, err)
		defer r.Close()
		blocks := bgzf.NewReader(t.Context(), bytes.NewReader(file), bgzf.Options{Threads: 1})
		defer blocks.Close()
		var run Run
		var last Place
		n := 0
		for {
			err := r.Next(&run)
			if err == io.EOF {
				break
			}
			require.NoError(t, err)
			for at, rec := range run.Placed() {
				require.EqualValues(t, n+1, at.Number)
				require.True(t, bytes.Equal(records[n], rec), "record %d", n)
				if n > 0 {
					require.Equal(t, last.End, at.Begin)
				}
				if n%50 == 0 {
					require.NoError(t, blocks.Seek(at.Begin))
					size := make([]byte, sizeWord)
					_, err := io.ReadFull(blocks, size)
					require.NoError(t, err)
					require.EqualValues(t, len(rec), le.Uint32(size))
				}
				last = at
				n++
			}
			run.Release()
		}
		require.Equal(t, len(records), n)
		require.EqualValues(t, n, r.Records())
	}
}

func TestFaults(t *testing.T) {
	good := record("good", 0, 5, 10)
	long := record("long", 0, 6, 3000)
	tiny := append(le.AppendUint32(nil, 31), make([]byte, 40)...)
	huge := append(le.AppendUint32(nil, 1<<29+1), make([]byte, 40)...)
	bad := bytes.Clone(good)
	bad[0] = 9 // reference
	h := header(t)
	front := len(text(h))
	size := sizeWord + len(good)
	for _, c := range []struct {
		name  string
		text  []byte
		lines int // before the fault
		kind  error
		want  string
	}{
		{"no BAM", []byte("BAX\x01aaaa"), 0, errs.ErrCorrupt, "not a BAM file"},
		{"header cut in its text", text(h)[:20], 0, errs.ErrCorrupt, "truncated: the file ends inside the BAM header"},
		{"header cut in its list", text(h)[:front-2], 0, errs.ErrCorrupt, "truncated: the file ends inside the BAM header"},
		{"negative text", append([]byte(Magic), 0xff, 0xff, 0xff, 0xff), 0, errs.ErrCorrupt, "BAM header: header text of -1 bytes"},
		{"huge text", append([]byte(Magic), 0xff, 0xff, 0xff, 0x7f), 0, errs.ErrLimitExceeded, "header text of 2147483647 bytes, more than 1073741824"},
		{"size too small", append(text(h, good, good), tiny...), 2, errs.ErrCorrupt,
			fmt.Sprintf("record 3, virtual offset 0:%d: record states a size of 31 bytes, less than the 32 of its fixed fields", front+2*size)},
		{"size too large", append(text(h, good), huge...), 1, errs.ErrLimitExceeded,
			fmt.Sprintf("record 2, virtual offset 0:%d: record states a size of 536870913 bytes, more than 536870912", front+size)},
		{"cut in a record", text(h, good, good)[:front+2*size-3], 1, errs.ErrCorrupt,
			fmt.Sprintf("record 2, virtual offset 0:%d: truncated: the file ends inside this record", front+size)},
		{"cut in a size", text(h, good, good)[:front+size+3], 1, errs.ErrCorrupt,
			fmt.Sprintf("record 2, virtual offset 0:%d: truncated: the file ends inside this record", front+size)},
		{"cut in a long record", text(h, good, long)[:front+size+3000], 1, errs.ErrCorrupt,
			fmt.Sprintf("record 2, virtual offset 0:%d: truncated: the file ends inside this record", front+size)},
		{"unknown reference", text(h, good, bad, good), 1, errs.ErrCorrupt, fmt.Sprintf("record 2, virtual offset 0:%d: …", front+size)},
	} {
		for _, threads := range []int{1, 3} {
			for _, block := range []int{1000, bgzf.BlockText} {
				t.Run(fmt.Sprint(c.name, "/", threads, "/", block), func(t *testing.T) {
					got, _, err := samText(t.Context(), bytes.NewReader(compressed(t, c.text, block)), threads)
					require.ErrorIs(t, err, c.kind)
					if head, open := strings.CutSuffix(c.want, "…"); open { // the rest is sam's
						require.Contains(t, err.Error(), head)
					} else {
						require.EqualError(t, err, c.want)
					}
					require.Equal(t, strings.Repeat(line("good", "c1", 5, 10), c.lines), got)
				})
			}
		}
	}
}

func TestWriter(t *testing.T) {
	records, want := some(2000)
	var first []byte
	for _, threads := range []int{1, 3} {
		var b bytes.Buffer
		w, err := NewWriter(t.Context(), &b, header(t), 6, Options{Threads: threads})
		require.NoError(t, err)
		for _, r := range records {
			require.NoError(t, w.Write(r))
		}
		require.NoError(t, w.Close())
		got, _, err := samText(t.Context(), bytes.NewReader(b.Bytes()), 0)
		require.NoError(t, err)
		require.True(t, want == got)
		if first == nil {
			first = b.Bytes()
		}
		require.True(t, bytes.Equal(first, b.Bytes()), "threads change the file")
	}
}

func TestOrder(t *testing.T) {
	at := func(places ...[2]int32) (o Order) {
		for _, p := range places {
			o.add(record("r", p[0], p[1], 1))
		}
		return o
	}
	for _, c := range []struct {
		a, b   Order
		sorted bool
	}{
		{at(), at(), true},
		{at([2]int32{0, 5}), at(), true},
		{at(), at([2]int32{0, 5}, [2]int32{0, 4}), false},
		{at([2]int32{0, 5}, [2]int32{0, 5}), at([2]int32{1, 0}, [2]int32{-1, -1}, [2]int32{-1, -1}), true},
		{at([2]int32{1, 5}), at([2]int32{0, 9}), false},
		{at([2]int32{-1, -1}), at([2]int32{0, 9}), false},
		{at([2]int32{0, 5}, [2]int32{0, 4}), at([2]int32{0, 9}), false},
	} {
		c.a.Follow(c.b)
		require.Equal(t, c.sorted, c.a.Sorted())
	}
}

// walk is the reference: the SAM text of a whole file's text, up to its first
// fault.
func walk(body []byte) (lines []byte, records int64, whole bool) {
	take := func(n int) (p []byte) {
		if n < 0 || n > len(body) {
			body = nil
			return nil
		}
		p, body = body[:n], body[n:]
		return p
	}
	word := func() int {
		if p := take(4); p != nil {
			return int(int32(le.Uint32(p)))
		}
		return -1
	}
	if string(take(4)) != Magic {
		return nil, 0, false
	}
	header := take(word())
	var refs []sam.Ref
	n := word()
	if n < 0 {
		return nil, 0, false
	}
	for range n {
		name := take(word())
		length := take(4) // of 32 bits, and no sign
		if len(name) == 0 || name[len(name)-1] != 0 || length == nil {
			return nil, 0, false
		}
		refs = append(refs, sam.Ref{Name: name, Length: le.Uint32(length)})
	}
	h, err := sam.NewHeader(header, refs)
	if err != nil {
		return nil, 0, false
	}
	parsed, err := h.Parse()
	if err != nil {
		return nil, 0, false
	}
	for len(body) > 0 {
		size := word()
		if size < minRecord || size > MaxRecord || size > len(body) {
			return lines, records, false
		}
		if lines, err = sam.AppendText(lines, take(size), parsed.Names()); err != nil {
			return lines, records, false
		}
		records++
	}
	return lines, records, true
}

// FuzzReader holds the reader, on one thread and on several, against a walk over
// the whole text.
func FuzzReader(f *testing.F) {
	records, _ := some(20)
	whole := text(header(f), records...)
	f.Add(whole, 100)
	f.Add(whole[:len(whole)-7], 999)
	f.Add(text(header(f)), 10)
	odd := bytes.Clone(whole)
	odd[len(odd)-1] = 256 + '\n' - 33 // a quality that prints as LF
	f.Add(odd, 500)
	f.Fuzz(func(t *testing.T, body []byte, block int) {
		if len(body) > 1<<20 {
			return
		}
		lines, count, good := walk(body)
		file := compressed(t, body, min(max(block, 16), 1<<16))
		for _, threads := range []int{1, 3} {
			got, stats, err := samText(t.Context(), bytes.NewReader(file), threads)
			require.Equal(t, string(lines), got)
			require.Equal(t, count, stats.Records)
			require.Equal(t, good, err == nil, err)
		}
	})
}
