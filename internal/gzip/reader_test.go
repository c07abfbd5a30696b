package gzip

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/bgzf"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/pipeline"
)

// large is a file whose ordinary members fill several pieces, and end at and
// beside their edges.
var large = sync.OnceValues(func() (stored, text []byte) {
	for i, n := range []int{pieceText, 1, pieceText - 1, 0, pieceText + 1, 40000, 3, pieceText / 2} {
		if i == 5 {
			for range 30 {
				b := string(reads(n+i, uint64(i)))
				stored, text = append(stored, block(b)...), append(text, b...)
			}
			continue
		}
		m := reads(n, uint64(i))
		stored, text = append(stored, memberOf(fields{}, deflated(m), m)...), append(text, m...)
	}
	return stored, text
})

// modest is a file of more chunks than are in flight.
var modest = sync.OnceValues(func() (stored, text []byte) {
	for i := range 50 {
		b, m := reads(500, uint64(i)), reads(i*17, uint64(i))
		stored, text = append(stored, block(string(b))...), append(text, b...)
		stored, text = append(stored, member(string(m))...), append(text, m...)
	}
	return stored, text
})

func TestRead(t *testing.T) {
	a, b := member("ordinary one\n"), member("ordinary two\n")
	x, y := block("block one\n"), block("block two\n")
	eof := []byte(eofBlock)
	empty := member("")
	all := memberOf(fields{extra: "XYZ", name: "file\x00", comment: "said\x00", headerCRC: true, flags: 1}, deflated([]byte("t")), []byte("t"))
	stored, text := modest()
	for _, c := range []struct {
		name string
		file []byte
		text string
		end  End
	}{
		{"ordinary", a, "ordinary one\n", End{Members: 1}},
		{"BGZF", join(x, y, eof), "block one\nblock two\n", End{Blocks: 3}},
		{"BGZF without EOF block", join(x, y), "block one\nblock two\n", End{Blocks: 2, NoEOFBlock: true}},
		{"EOF block alone", eof, "", End{Blocks: 1}},
		{"EOF block in the middle", join(x, eof, y, eof), "block one\nblock two\n", End{Blocks: 4}},
		{"EOF block in the middle alone", join(x, eof, y), "block one\nblock two\n", End{Blocks: 3, NoEOFBlock: true}},
		{"multi-member", join(a, b, a), "ordinary one\nordinary two\nordinary one\n", End{Members: 3}},
		{"BGZF, then ordinary", join(x, y, eof, a), "block one\nblock two\nordinary one\n", End{Blocks: 3, Members: 1}},
		{"ordinary, then BGZF", join(a, x, y, eof), "ordinary one\nblock one\nblock two\n", End{Blocks: 3, Members: 1}},
		{"ordinary, then BGZF without EOF block", join(a, x), "ordinary one\nblock one\n", End{Blocks: 1, Members: 1, NoEOFBlock: true}},
		{"in turn", join(a, x, b, y, eof, a, b), "ordinary one\nblock one\nordinary two\nblock two\nordinary one\nordinary two\n", End{Blocks: 3, Members: 4}},
		{"empty member", empty, "", End{Members: 1}},
		{"empty members between", join(empty, a, empty, empty, x, empty, eof), "ordinary one\nblock one\n", End{Blocks: 2, Members: 5}},
		{"many empty members", bytes.Repeat(empty, 1000), "", End{Members: 1000}},
		{"many empty blocks", bytes.Repeat(eof, 1000), "", End{Blocks: 1000}},
		{"all fields", join(all, all), "tt", End{Members: 2}},
		{"BC that is no block's size", memberOf(fields{extra: "BC\x02\x00\x01\x00"}, deflated([]byte("t")), []byte("t")), "t", End{Members: 1}},
		{"BC beside a name", memberOf(fields{extra: "BC\x02\x00\x50\x00", name: "n\x00"}, deflated([]byte("t")), []byte("t")), "t", End{Members: 1}},
		{"largest extra field", memberOf(fields{extra: strings.Repeat("x", 65535)}, deflated([]byte("t")), []byte("t")), "t", End{Members: 1}},
		{"long name", memberOf(fields{name: strings.Repeat("x", maxHeaderText) + "\x00"}, deflated([]byte("t")), []byte("t")), "t", End{Members: 1}},
		{"trailing zero", join(a, []byte{0}), "ordinary one\n", End{Members: 1, TrailingZeros: 1}},
		{"trailing zeros", join(a, make([]byte, 600000)), "ordinary one\n", End{Members: 1, TrailingZeros: 600000}},
		{"trailing zeros behind blocks", join(x, eof, make([]byte, 512)), "block one\n", End{Blocks: 2, TrailingZeros: 512}},
		{"trailing zeros, no EOF block", join(x, make([]byte, 512)), "block one\n", End{Blocks: 1, NoEOFBlock: true, TrailingZeros: 512}},
		{"many of both", stored, string(text), End{Blocks: 50, Members: 50}},
	} {
		t.Run(c.name, func(t *testing.T) {
			forThreads(t, func(t *testing.T, opt Options) {
				got, err := readAll(bytes.NewReader(c.file), opt)
				require.NoError(t, err)
				require.True(t, c.text == got.text, "%d bytes of text, want %d", len(got.text), len(c.text))
				require.Equal(t, c.end, got.end)
				require.EqualValues(t, len(c.file), got.offset)
			})
		})
	}
}

func TestFaults(t *testing.T) {
	text := "some text, some text, some text"
	data := deflated([]byte(text))
	of := func(f fields) []byte { return memberOf(f, data, []byte(text)) }
	change := func(b []byte, at int, with ...byte) []byte {
		b = bytes.Clone(b)
		if at < 0 {
			at += len(b)
		}
		copy(b[at:], with)
		return b
	}
	good := member(text)
	cut := "truncated: the file ends inside the gzip member that starts here"
	for _, c := range []struct {
		name string
		bad  []byte
		at   int // of the place said, in bad
		want string
		text string // given before
	}{
		{"method", change(good, 2, 7), 0, "gzip compression method 7, want 8 (deflate)", ""},
		{"reserved flag", of(fields{flags: 0x20}), 0, "gzip header has reserved flags 0x20", ""},
		{"reserved flags", of(fields{flags: 0xe1}), 0, "gzip header has reserved flags 0xe0", ""},
		{"header CRC", of(fields{name: "n\x00", headerCRC: true, badCRC: 1}), 0, "gzip header states CRC f1fb, has f1fa", ""},
		{"name without end", of(fields{name: strings.Repeat("x", maxHeaderText+1) + "\x00"}), 0, "gzip header: file name of more than 1048576 bytes", ""},
		{"comment without end", of(fields{comment: strings.Repeat("x", 2<<20) + "\x00"}), 0, "gzip header: comment of more than 1048576 bytes", ""},
		{"name cut", fields{name: "x"}.header(), 0, "truncated: the file ends inside the gzip header that starts here", ""},
		{"CRC-32", change(good, -8, 1, 2, 3, 4), 0, "gzip member states CRC-32 04030201, its text has c0eca151", text},
		{"size", change(good, -4, 1), 0, "gzip member states 1 bytes of text (modulo 2^32), holds 31", text},
		{"footer cut", good[:len(good)-1], 0, cut, text},
		{"no footer", good[:len(good)-8], 0, cut, text},
		{"data cut", good[:len(good)-13], 0, cut, text},
		{"reserved block type", memberOf(fields{}, []byte{7}, nil), 10, "gzip member that starts at byte %d: reserved block type 3", ""},
		{"match before the text", memberOf(fields{}, []byte{3, 2}, nil), 10, "gzip member that starts at byte %d: match reaches before the start of the output", ""},
		{"garbage", []byte("garbage"), 0, "trailing garbage: bytes that begin no gzip member", ""},
		{"garbage behind zeros", append(make([]byte, 300000), "garbage"...), 300000, "trailing garbage: bytes that begin no gzip member", ""},
		{"member behind zeros", append(make([]byte, 3), good...), 3, "trailing garbage: bytes that begin no gzip member", ""},
		{"half of the magic", good[:1], 0, "truncated: the file ends inside the gzip header that starts here", ""},
		{"half of the magic and no more", []byte{0x1f, 0}, 0, "trailing garbage: bytes that begin no gzip member", ""},
		{"block of a wrong CRC", change(block(text), -8, 1, 2, 3, 4), 0, "BGZF block states CRC-32 04030201, its text has c0eca151", ""},
		{"block cut", block(text)[:40], 0, "truncated: the file ends inside the BGZF block that starts here", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			for name, before := range map[string][]byte{"ordinary": join(member("before "), member("it ")), "BGZF": join(block("before "), block("it "))} {
				t.Run(name, func(t *testing.T) {
					forThreads(t, func(t *testing.T, opt Options) {
						got, err := readAll(bytes.NewReader(join(before, c.bad)), opt)
						place := errs.Pos{Offset: errs.Byte(int64(len(before) + c.at))}.String()
						want := place + ": " + c.want
						if strings.Contains(want, "%d") {
							want = fmt.Sprintf(want, len(before))
						}
						require.EqualError(t, err, want)
						require.True(t, errors.Is(err, errs.ErrCorrupt) || errors.Is(err, errs.ErrLimitExceeded))
						require.Equal(t, "before it "+c.text, got.text)
					})
				})
			}
		})
	}
}

func TestNotGzip(t *testing.T) {
	for _, c := range []struct{ file, want string }{
		{"", "the file is empty"},
		{"@r1\nACGT\n+\nIIII\n", "not compressed: compress it with gzip or bgzip"},
		{"@HD", "not compressed: compress it with gzip or bgzip"},
		{"@SQ\tSN:c\tLN:9\n", "SAM text, not gzip: make a BAM file of it, as with samtools view -b"},
		{">seq\nACGT\n", "FASTA text, not gzip"},
		{"CRAM\x03\x00", "a CRAM file, not gzip"},
		{"BZh91AY", "compressed by bzip2, not gzip"},
		{"\xfd7zXZ\x00\x00", "compressed by xz, not gzip"},
		{"\x28\xb5\x2f\xfd\x24", "compressed by zstd, not gzip"},
		{"\x00", "not a gzip file"},
		{"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", "not a gzip file"},
		{"\x1f\x8c\x08", "not a gzip file"},
		{"\x1f", "byte 0: truncated: the file ends inside the gzip header that starts here"},
		{"\x1f\x8b", "byte 0: truncated: the file ends inside the gzip header that starts here"},
	} {
		for _, threads := range []int{1, 2} {
			_, err := readAll(strings.NewReader(c.file), Options{Threads: threads})
			require.EqualError(t, err, c.want)
			require.ErrorIs(t, err, errs.ErrCorrupt)
		}
	}
}

// TestTruncated cuts files of every form everywhere. Between members the end is
// legal; elsewhere it never is.
func TestTruncated(t *testing.T) {
	type part struct {
		stored []byte
		text   string
		header int
		block  bool
	}
	named := fields{extra: "ABCDE", name: "reads.fq\x00", comment: "c\x00", headerCRC: true}
	parts := []part{
		{block("block one"), "block one", 18, true},
		{member(string(reads(300, 1))), string(reads(300, 1)), 10, false},
		{memberOf(named, deflated([]byte("named")), []byte("named")), "named", len(named.header()), false},
		{member(""), "", 10, false},
		{block("block two"), "block two", 18, true},
		{[]byte(eofBlock), "", 18, true},
	}
	var stored []byte
	for _, p := range parts {
		stored = append(stored, p.stored...)
	}
	for _, threads := range []int{1, 2} {
		for cut := 1; cut <= len(stored); cut++ {
			whole, start, want, last := "", 0, "", part{}
			partial := ""
			for _, p := range parts {
				end := start + len(p.stored)
				if end > cut {
					if in := cut - start; in > 0 {
						last = part{}
						what := "the gzip member"
						switch {
						case in < p.header:
							what = "the gzip header"
						case p.block:
							what = "the BGZF block"
						default:
							partial = p.text
						}
						want = fmt.Sprintf("byte %d: truncated: the file ends inside %s that starts here", start, what)
					}
					break
				}
				whole, start, last = whole+p.text, end, p
			}
			var src io.Reader = bytes.NewReader(stored[:cut])
			if (cut+threads)%2 > 0 { // half of them without a second look
				src = onlyReader{src}
			}
			got, err := readAll(src, Options{Threads: threads})
			require.Equal(t, want, got.err, "cut at %d", cut)
			require.True(t, strings.HasPrefix(whole+partial, got.text) && strings.HasPrefix(got.text, whole),
				"cut at %d: %q, want %q and some of %q", cut, got.text, whole, partial)
			if err == nil {
				require.Equal(t, last.block && last.text != "", got.end.NoEOFBlock, "cut at %d", cut)
			} else {
				require.ErrorIs(t, err, io.ErrUnexpectedEOF)
			}
		}
	}
}

// TestBitFlips flips every bit: the fault is found, or the text is the same.
func TestBitFlips(t *testing.T) {
	named := fields{extra: "ABCDE", name: "n\x00", comment: "c\x00", headerCRC: true}
	stored := join(block("block one"), member(string(reads(100, 1))), memberOf(named, deflated([]byte("named")), []byte("named")), []byte(eofBlock))
	want, err := readAll(bytes.NewReader(stored), Options{Threads: 1})
	require.NoError(t, err)
	same := 0
	for i := range stored {
		for bit := range 8 {
			bad := bytes.Clone(stored)
			bad[i] ^= 1 << bit
			got, err := readAll(bytes.NewReader(bad), Options{Threads: 1})
			if err == nil {
				same++
				require.Equal(t, want.text, got.text, "byte %d, bit %d", i, bit)
			} else {
				require.ErrorIs(t, err, errs.ErrCorrupt)
			}
		}
	}
	// Time, extra flags and system of the headers without CRC; flag TEXT of
	// those without; the BC fields, as a block without one is an ordinary member.
	require.GreaterOrEqual(t, same, 3*6*8+3+2*4*8)
	require.Less(t, same, 3*6*8+3+2*4*8+30)
}

func TestSourcesOfAllManners(t *testing.T) {
	text := string(reads(3000, 1))
	stored := join(block(text), member(text), member(""), block(text), []byte(eofBlock), make([]byte, 5))
	for name, wrap := range map[string]func(io.Reader) io.Reader{
		"one byte a read":        iotest.OneByteReader,
		"half of what is asked":  iotest.HalfReader,
		"data together with EOF": iotest.DataErrReader,
	} {
		t.Run(name, func(t *testing.T) {
			forThreads(t, func(t *testing.T, opt Options) {
				got, err := readAll(wrap(bytes.NewReader(stored)), opt)
				require.NoError(t, err)
				require.Equal(t, text+text+text, got.text)
				require.Equal(t, End{Blocks: 3, Members: 2, TrailingZeros: 5}, got.end)
			})
		})
	}
}

// TestSourceFails at every byte. Its failure is told, never an end of file, and
// the text before it does not depend on how the source gave its bytes.
func TestSourceFails(t *testing.T) {
	text := string(reads(2000, 1))
	stored := join(block("block"), member(text), member("two"), []byte(eofBlock), make([]byte, 3))
	for _, threads := range []int{1, 2} {
		for cut := range len(stored) + 1 {
			got, err := readAll(broken(stored[:cut]), Options{Threads: threads})
			require.ErrorIs(t, err, errBroken)
			require.ErrorIs(t, err, errs.ErrInternal)
			require.Equal(t, fmt.Sprintf("byte %d: cannot read on: disk on fire", cut), got.err)
			if cut%7 == 0 {
				again, _ := readAll(iotest.OneByteReader(broken(stored[:cut])), Options{Threads: threads})
				require.Equal(t, got, again)
			}
		}
	}
}

func TestThreadsAgree(t *testing.T) {
	part := reads(40000, 3)
	good := join(block(string(part[:20000])), block("x"), memberOf(fields{}, deflated(part), part), block("y"), []byte(eofBlock), member("z"))
	for i := range 18 {
		bad := bytes.Clone(good)
		at := len(bad) * i / 18
		switch i % 3 {
		case 0:
			bad = bad[:at]
		case 1:
			bad[at] ^= 0x55
		case 2:
			bad = append(bad[:at], good...)
		}
		want, _ := readAll(bytes.NewReader(bad), Options{Threads: 1})
		for _, threads := range []int{2, 8} {
			got, _ := readAll(bytes.NewReader(bad), Options{Threads: threads})
			requireSame(t, want, got, "file %d, %d threads", i, threads)
		}
		// How the source gives its bytes does not matter either. Of a source that
		// passes once there is no second look, which may see less of a member cut.
		want, _ = readAll(onlyReader{bytes.NewReader(bad)}, Options{Threads: 1})
		slow, _ := readAll(iotest.HalfReader(bytes.NewReader(bad)), Options{Threads: 1})
		requireSame(t, want, slow, "file %d", i)
	}
}

func TestCancel(t *testing.T) {
	stored, text := modest()
	forThreads(t, func(t *testing.T, opt Options) {
		for k := range 5 {
			cause := errors.New("enough")
			ctx, cancel := context.WithCancelCause(t.Context())
			r := NewReader(ctx, bytes.NewReader(stored), opt)
			_, err := io.ReadFull(r, make([]byte, k*len(text)/6))
			require.NoError(t, err)
			cancel(cause)
			_, err = io.Copy(io.Discard, r)
			require.ErrorIs(t, err, cause)
			r.Close()
		}
	})
}

// endless gives p and then zeros for ever.
type endless struct{ p []byte }

func (e *endless) Read(b []byte) (int, error) {
	n := copy(b, e.p)
	e.p = e.p[n:]
	clear(b[n:])
	return len(b), nil
}

func TestCancelOfWhatGivesNoText(t *testing.T) {
	for name, src := range map[string]func() io.Reader{
		"zeros":         func() io.Reader { return &endless{member("x")} },
		"empty members": func() io.Reader { return &repeated{p: member("")} },
		"empty blocks":  func() io.Reader { return &repeated{p: []byte(eofBlock)} },
	} {
		t.Run(name, func(t *testing.T) {
			forThreads(t, func(t *testing.T, opt Options) {
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
				defer cancel()
				r := NewReader(ctx, src(), opt)
				_, err := io.Copy(io.Discard, r)
				require.ErrorIs(t, err, context.DeadlineExceeded)
				r.Close()
			})
		})
	}
}

// repeated gives p again and again.
type repeated struct {
	p  []byte
	at int
}

func (e *repeated) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = e.p[e.at%len(e.p)]
		e.at++
	}
	return len(b), nil
}

func TestCloseEarly(t *testing.T) {
	stored, text := modest()
	forThreads(t, func(t *testing.T, opt Options) {
		for k := range 5 {
			r := NewReader(t.Context(), bytes.NewReader(stored), opt)
			_, err := io.ReadFull(r, make([]byte, k*len(text)/6))
			require.NoError(t, err)
			r.Close()
			_, err = r.Next()
			require.Equal(t, io.ErrClosedPipe, err)
			r.Close()
		}
		r := NewReader(t.Context(), bytes.NewReader(stored), opt)
		for range 3 { // pieces that are never released
			_, err := r.Next()
			require.NoError(t, err)
		}
		r.Close()
	})
}

func TestInterrupt(t *testing.T) {
	stored := member(string(reads(5000, 1)))
	forThreads(t, func(t *testing.T, opt Options) {
		from, to, err := os.Pipe()
		require.NoError(t, err)
		if from.SetReadDeadline(time.Time{}) != nil {
			t.Skip("pipes have no deadlines on this system")
		}
		_, err = to.Write(stored[:1000])
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		r := NewReader(ctx, from, opt)
		time.AfterFunc(5*time.Millisecond, cancel)
		_, err = io.Copy(io.Discard, r)
		require.ErrorIs(t, err, context.Canceled)
		r.Close()
		require.NoError(t, from.Close())
		require.NoError(t, to.Close())
	})
}

func TestLimiterIsShared(t *testing.T) {
	goroutinesEnd(t)
	stored, text := modest()
	opt := Options{Threads: 2, Limiter: pipeline.NewLimiter(1)}
	var readers []*Reader
	for range 3 {
		readers = append(readers, NewReader(t.Context(), bytes.NewReader(stored), opt))
	}
	got := make([][]byte, len(readers))
	for ended := 0; ended < len(readers); {
		ended = 0
		for i, r := range readers { // in turn, so that none may hold up the others
			buf := make([]byte, 500)
			n, err := r.Read(buf)
			got[i] = append(got[i], buf[:n]...)
			if err == io.EOF {
				ended++
			} else {
				require.NoError(t, err)
			}
		}
	}
	for i, r := range readers {
		require.True(t, bytes.Equal(text, got[i]))
		r.Close()
	}
}

func TestChunks(t *testing.T) {
	goroutinesEnd(t)
	stored, text := large()
	r := NewReader(t.Context(), bytes.NewReader(stored), Options{Threads: 2})
	defer r.Close()
	at := 0
	for {
		s, err := r.Next()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		n := len(s.Unit.Text)
		require.True(t, n > 0 && n <= 544<<10)
		require.True(t, bytes.Equal(text[at:at+n], s.Unit.Text))
		at += n
		s.Release()
	}
	require.Equal(t, len(text), at)
	require.Equal(t, End{Blocks: 30, Members: 7}, r.End())
}

// rejecting is a decoder of blocks that rejects all.
type rejecting struct{}

func (rejecting) Decode([]byte, []byte) (int, int, error) { return 0, 0, errors.New("our fault") }

func TestSecondLooksAreCounted(t *testing.T) {
	stored := join(block("one"), block("two"), []byte(eofBlock))
	r := newReader(t.Context(), bytes.NewReader(stored), Options{Threads: 2}, nil, func() bgzf.Inflater { return rejecting{} })
	got, err := drain(r)
	require.NoError(t, err)
	require.Equal(t, "onetwo", got.text)
	require.Equal(t, End{Blocks: 3, SecondLooks: 3}, got.end)
}
